"""Batches of records as bytes, piece by piece, in each form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aas_server.api.records.forms import ARROW, CSV, NDJSON, PARQUET, Form
from aas_server.api.rows import encode

_GROUP_VALUES = 4_000_000
"""In a row group: large enough to read fast, small enough to be held."""
_BOM = "\ufeff".encode()
_NEWLINE = "\r\n"
Batches = Iterable[pa.RecordBatch]


def whole_json(about: Mapping[str, Any], batches: Batches) -> Iterator[bytes]:
    """One object: what is said ``about`` the records, then ``records``."""
    yield encode(about)[:-1] + b',"records":['
    is_first = True
    for batch in batches:
        if batch.num_rows:
            yield (b"" if is_first else b",") + encode(batch.to_pylist())[1:-1]
            is_first = False
    yield b"]}"


def pieces(form: Form, schema: pa.Schema, batches: Batches, bom: bool = False) -> Iterator[bytes]:
    """The records in any form but JSON. ``bom``: CSV begins with the mark by which Excel knows UTF-8."""
    if form == CSV:
        return _csv(schema, batches, bom)
    return {NDJSON: _lines, ARROW: _arrow, PARQUET: _parquet}[form](schema, batches)


def _lines(_schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for batch in batches:
        yield encoder.encode_lines(batch.to_pylist())


def _csv(schema: pa.Schema, batches: Batches, bom: bool) -> Iterator[bytes]:
    """RFC 4180 with a header. A missing value is an empty field, an empty text a quoted one."""
    header = ",".join(pc.if_else(_special(names := pa.array(schema.names)), _quoted(names), names).to_pylist())
    yield (_BOM if bom else b"") + (header + _NEWLINE).encode()
    for batch in batches:
        if batch.num_rows:
            lines = pc.binary_join_element_wise(*map(_cells, batch.columns), ",")
            whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
            yield (pc.binary_join(whole, _NEWLINE)[0].as_py() + _NEWLINE).encode()


def _cells(column: pa.Array) -> pa.Array:
    """A column as texts, without nulls."""
    if pa.types.is_timestamp(column.type):
        # Whole seconds without a fraction, as JSON has them.
        text = pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
        text = pc.replace_substring_regex(text, r"\.0+Z$", "Z")
    elif pa.types.is_string(column.type):
        text = pc.if_else(_special(column), _quoted(column), column)
    else:
        text = column.cast(pa.string())
        if pa.types.is_floating(column.type):
            text = pc.if_else(pc.fill_null(pc.is_nan(column), False), "NaN", text)
    return pc.fill_null(text, "")


def _special(column: pa.Array) -> pa.Array:
    return pc.match_substring_regex(column, '[",\r\n]|^$|^ | $')


def _quoted(column: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")


def _arrow(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    def write(sink: _Pipe) -> Iterator[None]:
        with pa.ipc.new_stream(pa.PythonFile(sink, "w"), schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
                yield

    return _piped(write)


def _parquet(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    def write(sink: _Pipe) -> Iterator[None]:
        held: list[pa.RecordBatch] = []
        with pq.ParquetWriter(pa.PythonFile(sink, "w"), schema, compression="zstd") as writer:
            for batch in batches:
                held.append(batch)
                if sum(one.num_rows for one in held) * len(schema) >= _GROUP_VALUES:
                    writer.write_table(pa.Table.from_batches(held, schema))
                    held.clear()
                    yield
            if held:
                writer.write_table(pa.Table.from_batches(held, schema))

    return _piped(write)


class _Pipe:
    """A file that is only written, and read out as it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def drained(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _piped(write: Callable[[_Pipe], Iterator[None]]) -> Iterator[bytes]:
    pipe = _Pipe()
    for _ in write(pipe):
        if piece := pipe.drained():
            yield piece
    if piece := pipe.drained():
        yield piece
