"""``near_duplicate_product``: the data stand, in part or in full, in a product that is there already."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.messages import in_all
from aas_server.quality.facts import Facts
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.likeness import Sketch, likeness


def find(facts: Facts, others: Mapping[str, Sketch]) -> Finding | None:
    """The products or files (by name: their sketches) that are like the subject by 30 % or more; count: products.

    Likeness: see ``quality.likeness``. An earlier release of the same product is for the caller to leave out.
    """
    if not others:
        return None
    like = {name: likeness(facts.sketch, other) for name, other in others.items()}
    found = sorted(
        (name for name, share in like.items() if share >= limits().product.likeness), key=lambda n: -like[n]
    )
    if not found:
        return None
    told = tuple(f"{name}: {like[name]:.0%}" for name in found)
    note = in_all("quality-found-product", products="; ".join(told), least=f"{limits().product.likeness:.0%}")
    return Finding("near_duplicate_product", len(found), (), told[:3], note)
