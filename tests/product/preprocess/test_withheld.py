"""What the recipe keeps back, looked for in everything that leaves the house."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.products import products_router
from aas_server.clock import SystemClock
from aas_server.house import House
from aas_server.ingest.service import catch_up
from aas_server.ingest.taking.files import Files, Wish
from aas_server.product import propose, record
from aas_server.product.recipe import Cleaning, Label, Modelling
from aas_server.product.recipe.cleaning import Outliers, Secret
from aas_server.settings import Settings
from connectors.message import Message

ROWS = 240


def shots() -> pd.DataFrame:
    """The defect follows from the secret dose, so that a model would name it, were it there."""
    rng = np.random.default_rng(5)
    dose = (7300 + rng.normal(0, 30, ROWS)).round(3)
    return pd.DataFrame(
        {
            "time": pd.date_range("2026-02-01", periods=ROWS, freq="60s").strftime("%Y-%m-%dT%H:%M:%SZ"),
            "pressure": rng.normal(100, 5, ROWS).round(2),
            "hidden_dose": dose,
            "recipe_temp": (8400 + rng.normal(0, 20, ROWS)).round(3),
            "worker": rng.choice(["김비밀", "이은밀"], ROWS),
            "verdict": np.where(dose > 7330, "N", "Y"),
        }
    )


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Path]]:
    """A product of those shots, sold; and its AASX written anew from the shell."""
    home = tmp_path_factory.mktemp("withheld")
    shots().to_csv(home / "shots.csv", index=False)
    with House(Settings(data=home / "data")) as house:
        files = Files(
            house.store,
            house.settings,
            lambda topic, chunk, at: house.store.journal.append([Message("file", topic, chunk.payload, at)]),
        )
        (taken,) = files.take(home / "shots.csv", Wish(topic="line/1/shots", time="time"), lambda *_: None)
        catch_up(house.store, house.settings)
        columns = tuple(shots().columns)
        first = propose.recipe("cell", "cell", (taken.stream,), columns, "time", "verdict", {"N": 1, "Y": 9})
        cleaning = Cleaning(
            secrets={"hidden_dose": "drop", "recipe_temp": Secret("normalise")},
            persons=("worker",),
            outliers={
                "hidden_dose": Outliers("mad"),
                "recipe_temp": Outliers("mad"),
                "pressure": Outliers("mad", limit=1.0),
            },
            codes={"hidden_dose": (7300.125,)},
        )
        house.keep_recipe(replace(first, cleaning=cleaning, label=Label("verdict", ("N",)), modelling=Modelling()))
        house.build("cell", lambda *_: None)
        house.shelf.export("cell", home / "again.aasx")
        yield house, home


def everything(home: Path) -> Iterator[tuple[str, str]]:
    """All that is handed over, unpacked, as text; tables cell by cell."""
    product = home / "data" / "products" / "cell"
    kept = [file for file in product.rglob("*") if file.is_file() and file.name != "product.toml"]
    for file in [*kept, home / "again.aasx"]:
        yield from _read(file.name, file.read_bytes())


def _read(name: str, body: bytes) -> Iterator[tuple[str, str]]:
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            for part in package.namelist():
                yield from _read(f"{name}/{part}", package.read(part))
    elif name.endswith(".parquet"):
        yield name, pq.read_table(io.BytesIO(body)).to_pandas().to_csv() + str(pq.read_schema(io.BytesIO(body)))
    else:
        yield name, body.decode("utf-8", "replace")


def test_nothing_that_is_handed_over_tells_it(sold: tuple[House, Path]) -> None:
    _, home = sold
    frame = shots()
    words = ["hidden_dose", "김비밀", "이은밀", "7300.125"]
    words += [str(value) for value in (*frame["hidden_dose"], *frame["recipe_temp"])]
    words += [f"{frame['recipe_temp'].mean():.2f}", f"{frame['recipe_temp'].std(ddof=0):.4f}"]
    seen = dict(everything(home))
    assert any(name.endswith(".xml") for name in seen) and any("sample.csv" in name for name in seen)
    found = [(name, word) for name, text in seen.items() for word in words if word in text]
    assert found == []


def test_no_answer_of_the_products_tells_it(sold: tuple[House, Path]) -> None:
    house, _ = sold
    at = "/products/cell/releases/cell-r1"
    words = ["hidden_dose", "김비밀", "이은밀", "7300.125", *map(str, shots()["recipe_temp"])]
    app = FastAPI()
    app.include_router(products_router(house.store, house.settings, SystemClock()))
    with TestClient(app) as client:
        for path in ("/products", "/products/cell", at, f"{at}/records", f"{at}/predict/schema", f"{at}/model"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert [word for word in words if word in answer.text] == [], path
        known = client.get(at).json()["collected"]["main"]
        assert "recipe_temp" in known["columns"] and "pressure" in known["columns"]


def test_no_model_learns_from_a_mark(sold: tuple[House, Path]) -> None:
    house, _ = sold
    made = record.release(house.store, "cell-r1")
    assert "pressure_outlier" in {field.id_short for field in made.prepared.main.fields}
    assert "pressure_outlier" not in made.trained.model.features
    assert any("pressure_outlier" in note["en"] for note in made.trained.model.notes)


def test_the_recipe_keeps_its_columns_in_house(sold: tuple[House, Path]) -> None:
    """A build after the first one knows the feed's fields from the shell: the dropped one is not lost by it."""
    house, _ = sold
    prepared = house.preview("cell", lambda *_: None)
    assert [field.name for field in prepared.main.fields][:2] == ["pressure", "recipe_temp"]
    assert house.build("cell", lambda *_: None).id == "cell-r1"


def test_lineage_and_preview_by_command(sold: tuple[House, Path], aas: Callable[..., Any]) -> None:
    _, home = sold
    lineage = aas("product", "lineage", "cell", "--data", home / "data")
    assert lineage.code == 0, lineage.err
    assert "secret-normalise: 240 → 240 rows, 240 cells changed" in lineage.out
    assert "column pressure: missing 0" in lineage.out and "hidden_dose" not in lineage.out
    before = sorted(file for file in (home / "data").rglob("*.*") if "work" not in file.parts)
    preview = aas("product", "preview", "cell", "--data", home / "data", "--json")
    assert preview.code == 0, preview.err
    told = preview.last
    assert told["release"] is None and told["tables"] == [{"stream": "line_1_shots", "rows": 240}]
    assert {one["code"] for one in told["operations"]} >= {"secret-drop", "pseudonym"}
    assert sorted(file for file in (home / "data").rglob("*.*") if "work" not in file.parts) == before
