"""A bench to train on: any table of columns becomes a prepared product, in a shell one can look into."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from basyx.aas import model

from aas_server.clock import SystemClock
from aas_server.ids import Names, id_shorts
from aas_server.product import train
from aas_server.product.recipe import Label, Modelling, Owner, Recipe
from aas_server.product.work import Prepared, PreparedTable, Trained, Work
from aas_server.settings import Settings
from submodels.ai_model import AIModel
from submodels.data_processing import Coverage, DataProcessing
from submodels.field import Field
from submodels.text import both

WORDS = both("시험", "test")


@dataclass
class Shell:
    """The product's shell, kept in memory."""

    submodels: dict[str, model.Submodel] = field(default_factory=dict)

    def put(self, product: str, submodel: model.Submodel, files: Mapping[str, Path] | None = None) -> None:
        self.submodels[str(submodel.id_short)] = submodel


@dataclass
class Built:
    """What a buyer finds after step 3."""

    trained: Trained
    shell: Shell

    @property
    def model(self) -> AIModel:
        return self.trained.model

    def notes(self, language: str = "en") -> str:
        return "\n".join(note[language] for note in self.model.notes)


def recipe(label: Label | None, modelling: Modelling) -> Recipe:
    owner = Owner(WORDS, WORDS, WORDS, WORDS, "1", "KR", "1", "a@b.example", WORDS, "m", "1", "2026")
    return Recipe(
        id="cell",
        title=WORDS,
        description=WORDS,
        kind="quality-prediction",
        industry="C22",
        process=WORDS,
        equipment=WORDS,
        keywords=(),
        streams=("shots",),
        owner=owner,
        label=label,
        modelling=modelling,
    )


def prepared(table: pd.DataFrame, path: Path) -> Prepared:
    """As step 2 leaves it: ``Time``, then the columns under their idShorts."""
    columns = [name for name in table.columns if name != "Time"]
    legal = id_shorts(columns)
    table.rename(columns=legal).to_parquet(path, index=False)
    fields = tuple(
        Field(
            name,
            legal[name],
            "xs:double" if table[name].dtype.kind in "fiub" else "xs:string",
            f"https://factory.example/ids/cd/{legal[name]}",
            "own",
            WORDS,
            WORDS,
        )
        for name in columns
    )
    main = PreparedTable("shots", path, len(table), fields)
    processing = DataProcessing("x", {}, (), {}, Coverage(0, 0, 0), "")
    return Prepared(main, (), processing)


Build = Callable[..., Built]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Train on a table: ``build(table, label=…, defect=…, **modelling)``. What was trained the same way before is
    handed out again, but for ``anew``."""
    known: dict[object, Built] = {}

    def run(
        table: pd.DataFrame,
        label: str | None = None,
        defect: tuple[str, ...] = ("1",),
        anew: bool = False,
        **how: Any,
    ) -> Built:
        content = (
            tuple(zip(table.columns, map(str, table.dtypes), strict=True)),
            pickle.dumps(table.to_dict("list")),
        )
        key = (content, label, defect, repr(sorted(how.items())))
        if anew or key not in known:
            known[key] = _trained(tmp_path_factory.mktemp("run"), table, label, defect, Modelling(**how))
        return known[key]

    return run


def _trained(
    folder: Path, table: pd.DataFrame, label: str | None, defect: tuple[str, ...], how: Modelling
) -> Built:
    shell = Shell()
    work = Work(
        recipe=recipe(Label(label, defect) if label else None, how),
        folder=folder,
        store=cast(Any, None),
        twin=cast(Any, shell),
        packages=cast(Any, None),
        clock=SystemClock(),
        names=Names("https://factory.example"),
        settings=Settings(),
        progress=lambda step, done, total: None,
    )
    return Built(train.run(work, prepared(table, folder / "shots.parquet")), shell)


@pytest.fixture
def shots() -> pd.DataFrame:
    """A made-up moulding cell, a shot every half minute; ``bad`` follows from pressure and temperature."""
    rows = 1500
    random = np.random.default_rng(7)
    pressure, temperature, noise = random.normal(size=(3, rows))
    risk = 2.0 * np.abs(pressure) + temperature
    return pd.DataFrame(
        {
            "Time": pd.date_range("2026-01-01", periods=rows, freq="30s", tz="UTC").astype("datetime64[us, UTC]"),
            "pressure": 90 + 3 * pressure,
            "temperature": 220 + 2 * temperature,
            "noise": noise,
            "bad": (risk > np.quantile(risk, 0.94)).astype(int),
        }
    )
