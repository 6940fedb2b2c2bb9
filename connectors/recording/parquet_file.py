"""A Parquet file as a recording, read batch by batch."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import RecordingError
from connectors.message import Scalar
from connectors.recording.columns import ColumnType
from connectors.recording.hints import Hints
from connectors.recording.stamps import PER_SECOND, iso

_BATCH = 2000
_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")


class ParquetFile:
    """``columns`` and ``rows`` of a Parquet file. The nameless index that pandas writes beside the columns is left
    out, as pandas itself does not count it among them."""

    format = "parquet"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, file: Path, _: Hints) -> None:
        self.file = file
        try:
            with pq.ParquetFile(file) as content:
                schema = content.schema_arrow
                self.rows: int = content.metadata.num_rows
        except (pa.ArrowException, OSError) as fault:
            raise RecordingError(
                "recording-unreadable", file=str(file), format="Parquet", fault=str(fault)
            ) from None
        unnamed = _unnamed_index(schema)
        self._fields = [field for field in schema if field.name not in unnamed]
        self.columns: Mapping[str, ColumnType] = {field.name: _type(field.type) for field in self._fields}

    def values(self) -> Iterator[dict[str, Scalar]]:
        """The rows in file order. Floats of 32 bit are given as the exact double; NaN and infinity as null."""
        names = list(self.columns)
        try:
            with pq.ParquetFile(self.file) as content:
                for batch in content.iter_batches(_BATCH, columns=names):
                    columns = [_scalars(batch.column(name)) for name in names]
                    for row in zip(*columns, strict=True):
                        yield dict(zip(names, row, strict=True))
        except (pa.ArrowException, OSError) as fault:
            raise RecordingError(
                "recording-unreadable", file=str(self.file), format="Parquet", fault=str(fault)
            ) from None


def _unnamed_index(schema: pa.Schema) -> frozenset[str]:
    described = (schema.metadata or {}).get(b"pandas")
    if described is None:
        return frozenset()
    index = json.loads(described).get("index_columns", [])
    return frozenset(name for name in index if isinstance(name, str) and _UNNAMED_INDEX.fullmatch(name))


def _type(kind: pa.DataType) -> ColumnType:
    if pa.types.is_dictionary(kind):
        return _type(kind.value_type)
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind):
        return "int64"
    if pa.types.is_floating(kind):
        return "double"
    return "timestamp" if pa.types.is_timestamp(kind) or pa.types.is_date(kind) else "string"


def _scalars(column: pa.Array) -> list[Scalar]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _scalars(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return _stamps(column)
    values: list[Any] = column.to_pylist()
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or _is_text(kind):
        return values
    change: Callable[[Any], Scalar] = _text
    if pa.types.is_floating(kind):
        change = _finite
    elif pa.types.is_date(kind):
        change = str
    return [None if value is None else change(value) for value in values]


def _stamps(column: pa.Array) -> list[Scalar]:
    """ISO texts; as whole numbers, because a ``datetime`` would cut nanoseconds."""
    per_second = PER_SECOND[column.type.unit]
    zone = "" if column.type.tz is None else "Z"
    return [None if value is None else iso(value, per_second) + zone for value in column.cast("int64").to_pylist()]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _text(value: object) -> str:
    """Decimals as written, bytes as base64, lists and structures as JSON."""
    encoded = msgspec.json.encode(value)
    return encoded.decode().strip('"') if encoded[:1] == b'"' else encoded.decode()
