"""A Parquet file's columns, as the file types them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.errors import BadInput
from aas_server.quality.file.layout import MOST_COLUMNS
from aas_server.quality.file.plan import Source
from aas_server.store.parquet import literal, quoted

_READ = ("BOOLEAN", "DOUBLE", "FLOAT", "DATE", "VARCHAR")


def read(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[tuple[Source, ...], int]:
    """Make the view ``source`` and say which columns it has and how many rows. The nameless index that pandas
    writes beside the columns is left out. Nested values, bytes and times of day are seen as their texts.
    Raises ``BadInput`` for a broken file."""
    try:
        metadata = pq.read_metadata(file)
        unnamed = _unnamed_index(metadata.schema.to_arrow_schema())
        described = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet({literal(str(file))})"  # noqa: S608
        ).fetchall()
    except (pa.ArrowException, duckdb.Error, OSError) as fault:
        raise BadInput("quality-file-parquet", file=str(file), fault=str(fault).splitlines()[0]) from None
    columns = [(name, kind) for name, kind, *_ in described if name not in unnamed]
    if not columns:
        raise BadInput("quality-file-empty", file=str(file))
    if len(columns) > MOST_COLUMNS:
        raise BadInput(
            "quality-file-too-wide", file=str(file), found=f"{len(columns):,}", most=f"{MOST_COLUMNS:,}"
        )
    sources = tuple(Source(name, f"s{number}", _native(kind)) for number, (name, kind) in enumerate(columns))
    seen = ", ".join(
        f"{quoted(name)}{'' if source.native == kind else '::VARCHAR'} AS {source.sql}"
        for source, (name, kind) in zip(sources, columns, strict=True)
    )
    connection.execute(
        f"CREATE VIEW source AS SELECT file_row_number AS row, {seen} FROM read_parquet({literal(str(file))})"  # noqa: S608
    )
    return sources, metadata.num_rows


def _native(kind: str) -> str:
    """What is neither number, time nor truth is text."""
    known = kind in _READ or kind.startswith(("DECIMAL", "TIMESTAMP")) or kind.endswith("INT") or kind == "INTEGER"
    return kind if known else "VARCHAR"


def _unnamed_index(schema: pa.Schema) -> frozenset[str]:
    described = (schema.metadata or {}).get(b"pandas")
    if described is None:
        return frozenset()
    index = json.loads(described).get("index_columns", [])
    return frozenset(name for name in index if isinstance(name, str) and name.startswith("__index_level_"))
