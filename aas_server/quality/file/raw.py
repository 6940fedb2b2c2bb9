"""A text file's cells, as they stand in it, in a Parquet file: read once, in bounded memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from aas_server.errors import BadInput
from aas_server.quality.file.layout import Layout
from aas_server.quality.file.running import Watch, run
from aas_server.store.parquet import literal

MOST_LINE = 2**24
"""Bytes of one row; a cell beyond is no reading of a machine."""
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_LONG = re.compile(r"Maximum line size of \d+ bytes exceeded", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Raw:
    """``path`` has the columns ``s0``, ``s1``, … as texts, in file order."""

    path: Path
    rows: int


def read(
    connection: duckdb.DuckDBPyConnection, text: Path, layout: Layout, folder: Path, file: Path, watch: Watch
) -> Raw:
    """Read the rows below the header. Raises ``BadInput`` with the line of a row that has other cells than the
    header, or of a quote that is never closed."""
    columns = ", ".join(f"'s{number}': 'VARCHAR'" for number in range(len(layout.names)))
    path = folder / "raw.parquet"
    # no word stands for null here: what is missing is decided by definition, not by the reader
    source = (
        f"read_csv({literal(str(text))}, auto_detect=false, columns={{{columns}}}, "
        f"delim={literal(layout.separator)}, quote='\"', escape='\"', header=false, "
        f"skip={layout.skip}, nullstr='\x01', strict_mode=true, null_padding=false, "
        f"encoding='utf-8', max_line_size={MOST_LINE})"
    )
    try:
        run(
            connection,
            f"COPY (SELECT * FROM {source}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)",  # noqa: S608
            "quality-read",
            watch,
        )
    except duckdb.Error as fault:
        raise _told(str(fault), file, layout) from None
    [(rows,)] = connection.execute(f"SELECT count(*) FROM read_parquet({literal(str(path))})").fetchall()  # noqa: S608
    return Raw(path, rows)


def _told(fault: str, file: Path, layout: Layout) -> BadInput:
    found = _LINE.search(fault)
    line = int(found[1]) if found else 0
    if width := _WIDTH.search(fault):
        return BadInput("quality-file-ragged", file=str(file), line=line, expected=width[1], found=width[2])
    if "unterminated quote" in fault:
        return BadInput("quality-file-quote", file=str(file), line=line)
    if _LONG.search(fault):
        return BadInput("quality-file-long-cell", file=str(file), line=line, most=f"{MOST_LINE:,}")
    return BadInput(
        "quality-file-unreadable", file=str(file), fault=fault.splitlines()[0], separator=layout.separator
    )
