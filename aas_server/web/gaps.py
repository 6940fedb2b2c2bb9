"""What a proposed recipe left for a person to fill in, and nobody has."""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.product.record import ReleaseRecord
from submodels.pricing import Pricing
from submodels.text import Text


def without_costs(priced: Pricing | None) -> bool:
    """Whether the price is 0 only because no cost has been entered."""
    return priced is not None and priced.floor == 0 and priced.price == 0


def without_owner(release: ReleaseRecord) -> bool:
    """Whether the firm or its machine is still the proposal's "to be filled in"."""
    told = release.released.product
    texts: list[Text] = [told.process, told.equipment]
    if release.registered is not None:
        citation = release.registered.registration.citation
        texts.append({"ko": citation})
        licensing = release.registered.licensing
        texts += [party.name for party in licensing.parties] if licensing else []
    blanks = in_all("propose-open").values()
    return any(blank in part for text in texts for part in text.values() for blank in blanks)
