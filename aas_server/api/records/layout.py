"""Records as the TimeSeries that describes the stream has them: ``Time``, then a column a variable, by idShort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aas_server.store.series.reader import Found

Numbers = npt.NDArray[np.int64]
TIME = "Time"
_TYPES = {"double": pa.float64(), "string": pa.string()}


def renamed(found: Found, variables: Mapping[str, str]) -> Found:
    """A wide table under the idShorts. ``variables``: idShort → column; one that is not there is null."""
    columns = {TIME: found.schema.names[0], **variables}
    types = {name: found.schema.field(name).type for name in found.schema.names}
    schema = pa.schema([(id_short, types.get(column, pa.string())) for id_short, column in columns.items()])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in found.batches:
            made = [
                batch.column(column) if column in types else pa.nulls(batch.num_rows, pa.string())
                for column in columns.values()
            ]
            yield pa.RecordBatch.from_arrays(made, schema=schema)

    return Found(schema, batches())


def pivoted(found: Found, variables: Mapping[str, str], kinds: Mapping[str, str]) -> Found:
    """A narrow table with a column a variable. ``variables``: idShort → tag; ``kinds`` of the tags: see
    ``Series.tags``. Values that came one after the other at one time stand in one record, as they were sent; a tag
    that comes twice at one time begins another."""
    types = {id_short: _TYPES[kinds.get(tag, "string")] for id_short, tag in variables.items()}
    schema = pa.schema([(TIME, found.schema.field(0).type), *types.items()])

    def batches() -> Iterator[pa.RecordBatch]:
        held: list[pa.RecordBatch] = []
        for batch in found.batches:
            rows = pa.concat_batches([*held, batch])
            record = _records(rows.column(0), rows.column("tag"))
            # The last record may go on in the next batch.
            end = int(np.searchsorted(record, record[-1])) if len(record) else 0
            yield _pivoted(rows.slice(0, end), record[:end], variables, schema)
            held = [rows.slice(end)]
        if held:
            yield _pivoted(held[0], np.zeros(held[0].num_rows, np.int64), variables, schema)

    return Found(schema, batches())


def _pivoted(
    batch: pa.RecordBatch, record: Numbers, variables: Mapping[str, str], schema: pa.Schema
) -> pa.RecordBatch:
    count = int(record[-1]) + 1 if len(record) else 0
    columns = [batch.column(0).take(pa.array(np.flatnonzero(np.diff(record, prepend=-1))))]
    tags = batch.column("tag").dictionary_encode()
    codes = {tag: code for code, tag in enumerate(tags.dictionary.to_pylist())}
    indices = tags.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    for field, tag in zip(list(schema)[1:], variables.values(), strict=True):
        rows = np.flatnonzero(indices == codes.get(tag, -2))
        places = np.full(count, -1, np.int64)
        places[record[rows]] = rows
        columns.append(_values(batch, field.type).take(pa.array(places, mask=places < 0)))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _values(batch: pa.RecordBatch, kind: pa.DataType) -> pa.Array:
    number = batch.column("number").cast(pa.float64())
    if kind != pa.string():
        return number
    as_text = number.cast(pa.string())
    return pc.coalesce(batch.column("text"), as_text) if "text" in batch.schema.names else as_text


def _records(times: pa.Array, tags: pa.Array) -> Numbers:
    """The number of the record that each row belongs to."""
    at = times.cast(pa.int64()).fill_null(-(2**63)).to_numpy(zero_copy_only=False)
    names = tags.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    found = np.empty(len(at), np.int64)
    number, seen, before = -1, set[int](), None
    for row, (time, name) in enumerate(zip(at.tolist(), names.tolist(), strict=True)):
        if time != before or name in seen:
            number += 1
            seen.clear()
            before = time
        seen.add(name)
        found[row] = number
    return found
