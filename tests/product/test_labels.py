"""One rule for what counts as a defect, however the label's column is typed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.product.labels import defects, plain
from aas_server.product.package import sample, tables
from aas_server.product.recipe import Label
from aas_server.product.work import PreparedTable
from submodels.field import Field


@pytest.mark.parametrize("value", [1, 1.0, True, "1", "1.0", " true ", "TRUE"])
@pytest.mark.parametrize("declared", ["1", "1.0", "true"])
def test_one_is_one_however_it_is_written(value: object, declared: str) -> None:
    assert plain(value) in defects(Label("bad", (declared,)))


@pytest.mark.parametrize("value", [None, float("nan"), 0, False, "", "N", "10"])
def test_nothing_else_is(value: object) -> None:
    assert plain(value) not in defects(Label("bad", ("1",)))


def test_the_sample_finds_the_defects_of_a_column_of_texts(tmp_path: Path) -> None:
    rows = 1000
    path = tmp_path / "shots.parquet"
    pq.write_table(pa.table({"bad": ["true" if row % 300 == 7 else "false" for row in range(rows)]}), path)
    field = Field("bad", "bad", "xs:string", "https://own.example/bad", "own", {}, {}, "label")
    source = PreparedTable("shots", path, rows, (field,))
    table = tables.Table("shots", "data/shots.parquet", path, rows, ("bad",), source)
    sample.write(table, Label("bad", ("1",)), tmp_path / "sample.csv")
    assert (tmp_path / "sample.csv").read_text("utf-8-sig").count("true") == 4
