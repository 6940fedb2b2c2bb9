"""Which stream a TimeSeries submodel describes: kept when a product is collected, asked by its operations."""

from __future__ import annotations

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Catalogue


class _Source(msgspec.Struct):
    stream: str


def keep(catalogue: Catalogue, submodel: str, stream: str) -> None:
    """Say that the records of a TimeSeries submodel are those of a stream."""
    catalogue.put("series", submodel, msgspec.json.encode(_Source(stream)))


def stream_of(catalogue: Catalogue, submodel: str) -> str | None:
    """``None`` for a submodel whose records lie elsewhere (it came with a package)."""
    try:
        return msgspec.json.decode(catalogue.get("series", submodel), type=_Source).stream
    except NotFound:
        return None
