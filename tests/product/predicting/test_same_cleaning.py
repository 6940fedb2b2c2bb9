"""Cell by cell: what is done to one record is what step 2 did to the column, however odd the cell."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pandas as pd
import pyarrow.parquet as pq
import pytest

from aas_server.product import preprocess
from aas_server.product.predicting import cleaning
from aas_server.product.recipe import Cleaning, Recipe
from aas_server.product.recipe.cleaning import Cast, Conversion
from aas_server.product.work import Collected
from submodels.field import Unit

ODD = [
    "12", " 12.5 ", "-3", "+4", "1,234.5", "1.234,5", "1 234", "12,34,5", "1e3", "1E+2", "-.5", "5.", ".", "", " ",
    "0x10", "inf", "nan", "NaN", "1e400", "１２", "12abc", "--", "ERR", " ERR ", "err", "-999", "-999.0",
    "-9.99e2", "없음", " 없음 ", "ON", "on ", "OFF", "true", "False", "yes", "참", "예", "아니오", "1", "0", "1.0",
    "가동", "9007199254740993", "12345678901234567890", "1'000", "1,000", "100,000", "00012", "1,0000",
]  # fmt: skip
NUMBERS = [0.0, 1.0, -999.0, 12.5, 1e300, 3.0, -0.0, 2.0**53 + 2]
CASTS: dict[str, Any] = {
    "plain": None,
    "number": "number",
    "german": Cast("number", ",", "."),
    "grouped": Cast("number", ".", ","),
    "swiss": Cast("number", ".", "'"),
    "integer": "integer",
    "integer_grouped": Cast("integer", ".", ","),
    "boolean": "boolean",
    "text": "text",
}


def same(rules: Any, column: str, sent: list[Any], kept: list[Any]) -> None:
    for cell, value in zip(sent, kept, strict=True):
        told, _ = cleaning.raw(rules, rules["columns"][column], cell, None)
        # a model takes fractions: a whole number of 64 bits is the nearest one
        assert told == (float(value) if isinstance(value, int) else value), (column, cell)


@pytest.mark.parametrize("shape", ["wide", pytest.param("narrow", marks=pytest.mark.long)])
def test_texts_are_read_as_step_2_reads_them(
    bench: Any, recipe: Recipe, lay: Any, field_named: Any, shape: str
) -> None:
    fields = {name: field_named(name, "xs:double" if name == "plain" else "xs:string") for name in CASTS}
    columns = {name: list(ODD) for name in CASTS}
    times = pd.date_range("2026-01-01", periods=len(ODD), freq="1s", tz="UTC")
    if shape == "wide":
        frame = pd.DataFrame({"_time": times, **columns})
    else:
        rows = [
            {"_time": time, "tag": name, "number": None, "text": cell}
            for name, cells in columns.items()
            for time, cell in zip(times, cells, strict=True)
        ]
        frame = pd.DataFrame(rows).astype({"number": float})
    asked = Cleaning(
        types={name: cast for name, cast in CASTS.items() if cast is not None},
        missing_words=("없음", "--"),
        codes=dict.fromkeys(CASTS, ("ERR", -999.0)),
        repeated="keep",
    )
    work = bench(replace(recipe, cleaning=asked))
    prepared = preprocess.run(work, Collected(lay(frame, shape=shape, **fields), (), 0, 0))
    rules, table = msgspec.to_builtins(prepared.row_cleaning), pq.read_table(prepared.main.path)
    assert set(rules["columns"]) == set(CASTS)
    for name in CASTS:
        same(rules, name, ODD, table[name].to_pylist())


def test_numbers_and_misfits_are_cleaned_as_step_2_cleans_them(
    bench: Any, recipe: Recipe, lay: Any, field_named: Any
) -> None:
    texts = ["없음", "ERR", "-999", "12.5", "1,5", "고장"]
    sent: list[Any] = [*NUMBERS, *texts]
    columns = {name: [*NUMBERS, *[None] * len(texts)] for name in ("plain", "german", "integer", "text", "warm")}
    misfits = [None] * len(NUMBERS) + [json.dumps(dict.fromkeys(columns, text)) for text in texts]
    frame = pd.DataFrame(
        {
            "_time": pd.date_range("2026-01-01", periods=len(sent), freq="1s", tz="UTC"),
            "_misfit": misfits,
            **{name: pd.Series(cells, dtype=float) for name, cells in columns.items()},
        }
    )
    asked = Cleaning(
        types={"german": Cast("number", ",", "."), "integer": "integer", "text": "text"},
        missing_words=("없음",),
        codes={name: ("ERR", -999.0) for name in columns if name != "warm"},
        units={"warm": Conversion("°C", "°F")},
    )
    warm = field_named("warm", "xs:double", unit=Unit("°F", "FAH"))
    work = bench(replace(recipe, cleaning=asked))
    prepared = preprocess.run(work, Collected(lay(frame, warm=warm), (), 0, 0))
    rules, table = msgspec.to_builtins(prepared.row_cleaning), pq.read_table(prepared.main.path)
    for name in columns:
        # Ingest reads "12.5" as the number it is: it is no misfit of a column without a type.
        known = [
            at for at, cell in enumerate(sent) if cell not in ("12.5", "-999") or name not in ("plain", "warm")
        ]
        kept = table[name].to_pylist()
        same(rules, name, [sent[at] for at in known], [kept[at] for at in known])
