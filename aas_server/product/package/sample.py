"""The free sample: at most a hundred rows that show the whole period, and both outcomes where there is a label."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aas_server.clock import iso
from aas_server.product import labels, report
from aas_server.product.package.tables import Table, rows_at
from aas_server.product.recipe import Label

LIMIT = 100
"""The data library takes a sample of at most a hundred rows."""

_DEFECTS = 10


def write(table: Table, label: Label | None, target: Path) -> int:
    """Write the sample as CSV (UTF-8 with byte order mark); returns its rows.

    Rows are spread evenly over the table; where a label is declared, up to ten of the hundred are spread evenly
    over the defects, so the share of defects in the sample is *not* that of the data. Same table, same sample.
    """
    defects = _defects(table, label)
    chosen = {defects[at] for at in _spread(len(defects), _DEFECTS)}
    chosen.update(_spread(table.rows, LIMIT - len(chosen)))
    rows = rows_at(table.path, sorted(chosen))
    cells = ([_cell(value) for value in row.values()] for row in rows.to_pylist())
    report.write_csv(target, [rows.column_names, *cells])
    return int(rows.num_rows)


def _spread(count: int, wanted: int) -> list[int]:
    """At most ``wanted`` positions among ``count``, evenly spaced, first and last among them."""
    if count <= wanted:
        return list(range(count))
    return [at * (count - 1) // max(wanted - 1, 1) for at in range(wanted)]


def _defects(table: Table, label: Label | None) -> list[int]:
    """The rows whose label tells a defect."""
    columns = {field.name: field.id_short for field in table.source.fields}
    if label is None or columns.get(label.column) not in table.columns:
        return []
    cells = pq.read_table(table.path, columns=[columns[label.column]]).column(0)
    wanted = labels.defects(label)
    bad = [value for value in pc.unique(cells).to_pylist() if labels.plain(value) in wanted]
    found = pc.is_in(cells, value_set=pa.array(bad, type=cells.type))
    return [int(at) for at in pc.indices_nonzero(found).to_pylist()]


def _cell(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value
