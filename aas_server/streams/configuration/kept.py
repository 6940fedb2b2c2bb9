"""What was read of each description and mapping, kept in the catalogue: small, by the submodel's id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Catalogue
from aas_server.store.sections import everything
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.configuration.interface import Affordance
from aas_server.streams.configuration.mapping import Pair


class Kept(msgspec.Struct, frozen=True):
    """A description has ``affordances``, a mapping has ``pairs``; ``findings`` are those of the document alone."""

    affordances: tuple[Affordance, ...] = ()
    pairs: tuple[Pair, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: tuple[Finding, ...] = ()
    """Pairs that can't be bound as things are, found out when they were last tried."""


def get(catalogue: Catalogue, submodel: str) -> Kept | None:
    """What was read of a submodel, ``None`` where it is neither description nor mapping."""
    try:
        return msgspec.json.decode(catalogue.get("interface", submodel), type=Kept)
    except NotFound:
        return None


def put(catalogue: Catalogue, submodel: str, kept: Kept | None) -> None:
    """Keep it; ``None`` forgets it."""
    if kept is not None:
        catalogue.put("interface", submodel, msgspec.json.encode(kept))
        return
    with suppress(NotFound):
        catalogue.delete("interface", submodel)


def every(catalogue: Catalogue) -> Iterator[tuple[str, Kept]]:
    """All of them, in order of their submodels' ids."""
    for id, body in everything(catalogue, "interface"):
        yield id, msgspec.json.decode(body, type=Kept)
