"""What a release's data hold of each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.store.parquet import quoted, reader


def observed(
    table: Path, numbers: Sequence[str], texts: Sequence[str] = ()
) -> Mapping[str, tuple[object, object, object]]:
    """Smallest, largest and a usual value (the lower median) of each number column; of a text column its most
    frequent word alone. What the table does not hold is left out."""
    schema = pq.read_schema(table)
    names = [name for name in numbers if name in schema.names and _is_number(schema.field(name).type)]
    words = [name for name in texts if name in schema.names]
    if not names and not words:
        return {}
    cells = [f"CASE WHEN isfinite({quoted(name)}::DOUBLE) THEN {quoted(name)}::DOUBLE END" for name in names]
    wanted = [f"min({cell}), max({cell}), quantile_disc({cell}, 0.5)" for cell in cells]
    wanted += [f"NULL, NULL, mode({quoted(name)}::VARCHAR ORDER BY {quoted(name)})" for name in words]
    with reader({"t": [table]}) as db:
        (flat,) = db.execute(f"SELECT {', '.join(wanted)} FROM t").fetchall()  # noqa: S608
    return {name: flat[3 * at : 3 * at + 3] for at, name in enumerate((*names, *words))}


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind)
    )
