"""A batch of records as a table for the lake: columns with types, doubts as flags, misfits beside the row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from aas_server.ingest import values
from aas_server.ingest.decode import Batch
from aas_server.store.contract import COMMON, MOST_COLUMNS
from connectors.message import Scalar

NARROW = pa.schema([("tag", pa.string()), ("number", pa.float64()), ("text", pa.string())])
"""The known feed of tags: its columns have their types before the first value."""


def table(batch: Batch, stored: pa.Schema, *, widen: bool = True) -> pa.Table:
    """The batch in the lake's columns (``contract.Lake``). ``stored``: the types known so far; ``widen``: whether
    a column of whole numbers may become one of doubles."""
    if batch.shape == "narrow":
        return _table(batch, _samples(batch), {}, {})
    known = {field.name: field.type for field in stored}
    names = _field_names(batch.rows)
    columns = column_names(names, known)
    doubts: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    own: dict[str, pa.Array] = {}
    for name in names:
        cells = [row.get(name) for row in batch.rows]
        column = columns[name]
        if column is None:
            _leave_out(name, cells, doubts)
            continue
        own[column], found = values.column(cells, known.get(column, pa.null()), widen=widen)
        for doubt in found:
            doubts[doubt.row].append((doubt.flag, name if doubt.misfit else None))
    return _table(batch, own, doubts, columns)


def _samples(batch: Batch) -> dict[str, pa.Array]:
    columns = (batch.tags, batch.numbers, batch.texts)
    return {field.name: pa.array(cells, field.type) for field, cells in zip(NARROW, columns, strict=True)}


def _table(
    batch: Batch,
    own: Mapping[str, pa.Array],
    doubts: Mapping[int, Sequence[tuple[str, str | None]]],
    columns: Mapping[str, str | None],
) -> pa.Table:
    flags, misfits = _remarks(batch, doubts, columns)
    common = {
        "time": [None if time is None else time // 1000 for time in batch.times],
        "arrival": np.array(batch.arrivals, np.int64) // 1000,
        "position": batch.positions,
        "flags": flags,
        "misfit": misfits,
    }
    return pa.table({name: pa.array(common[name], kind) for name, kind in COMMON.items()} | dict(own))


def column_names(fields: Sequence[str], known: Mapping[str, pa.DataType]) -> dict[str, str | None]:
    """Each field's column: its own name, unless that is one of the lake's or differs from an earlier one in case
    alone (SQL knows no case); then a number is added. ``None`` where there are too many columns already: such a
    field is kept as a misfit."""
    taken = {name.lower(): name for name in (*COMMON, *known)}
    result: dict[str, str | None] = {}
    for field in fields:
        plain = "".join(letter if letter.isprintable() else "_" for letter in field) or "_"
        column, number = plain, 2
        while taken.get(column.lower(), column) != column or column in COMMON:
            column, number = f"{plain}_{number}", number + 1
        if column.lower() not in taken and len(taken) >= MOST_COLUMNS + len(COMMON):
            result[field] = None
            continue
        taken[column.lower()] = column
        result[field] = column
    return result


def _field_names(rows: Sequence[Mapping[str, Scalar]]) -> list[str]:
    """All names in order of appearance. Most feeds send the same keys in every record: looked at once."""
    names: dict[str, None] = {}
    last: Mapping[str, Scalar] = {}
    for row in rows:
        if row.keys() != last.keys():
            names |= dict.fromkeys(row)
            last = row
    return list(names)


def _leave_out(name: str, cells: Sequence[Scalar], doubts: dict[int, list[tuple[str, str | None]]]) -> None:
    for row, cell in enumerate(cells):
        if cell is not None:
            doubts[row].append((values.MISFIT, name))


def _remarks(
    batch: Batch, doubts: Mapping[int, Sequence[tuple[str, str | None]]], columns: Mapping[str, str | None]
) -> tuple[list[str | None], list[str | None]]:
    flags: list[str | None] = [None] * len(batch)
    misfits: list[str | None] = [None] * len(batch)
    for row, told_before in batch.flags.items():
        flags[row] = ",".join(told_before) or None
    for row, found in doubts.items():
        told = dict.fromkeys((*batch.flags.get(row, ()), *(flag for flag, _ in found)))
        flags[row] = ",".join(told)
        kept = {columns[name] or name: batch.rows[row][name] for _, name in found if name is not None}
        if kept:
            misfits[row] = json.dumps(kept, ensure_ascii=True)
    return flags, misfits
