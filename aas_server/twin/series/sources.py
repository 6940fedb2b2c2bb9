"""Which stream a TimeSeries describes, and what its variables are called there: kept when it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import Catalogue
from submodels.field import Field


class _Source(msgspec.Struct):
    stream: str


def keep(catalogue: Catalogue, submodel: str, stream: str, fields: Sequence[Field]) -> None:
    """Say that the records of a TimeSeries submodel are those of a stream, and what its variables are."""
    catalogue.put("series", submodel, msgspec.json.encode(_Source(stream)))
    names = {**variables(catalogue, stream), **{field.id_short: field.name for field in fields}}
    catalogue.put("variables", stream, msgspec.json.encode(names))


def drop(catalogue: Catalogue, submodel: str) -> None:
    """The submodel describes no stream here any more; nothing where it never did."""
    catalogue.delete("series", submodel)


def stream_of(catalogue: Catalogue, submodel: str) -> str | None:
    """``None`` for a submodel whose records lie elsewhere (it came with a package)."""
    try:
        return msgspec.json.decode(catalogue.get("series", submodel), type=_Source).stream
    except NotFound:
        return None


def variables(catalogue: Catalogue, stream: str) -> Mapping[str, str]:
    """idShort of each variable → the stream's field (column, or tag) that holds it; empty for a stream that no
    TimeSeries describes. Where several describe it, all their names stand there, those written last at the end."""
    try:
        return msgspec.json.decode(catalogue.get("variables", stream), type=dict[str, str])
    except NotFound:
        return {}
