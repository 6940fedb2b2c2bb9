"""A batch of records as a table for the lake: columns with types, doubts as flags, misfits beside the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from aas_server.ingest import tags, values
from aas_server.ingest.batch import Batch
from aas_server.ingest.declared import NOTHING
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.remarks import Remarks
from aas_server.store.contract import COMMON, MOST_COLUMNS
from connectors.message import Scalar

_TYPES = {"bool": pa.bool_(), "int64": pa.int64(), "double": pa.float64(), "string": pa.string()}


def table(batch: Batch, stored: pa.Schema, declaration: Declaration = NOTHING, *, widen: bool = True) -> pa.Table:
    """The batch in the lake's columns (``contract.Lake``). ``stored``: the types that columns have already, which
    a declaration can't change but for widening; ``widen``: whether a column of whole numbers may become one of
    doubles."""
    told = declared(declaration)
    remarks = Remarks(len(batch), batch.flags)
    own = (
        tags.columns(batch, told, remarks)
        if batch.shape == "narrow"
        else _wide(batch, stored, told, remarks, widen)
    )
    common = {
        "time": _microseconds(batch.times),
        "arrival": pa.array(batch.arrivals // 1000),
        "position": pa.array(batch.positions),
        "flags": remarks.flags(),
        "misfit": remarks.misfits(),
    }
    return pa.table({name: common[name].cast(kind) for name, kind in COMMON.items()} | own)


def declared(declaration: Declaration) -> Mapping[str, pa.DataType]:
    """The types that were declared of fields (or tags); one that has a unit is a number."""
    return {name: pa.float64() for name in declaration.units} | {
        name: _TYPES[kind] for name, kind in declaration.types.items()
    }


def _microseconds(told: pa.Array) -> pa.Array:
    """Nanoseconds as microseconds, rounded down."""
    if not told.null_count:
        return pa.array(told.to_numpy() // 1000)
    missing = told.is_null().to_numpy(zero_copy_only=False)
    return pa.array(told.fill_null(0).to_numpy() // 1000, mask=missing)


def _wide(
    batch: Batch, stored: pa.Schema, told: Mapping[str, pa.DataType], remarks: Remarks, widen: bool
) -> dict[str, pa.Array]:
    known = {field.name: field.type for field in stored}
    own: dict[str, pa.Array] = {}
    for name, column in column_names(field_names(batch.rows), known).items():
        cells = [row.get(name) for row in batch.rows]
        if column is None:
            _leave_out(name, cells, remarks)
            continue
        present = _present(known.get(column, pa.null()), told.get(name))
        own[column], doubts = values.column(
            cells, present, widen=widen and name not in told, declared=present == told.get(name)
        )
        for doubt in doubts:
            remarks.flag(doubt.row, doubt.flag)
            if doubt.misfit:
                remarks.keep(doubt.row, column, cells[doubt.row])
    return own


def _present(stored: pa.DataType, told: pa.DataType | None) -> pa.DataType:
    if told is None or stored not in (pa.null(), pa.int64()):
        return stored
    return told if stored == pa.null() or told == pa.float64() else stored


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


def field_names(rows: Sequence[Mapping[str, Scalar]]) -> list[str]:
    """All names in order of appearance. Most feeds send the same keys in every record: looked at once."""
    names: dict[str, None] = {}
    last: Mapping[str, Scalar] = {}
    for row in rows:
        if row.keys() != last.keys():
            names |= dict.fromkeys(row)
            last = row
    return list(names)


def _leave_out(name: str, cells: Sequence[Scalar], remarks: Remarks) -> None:
    for row, cell in enumerate(cells):
        if cell is not None:
            remarks.flag(row, values.MISFIT)
            remarks.keep(row, name, cell)
