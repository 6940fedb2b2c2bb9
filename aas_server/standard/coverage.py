"""How far the fields bear a meaning: an official IRDI, an own URI that is described, or nothing yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from aas_server.messages import in_all
from aas_server.standard.irdi import is_irdi
from submodels.data_processing import Coverage
from submodels.field import Field

Standing = Literal["irdi", "own", "open"]


def standing(field: Field) -> Standing:
    """``irdi``: an official identifier, rightly written. ``own``: our own URI behind which a definition stands.
    ``open``: nobody has said yet what the field means. It bears no identifier or a broken one, or an own URI that
    nothing is said behind."""
    if is_irdi(field.semantic_id):
        return "irdi"
    if not field.semantic_id.startswith(("http://", "https://", "urn:")):
        return "open"
    said = {words for words in field.definition.values() if words.strip()}
    return "own" if said - undefined(field) else "open"


def undefined(field: Field) -> set[str]:
    """What stands for a definition, in each language, as long as nobody gave the field one."""
    return set(in_all("collect-undefined", name=field.name).values())


def coverage(fields: Iterable[Field]) -> Coverage:
    """How many fields stand how."""
    counts = {"irdi": 0, "own": 0, "open": 0}
    for field in fields:
        counts[standing(field)] += 1
    return Coverage(**counts)
