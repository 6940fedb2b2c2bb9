"""The relation ``data``: every column typed (``c0``, …) and as text (``r0``, …), with its row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from aas_server.quality.declared import Quality
from aas_server.quality.file.plan import Plan
from aas_server.quality.file.running import Watch, run
from aas_server.store.parquet import literal


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
    target = folder / "typed.parquet"
    stored = ["source.row AS row"]
    for number, plan in enumerate(made):
        stored.append(f"{plan.source.text} AS r{number}")
        if plan.kind != "string":
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
    if path.parent == folder:
        path.unlink()
    seen = ", ".join(
        f"r{number}"
        + (f", {_as_text(plan, number, declared)} AS c{number}" if plan.kind == "string" else f", c{number}")
        for number, plan in enumerate(made)
    )
    connection.execute(
        f"CREATE VIEW data AS SELECT row, {seen} FROM read_parquet({literal(str(target))})"  # noqa: S608
    )
    return target


def _as_text(plan: Plan, number: int, declared: Quality) -> str:
    return f"CASE WHEN NOT {plan.nothing(f'r{number}', declared)} THEN r{number} END"
