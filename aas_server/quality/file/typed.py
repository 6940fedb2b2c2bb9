"""The relation ``data``: every column typed (``c0``, …) and as text (``r0``, …), with its row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from aas_server.quality.declared import Quality
from aas_server.quality.file.plan import Plan
from aas_server.quality.file.running import Watch, run
from aas_server.store.parquet import literal

_WIDE = 200
"""Columns beyond which texts are stored twice, as cells and as values."""


def view(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """A Parquet file as it is, with ``row``."""
    connection.execute(
        f"CREATE VIEW {name} AS SELECT file_row_number AS row, * FROM read_parquet({literal(str(path))})"  # noqa: S608
    )


def make(
    connection: duckdb.DuckDBPyConnection,
    made: Sequence[Plan],
    declared: Quality,
    path: Path,
    folder: Path,
    watch: Watch,
    *,
    copied: bool,
) -> Path:
    """Make ``data`` of ``source``. Texts are turned into values once and kept (``copied``); a file that is typed
    already is read where it is. ``path``: the file behind ``source``, which is deleted if it is our copy.
    Gives the file behind ``data``."""
    if not copied:
        columns = ", ".join(
            f"{plan.typed} AS c{number}, {plan.source.text} AS r{number}" for number, plan in enumerate(made)
        )
        connection.execute(f"CREATE VIEW data AS SELECT row, {columns} FROM source")  # noqa: S608
        return path
    target = _copy(connection, made, declared, folder, watch)
    if path.parent == folder:
        path.unlink()
    return target


def _copy(
    connection: duckdb.DuckDBPyConnection, made: Sequence[Plan], declared: Quality, folder: Path, watch: Watch
) -> Path:
    target = folder / "typed.parquet"
    wide = is_wide(made)
    stored = ["source.row AS row"]
    for number, plan in enumerate(made):
        stored.append(f"{plan.source.text} AS r{number}")
        if plan.kind != "string" or wide:
            stored.append(f"{plan.typed} AS c{number}")
    joins = " ".join(
        f"LEFT JOIN {plan.table} ON {plan.source.text} = {plan.table}.text" for plan in made if plan.table
    )
    run(
        connection,
        f"COPY (SELECT {', '.join(stored)} FROM source {joins}) TO {literal(str(target))} "  # noqa: S608
        "(FORMAT parquet, COMPRESSION snappy)",
        "quality-typed",
        watch,
    )
    seen = ", ".join(f"r{number}" + _seen(plan, number, declared, stored=wide) for number, plan in enumerate(made))
    connection.execute(
        f"CREATE VIEW data AS SELECT row, {seen} FROM read_parquet({literal(str(target))})"  # noqa: S608
    )
    return target


def is_wide(made: Sequence[Plan]) -> bool:
    """Whether a file has so many columns that to bind their expressions would cost more than to read them."""
    return len(made) > _WIDE


def _seen(plan: Plan, number: int, declared: Quality, *, stored: bool) -> str:
    if plan.kind != "string" or stored:
        return f", c{number}"
    return f", CASE WHEN NOT {plan.nothing(f'r{number}', declared)} THEN r{number} END AS c{number}"
