"""Files that references name, as relations beside the file that is checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from aas_server.errors import BadInput
from aas_server.quality.declared import Quality
from aas_server.quality.file import layout, raw
from aas_server.quality.file.encoding import as_utf8
from aas_server.quality.file.running import Watch
from aas_server.quality.file.sniffed import sort_of
from aas_server.store.parquet import literal, quoted


def load(
    connection: duckdb.DuckDBPyConnection, declared: Quality, beside: Path, folder: Path, watch: Watch
) -> dict[str, tuple[str, Path]]:
    """Every table that a reference names → its relation and the file behind it. Names are paths of CSV or Parquet
    files beside the rules file. Raises ``BadInput`` as for the file itself."""
    return dict(_each(connection, {one.table for one in declared.references if one.table}, beside, folder, watch))


def _each(
    connection: duckdb.DuckDBPyConnection, names: set[str], beside: Path, folder: Path, watch: Watch
) -> Iterator[tuple[str, tuple[str, Path]]]:
    for number, name in enumerate(sorted(names)):
        file, relation = beside / name, f"other{number}"
        if file.resolve().parent != beside.resolve() and beside.resolve() not in file.resolve().parents:
            raise BadInput("quality-reference-elsewhere", table=name, folder=str(beside))
        if sort_of(file) == "parquet":
            path, columns = file, "*"
        else:
            inner = folder / relation
            inner.mkdir()
            text = as_utf8(file, inner)
            found = layout.find(text.path, file)
            path = raw.read(connection, text.path, found, inner, file, watch).path
            columns = ", ".join(f"s{place} AS {quoted(title)}" for place, title in enumerate(found.names))
        connection.execute(
            f"CREATE VIEW {relation} AS SELECT {columns} FROM read_parquet({literal(str(path))})"  # noqa: S608
        )
        yield name, (relation, path)
