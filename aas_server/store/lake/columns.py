"""A table's columns: those every stream has, and what may become of a column's type."""

from __future__ import annotations

import pyarrow as pa

from aas_server.errors import Conflict
from aas_server.store.contract import COMMON

TYPES = (pa.bool_(), pa.int64(), pa.float64(), pa.string(), pa.null())
"""What a stream's own column may hold; ``null`` where no value has come yet."""
NOTHING_YET = pa.string()
"""How a column without any value is written: Parquet and Delta want a type."""


def checked(rows: pa.Table) -> pa.Table:
    """The rows, if they bear the common columns in their types and own columns of known types.

    Raises ``Conflict`` otherwise: delta-rs would cast silently (0.5 into an int column becomes 0).
    """
    for name, wanted in COMMON.items():
        if name not in rows.column_names or rows.schema.field(name).type != wanted:
            raise Conflict("lake-column-type", column=name, wanted=str(wanted), found=_type(rows, name))
    for field in rows.schema:
        if field.name not in COMMON and field.type not in TYPES:
            raise Conflict(
                "lake-column-type", column=field.name, wanted="bool, int64, double, string", found=str(field.type)
            )
    return rows


def widened(stored: pa.Schema, new: pa.Schema, *, either: bool = False) -> pa.Schema:
    """The table's schema once ``new`` rows are in it: new columns at the end, ``int64`` widened to ``double``, one
    of nothing but nulls (type ``null``) as whatever comes first. ``either``: the new ones may be widened as well.
    Raises ``Conflict`` for other changes.
    """
    fields = {field.name: field.type for field in stored}
    for field in new:
        present = fields.get(field.name, pa.null())
        if field.type in (present, pa.null()) or (either and present == pa.float64() and field.type == pa.int64()):
            fields[field.name] = present
        elif present == pa.null() or (present == pa.int64() and field.type == pa.float64()):
            fields[field.name] = field.type
        else:
            raise Conflict("lake-column-type", column=field.name, wanted=str(present), found=str(field.type))
    return pa.schema(fields)


def written(schema: pa.Schema) -> pa.Schema:
    """The schema as files and log have it: no column of type ``null``."""
    return pa.schema([(field.name, NOTHING_YET if field.type == pa.null() else field.type) for field in schema])


def fitted(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows under ``schema``: missing columns are null, types are widened without loss.

    Raises ``Conflict`` where a whole number is too large to be a ``double`` exactly.
    """
    columns = []
    for field in schema:
        if field.name not in rows.column_names:
            columns.append(pa.nulls(rows.num_rows, field.type))
            continue
        column = rows.column(field.name)
        try:
            columns.append(
                pa.nulls(rows.num_rows, field.type)
                if column.null_count == rows.num_rows
                else column.cast(field.type)
            )
        except pa.ArrowInvalid as fault:
            raise Conflict("lake-column-lossy", column=field.name, fault=str(fault)) from fault
    return pa.table(columns, schema=schema)


def _type(rows: pa.Table, name: str) -> str:
    return str(rows.schema.field(name).type) if name in rows.column_names else "-"
