"""A trained model as step 3 hands it on, and a shell one can look into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from basyx.aas import model

from aas_server.clock import SystemClock
from aas_server.ids import Names
from aas_server.product import use_cases
from aas_server.product.recipe import Owner, Recipe
from aas_server.product.work import Prepared, PreparedTable, Trained, Work
from aas_server.settings import Settings
from submodels.ai_model import AIModel, Confusion, OnnxCheck, Split
from submodels.data_processing import Coverage, DataProcessing
from submodels.field import Field
from submodels.text import both
from submodels.use_cases import ProductKind, UseCases

WORDS = both("시험", "test")


class Shell:
    """The product's shell, kept in memory."""

    def __init__(self) -> None:
        self.submodels: dict[str, model.Submodel] = {}

    def put(self, product: str, submodel: model.Submodel, files: Mapping[str, Path] | None = None) -> None:
        self.submodels[str(submodel.id_short)] = submodel


@pytest.fixture
def shell() -> Shell:
    return Shell()


@pytest.fixture
def good() -> AIModel:
    """A classifier that passed."""
    return AIModel(
        id="https://factory.example/ids/sm/cell/AIModelNameplate",
        task="classification",
        algorithm="RandomForestClassifier",
        framework="scikit-learn",
        label="bad",
        positive="1",
        features=("pressure", "temperature", "noise", "spare"),
        split=Split("2026-01-01T00:00:00Z", 2100, 900, 60, 25),
        acceptance=0.8,
        macro_f1=0.931,
        naive_macro_f1=0.493,
        confusion=Confusion(("good", "defect"), ((872, 3), (4, 21))),
        importance=(("pressure", 0.6), ("temperature", 0.3), ("noise", 0.07), ("spare", 0.03)),
        onnx=OnnxCheck(900, 0),
        weak=False,
        verdict=both("기준을 넘습니다.", "It passes."),
        hyperparameters={"n_estimators": "101"},
        figures={
            "DefectsCaught": 21.0,
            "DefectsMissed": 4.0,
            "FalseAlarms": 3.0,
            "FlaggedShareTest": 24 / 900,
            "RecallDefect": 0.84,
        },
    )


@pytest.fixture
def state(tmp_path: Path, shell: Shell) -> Callable[..., UseCases]:
    """Run step 4 on a model: ``state(model, kind)``."""

    def run(trained: AIModel, kind: ProductKind = "quality-prediction") -> UseCases:
        owner = Owner(WORDS, WORDS, WORDS, WORDS, "1", "KR", "1", "a@b.example", WORDS, "m", "1", "2026")
        work = Work(
            recipe=Recipe("cell", WORDS, WORDS, kind, "C22", WORDS, WORDS, (), ("shots",), owner),
            folder=tmp_path,
            store=cast(Any, None),
            twin=cast(Any, shell),
            packages=cast(Any, None),
            clock=SystemClock(),
            names=Names("https://factory.example"),
            settings=Settings(),
            progress=lambda step, done, total: None,
        )
        fields = (
            Field("P1", "pressure", "xs:double", "x", "own", both("사출 압력", "Injection pressure"), WORDS),
            Field("noise", "noise", "xs:double", "x", "own", both("noise", "noise"), WORDS),
        )
        prepared = Prepared(
            PreparedTable("shots", tmp_path / "shots.parquet", 3000, fields),
            (),
            DataProcessing("x", {}, (), {}, Coverage(0, 0, 0), ""),
        )
        return use_cases.run(work, prepared, Trained(trained, tmp_path / "model.onnx"))

    return run
