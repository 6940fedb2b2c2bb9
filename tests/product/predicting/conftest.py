"""A small release with a real model: trained, packed, and known to the catalogue's reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.ids import Names
from aas_server.product import package, train, use_cases
from aas_server.product.recipe import Label, Owner, Recipe
from aas_server.product.record import ReleaseRecord
from aas_server.product.work import Collected, CollectedStream, Prepared, PreparedTable, Work
from aas_server.runner import Runner
from aas_server.settings import Settings
from aas_server.store.contract import Pin
from aas_server.store.sqlite.opening import open_store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
from submodels.data_processing import Coverage, DataProcessing
from submodels.field import Field, Unit
from submodels.text import both

WORDS = both("시험", "test")


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A release, the rows it was made of, and the bench it lies on."""

    record: ReleaseRecord
    table: pd.DataFrame
    work: Work


def shots(rows: int = 900) -> pd.DataFrame:
    """A made-up cell; ``bad`` follows from pressure and temperature, with cells missing here and there."""
    random = np.random.default_rng(11)
    pressure, temperature, noise = random.normal(size=(3, rows))
    risk = 2.0 * np.abs(pressure) + temperature
    table = pd.DataFrame(
        {
            "Time": pd.date_range("2026-01-01", periods=rows, freq="30s", tz="UTC").astype("datetime64[us, UTC]"),
            "pressure": 90 + 3 * pressure,
            "temperature": 220 + 2 * temperature,
            "noise": noise,
            "bad": (risk > np.quantile(risk, 0.88)).astype(int),
        }
    )
    table.loc[::37, "noise"] = np.nan
    return table


def fields(table: pd.DataFrame) -> tuple[Field, ...]:
    names = [name for name in table.columns if name != "Time"]
    titles = {"pressure": both("사출 압력", "Injection pressure")}
    return tuple(
        Field(
            name.upper(),
            name,
            "xs:long" if name == "bad" else "xs:double",
            f"https://factory.example/ids/cd/{name}",
            "own",
            titles.get(name, both(name, name)),
            WORDS,
            role="label" if name == "bad" else "feature",
            unit=Unit("bar", "BAR") if name == "pressure" else None,
        )
        for name in names
    )


def collected(described: tuple[Field, ...], rows: int) -> Collected:
    stream = CollectedStream(
        "shots", "cell/shots", "test", "wide", Pin("shots", 1, (), rows), (), {}, rows, rows, 0, 0, None, None,
        described,
    )  # fmt: skip
    return Collected(stream, (), 0, 0)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """One for all tests: nothing of it may be changed."""
    folder = tmp_path_factory.mktemp("release")
    store, runner, names = open_store(folder / "data"), Runner(), Names("https://factory.example")
    owner = Owner(WORDS, WORDS, WORDS, WORDS, "", "KR", "", "", WORDS, "", "", "")
    recipe = Recipe(
        "cell", both("사출 셀", "Moulding cell"), WORDS, "quality-prediction", "C22", WORDS, WORDS, (WORDS,),
        ("shots",), owner, label=Label("BAD", ("1",)),
    )  # fmt: skip
    (folder / "work").mkdir()
    work = Work(
        recipe, folder / "work", store, Shelf(Repository(store), store.files, names, runner.run),
        Packages(store), FixedClock(), names, Settings(data=folder / "data"), lambda *_: None,
    )  # fmt: skip
    table = shots()
    path: Path = folder / "work" / "shots.parquet"
    table.to_parquet(path, index=False)
    described = fields(table)
    processing = DataProcessing(
        names.submodel("cell", "DataProcessing"), {"shots": 1}, (), {"shots": described}, Coverage(0, 4, 0), "test"
    )
    prepared = Prepared(PreparedTable("shots", path, len(table), described), (), processing)
    trained = train.run(work, prepared)
    used = use_cases.run(work, prepared, trained)
    gathered = collected(described, len(table))
    released = package.run(work, gathered, prepared, trained, used, "cell-r1", 1)
    record = ReleaseRecord("cell-r1", "cell", "", gathered, prepared, trained, used, released)
    yield Made(record, table, work)
    runner.close()
    store.close()
