"""The units that payloads name (Sparkplug's births, rich objects): proposed where a stream is described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from aas_server.errors import NotFound
from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.store.contract import Catalogue

_MOST = 20_000
"""Fields of one stream whose unit is kept: devices of ten thousand tags are known."""
_LONGEST = 64
_decoder = msgspec.json.Decoder(dict[str, str])


def units(catalogue: Catalogue, stream: str) -> Mapping[str, str]:
    """Field (wide) or tag (narrow) → the unit as it was last named; those never named are not in it."""
    try:
        return _decoder.decode(catalogue.get("units", stream))
    except NotFound:
        return {}


def keep(catalogue: Catalogue, stream: str, named: Mapping[str, str]) -> None:
    """Keep what a batch's payloads named; written only where it is new."""
    fresh = {name: unit[:_LONGEST] for name, unit in named.items() if unit}
    if not fresh:
        return
    before = units(catalogue, stream)
    after = {**before, **fresh}
    if after != before:
        catalogue.put("units", stream, msgspec.json.encode(dict(list(after.items())[-_MOST:])))


def declaration(catalogue: Catalogue, stream: str) -> Declaration:
    """What was declared of a stream, and the units that its payloads named where none was declared."""
    declared = feeds.declaration(catalogue, stream)
    return replace(declared, units={**units(catalogue, stream), **declared.units})
