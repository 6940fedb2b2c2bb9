"""Which element shows which field, as the mappings say: one binding a submodel, made of all mappings into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Literal

import msgspec

from aas_server.errors import AasError, NotFound
from aas_server.ingest import feeds
from aas_server.ingest.binding import put as put_binding
from aas_server.ingest.feeds import FieldType
from aas_server.store.contract import Catalogue
from aas_server.streams.configuration import claims, kept
from aas_server.streams.configuration.finding import Finding
from aas_server.streams.configuration.mapping import Pair
from aas_server.twin.elements import find
from aas_server.twin.plain import Json

End = Literal["source", "sink"]
_FITTING: Mapping[FieldType, frozenset[str]] = {
    "double": frozenset({"xs:double", "xs:float", "xs:decimal", "xs:string"}),
    "int64": frozenset(
        {
            "xs:double",
            "xs:float",
            "xs:decimal",
            "xs:string",
            "xs:integer",
            "xs:long",
            "xs:int",
            "xs:short",
            "xs:byte",
        }
        | {"xs:nonNegativeInteger", "xs:positiveInteger", "xs:unsignedLong", "xs:unsignedInt", "xs:unsignedShort"}
        | {"xs:unsignedByte", "xs:nonPositiveInteger", "xs:negativeInteger"}
    ),
    "bool": frozenset({"xs:boolean", "xs:string"}),
    "string": frozenset({"xs:string", "xs:dateTime", "xs:date", "xs:time", "xs:anyURI", "xs:duration"}),
}
"""Which type of a Property can show a field of a type without loss."""


def mappings_at(catalogue: Catalogue, end: End, submodel: str) -> list[str]:
    """The mappings that have a source or sink in a submodel."""
    try:
        return msgspec.json.decode(catalogue.get("mapped", f"{end} {submodel}"), type=list[str])
    except NotFound:
        return []


def index(catalogue: Catalogue, mapping: str, old: Iterable[Pair], new: Iterable[Pair]) -> None:
    """Note at which submodels a mapping's pairs end now."""
    before, after = _ends(old), _ends(new)
    for end, submodel in before ^ after:
        there = [one for one in mappings_at(catalogue, end, submodel) if one != mapping]
        if (end, submodel) in after:
            there.append(mapping)
        if there:
            catalogue.put("mapped", f"{end} {submodel}", msgspec.json.encode(there))
        else:
            with suppress(NotFound):
                catalogue.delete("mapped", f"{end} {submodel}")


def _ends(pairs: Iterable[Pair]) -> set[tuple[End, str]]:
    found: set[tuple[End, str]] = set()
    for pair in pairs:
        found |= {("source", pair.source[0]), ("sink", pair.sink[0])}
    return found


def bind(catalogue: Catalogue, submodel: str, document: Json | None) -> None:
    """Bind the elements of a submodel as the mappings into it say, and keep what of them can't be."""
    paths: dict[str, tuple[str, str]] = {}
    for mapping in mappings_at(catalogue, "sink", submodel):
        known = kept.get(catalogue, mapping)
        if known is None:
            continue
        refused = [one for one in known.refused if one.values.get("submodel") != submodel]
        for pair in known.pairs:
            if pair.sink[0] == submodel:
                found = _bound(catalogue, pair, document)
                if isinstance(found, Finding):
                    refused.append(found)
                else:
                    paths.setdefault(pair.sink[1], found)
        kept.put(catalogue, mapping, msgspec.structs.replace(known, refused=tuple(refused)))
    put_binding(catalogue, submodel, paths)


def _bound(catalogue: Catalogue, pair: Pair, document: Json | None) -> tuple[str, str] | Finding:
    """Stream and field of a pair, or why there is none."""
    origin, path = pair.source
    values = {"submodel": pair.sink[0], "sink": pair.sink[1], "source": path}
    described = kept.get(catalogue, origin)
    feed = next(
        (one for one in claims.feeds_of(origin, described.affordances) if path in one.paths)
        if described
        else iter(()),
        None,
    )
    if feed is None:
        return Finding("aimc-source-unknown", pair.path, values | {"description": origin})
    holders = claims.of_topic(catalogue, feed.topic).claims
    if not holders or not (holders[0].origin == origin or claims.agree(holders[0].declaration, feed.declaration)):
        return Finding("aimc-source-refused", pair.path, values | {"description": origin})
    if document is None:
        return Finding("aimc-sink-unknown", pair.path, values)
    try:
        sink = find(document, pair.sink[1])
    except AasError:
        return Finding("aimc-sink-unknown", pair.path, values)
    if sink["modelType"] != "Property":
        return Finding("aimc-sink-no-property", pair.path, values)
    name = feed.paths[path]
    kind = feeds.declaration(catalogue, holders[0].stream).types.get(name)
    if kind is not None and sink.get("valueType", "xs:string") not in _FITTING[kind]:
        told = {"type": kind, "wanted": str(sink.get("valueType"))}
        return Finding("aimc-type-conflict", pair.path, values | told)
    return holders[0].stream, name
