"""``near_duplicate_product``: the data stand, in part or in full, in a product that is there already."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.messages import in_all
from aas_server.quality.finding import Finding
from aas_server.quality.findings.limits import limits
from aas_server.quality.likeness import Sketch, likeness, sketch
from aas_server.quality.subject import Subject


def find(subject: Subject, others: Mapping[str, Sketch]) -> Finding | None:
    """The products (by name: their sketches) that are like the subject by 30 % or more; count: products.

    Likeness: see ``quality.likeness``. An earlier release of the same product is for the caller to leave out.
    """
    if not others:
        return None
    own = sketch(subject)
    like = {name: likeness(own, other) for name, other in others.items()}
    found = sorted(
        (name for name, share in like.items() if share >= limits().product.likeness), key=lambda n: -like[n]
    )
    if not found:
        return None
    told = tuple(f"{name}: {like[name]:.0%}" for name in found)
    note = in_all("quality-found-product", products="; ".join(told), least=f"{limits().product.likeness:.0%}")
    return Finding("near_duplicate_product", len(found), (), told[:3], note)
