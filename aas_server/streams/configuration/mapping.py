"""An AssetInterfacesMappingConfiguration (IDTA 02027) by whomever: which described member is which element.

Sources: IDTA 02027 2.0 and 2.1. Without a Transformation, sources and sinks of a configuration are paired by equal
ids. A Transformation is Lua, code inside data: it is never run. What 1.0 had (InterfaceReference,
MappingSourceSinkRelations) is gone in 2.0 and refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aas_server.streams.configuration import plain
from aas_server.streams.configuration.finding import Finding
from aas_server.twin.plain import Json

_KIND = re.compile(r"https?://admin-shell\.io/idta/AssetInterfacesMappingConfiguration/(\d+)/(\d+)(/Submodel)?/?")
MOST_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Pair:
    """``source`` and ``sink``: submodel id and idShort path. ``path``: of the sink's entry in the mapping."""

    path: str
    source: tuple[str, str]
    sink: tuple[str, str]


@dataclass(frozen=True, slots=True)
class MappingRead:
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]


def is_mapping(submodel: Json) -> bool:
    """Whether a submodel is a mapping configuration of any version, by its semanticId."""
    return any(_KIND.fullmatch(one) for one in plain.meanings(submodel))


def read(submodel: Json) -> MappingRead:
    """Its pairs, and what of it is not honoured."""
    version = next((found for one in plain.meanings(submodel) if (found := _KIND.fullmatch(one))), None)
    if version is not None and version[1] == "1":
        return MappingRead((), (Finding("aimc-version-1"),))
    pairs: list[Pair] = []
    findings: list[Finding] = []
    configurations = plain.children(plain.child(submodel, "MappingConfigurations"))
    for number, one in enumerate(configurations):
        path = f"MappingConfigurations[{number}]"
        if plain.child(one, "MappingSourceSinkRelations") is not None:
            findings.append(Finding("aimc-version-1", path))
        elif (code := plain.child(one, "Transformation")) is not None and code.get("value"):
            findings.append(Finding("aimc-transformation", f"{path}.Transformation"))
        else:
            for pair in _pairs(one, path, findings):
                if len(pairs) >= MOST_PAIRS:
                    findings.append(Finding("aimc-too-large", path))
                    return MappingRead(tuple(pairs), tuple(findings))
                pairs.append(pair)
    return MappingRead(tuple(pairs), tuple(findings))


def _pairs(one: Json, path: str, findings: list[Finding]) -> Iterator[Pair]:
    sources = {
        plain.value(each, "SourceId"): _target(each, "Source")
        for each in plain.children(plain.child(one, "Sources"))
    }
    sinks = plain.children(plain.child(one, "Sinks"))
    used = set()
    for number, each in enumerate(sinks):
        where = f"{path}.Sinks[{number}]"
        name = plain.value(each, "SinkId")
        source, sink = sources.get(name), _target(each, "Sink")
        used.add(name)
        if name is None or name not in sources:
            findings.append(Finding("aimc-unpaired", where, {"id": str(name)}))
        elif source is None or sink is None:
            findings.append(Finding("aimc-reference-wrong", where, {"id": name}))
        else:
            yield Pair(where, source, sink)
    for name in sources:
        if name not in used:
            findings.append(Finding("aimc-unpaired", f"{path}.Sources", {"id": str(name)}))


def _target(each: Json, name: str) -> tuple[str, str] | None:
    """Submodel id and idShort path of the element that a reference names."""
    keys = plain.reference(each, name)
    if len(keys) < 2 or keys[0][0] != "Submodel":
        return None
    path = ""
    for _, value in keys[1:]:
        path += f"[{value}]" if value.isdigit() else f".{value}" if path else value
    return keys[0][1], path
