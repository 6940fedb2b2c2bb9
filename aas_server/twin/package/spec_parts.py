"""The environments of a package, found by its relationships (IDTA-01005)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aas_server.errors import BadInput
from aas_server.twin.package.container import opc
from aas_server.twin.package.container.archive import Archive
from aas_server.twin.package.container.opc import Relationship
from aas_server.twin.package.environment import reading
from aas_server.twin.package.repair.notes import Repair


@dataclass(frozen=True, slots=True)
class SpecParts:
    """``parts`` are there, ``missing`` are named only. ``repairs``: relationships that are spelled otherwise than
    IDTA-01005 has them, and parts that none leads to; ``thumbnail`` is the path of the package's picture. ``own``
    are the parts that make the package: relationships, origins, environments, what the root refers to but the
    picture."""

    parts: Sequence[str]
    missing: Sequence[str]
    repairs: Sequence[Repair]
    thumbnail: str | None
    own: frozenset[str]


def spec_parts(package: Archive, max_depth: int) -> SpecParts:
    """Where no relationship leads to an environment, the parts that are environments are taken. Raises
    ``BadInput`` where there is none, where all that are named are missing, and where it is no AASX package."""
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
    if not named:
        parts = [name for name in package.names if _environment(package, name, max_depth)]
        repairs += [Repair(None, "", part, "repair-unrelated", {"given": "", "now": opc.SPEC}) for part in parts]
        if not parts:
            raise BadInput("package-no-environment")
    missing = [part for part, found in there.items() if found is None]
    return SpecParts(parts, missing, repairs, thumbnail, _own(package, root, parts))


def _own(package: Archive, root: Sequence[Relationship], parts: Sequence[str]) -> frozenset[str]:
    targets = [package.find(one.target) for one in root if not one.means(opc.THUMBNAIL)]
    made = [name for name in package.names if name == opc.CONTENT_TYPES or opc.holds_relationships(name)]
    return frozenset([*made, *parts, *(name for name in targets if name is not None)])


def _environment(package: Archive, part: str, max_depth: int) -> bool:
    if part == opc.CONTENT_TYPES or not part.lower().endswith((".xml", ".json")):
        return False
    try:
        return any(reading.read(lambda: package.open(part), part, max_depth).lists.values())
    except BadInput:
        return False


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
