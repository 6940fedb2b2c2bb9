"""The environments of a package, found by its relationships (IDTA-01005)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aas_server.errors import BadInput
from aas_server.twin.package.container import opc
from aas_server.twin.package.container.archive import Archive
from aas_server.twin.package.container.opc import Relationship
from aas_server.twin.package.repair.notes import Repair


@dataclass(frozen=True, slots=True)
class SpecParts:
    """``parts`` are there, ``missing`` are named only. ``repairs``: relationships that are spelled otherwise than
    IDTA-01005 has them; ``thumbnail`` is the path of the package's picture."""

    parts: Sequence[str]
    missing: Sequence[str]
    repairs: Sequence[Repair]
    thumbnail: str | None


def spec_parts(package: Archive) -> SpecParts:
    """Raises ``BadInput`` where no relationship leads to an environment that is there."""
    root = package.relationships(opc.ROOT)
    origins = [one.target for one in root if one.means(opc.ORIGIN)]
    of_origins = {origin: package.relationships(origin) for origin in origins}
    every = [one for found in of_origins.values() for one in found] + root
    named = list(dict.fromkeys(one.target for one in every if one.means(opc.SPEC)))
    if not origins and not named:
        raise BadInput("package-no-origin")
    there = {part: package.find(part) for part in named}
    parts = list(dict.fromkeys(found for found in there.values() if found is not None))
    if named and not parts:
        raise BadInput("package-part-missing", part=named[0])
    repairs = [
        one for part, found in {opc.ROOT: root, **of_origins}.items() for one in _repairs(package, part, found)
    ]
    pictures = [one.target for one in root if one.means(opc.THUMBNAIL) and package.find(one.target)]
    thumbnail = f"/{pictures[0]}" if pictures else None
    return SpecParts(parts, [part for part, found in there.items() if found is None], repairs, thumbnail)


def _repairs(package: Archive, part: str, relationships: Sequence[Relationship]) -> Iterator[Repair]:
    where = opc.relationships_name(part)
    for one in relationships:
        meant = next((type for type in opc.TYPES if one.means(type)), None)
        if meant is None:
            continue
        if one.type != meant:
            yield Repair(None, "", where, "repair-relationship", {"given": one.type, "now": meant})
        if one.external and package.find(one.target):
            values = {"given": "External", "now": "Internal", "target": one.target}
            yield Repair(None, "", where, "repair-target-mode", values)
