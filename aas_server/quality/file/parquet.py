"""A Parquet file's columns, as the file types them."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.errors import BadInput
from aas_server.quality.file.layout import MOST_COLUMNS
from aas_server.quality.file.plan import Source
from aas_server.store.parquet import literal, quoted
from connectors.headings import unique

_WHOLE_DECIMAL = re.compile(r"DECIMAL\(\d+,\s*0\)")
_READ = ("BOOLEAN", "DOUBLE", "FLOAT", "DATE", "VARCHAR")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a Parquet file says of itself. ``repeated``: names that come more than once."""

    sources: tuple[Source, ...]
    rows: int
    repeated: tuple[str, ...]


def read(connection: duckdb.DuckDBPyConnection, file: Path) -> Typed:
    """Make the view ``source`` and say which columns it has and how many rows. The nameless index that pandas
    writes beside the columns is left out. Nested values, bytes and times of day are seen as their texts.
    Raises ``BadInput`` for a broken file."""
    try:
        metadata = pq.read_metadata(file)
        schema = metadata.schema.to_arrow_schema()
        described = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet({literal(str(file))})"  # noqa: S608
        ).fetchall()
    except (pa.ArrowException, duckdb.Error, OSError) as fault:
        raise BadInput("quality-file-parquet", file=str(file), fault=str(fault).splitlines()[0]) from None
    # DuckDB has names of its own for those that differ in capitals only; people know the file's
    own = schema.names if len({*schema.names, ""}) > len(schema.names) else unique(schema.names)
    unnamed = _unnamed_index(schema)
    columns = [
        (name, seen, kind) for name, (seen, kind, *_) in zip(own, described, strict=True) if name not in unnamed
    ]
    if not columns:
        raise BadInput("quality-file-empty", file=str(file))
    if len(columns) > MOST_COLUMNS:
        raise BadInput(
            "quality-file-too-wide", file=str(file), found=f"{len(columns):,}", most=f"{MOST_COLUMNS:,}"
        )
    sources = tuple(Source(name, f"s{number}", _native(kind)) for number, (name, _, kind) in enumerate(columns))
    selected = ", ".join(
        f"{quoted(seen)}{_cast(source.native, kind)} AS {source.sql}"
        for source, (_, seen, kind) in zip(sources, columns, strict=True)
    )
    connection.execute(
        f"CREATE VIEW source AS SELECT file_row_number AS row, {selected} FROM read_parquet({literal(str(file))})"  # noqa: S608
    )
    repeated = tuple(name for name, times in Counter(schema.names).items() if name and times > 1)
    return Typed(sources, metadata.num_rows, repeated)


def _cast(native: str, kind: str) -> str:
    return "" if native == kind else f"::{native}"


def _native(kind: str) -> str:
    """What is neither number, time nor truth is text; a decimal without decimals is a whole number."""
    if _WHOLE_DECIMAL.fullmatch(kind):
        return "HUGEINT"
    known = kind in _READ or kind.startswith(("DECIMAL", "TIMESTAMP")) or kind.endswith("INT") or kind == "INTEGER"
    return kind if known else "VARCHAR"


def _unnamed_index(schema: pa.Schema) -> frozenset[str]:
    described = (schema.metadata or {}).get(b"pandas")
    if described is None:
        return frozenset()
    index = json.loads(described).get("index_columns", [])
    return frozenset(name for name in index if isinstance(name, str) and name.startswith("__index_level_"))
