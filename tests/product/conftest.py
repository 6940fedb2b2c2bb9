"""A workbench on a real store and twin, and records laid down as the lake keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aas_server.ids import Names, id_shorts
from aas_server.product.recipe import Owner, Recipe
from aas_server.product.work import Collected, CollectedStream, Work
from aas_server.runner import Runner
from aas_server.settings import Settings
from aas_server.store.contract import Pin
from aas_server.store.sqlite.opening import open_store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
from submodels.ai_model import AIModel, Confusion, OnnxCheck, Split
from submodels.ai_results import Baseline, Bin, Calibration, ClassFigures, Curve, Evaluation, Leak, Residuals
from submodels.field import Field
from submodels.text import both

KINDS = {pa.bool_(): "bool", pa.int64(): "int64", pa.float64(): "double", pa.string(): "string"}
XSD = {"bool": "xs:boolean", "int64": "xs:long", "double": "xs:double", "string": "xs:string"}
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """A recipe that cleans and measures nothing yet; tests replace its parts."""
    word = both("시험", "test")
    owner = Owner(word, word, word, word, "", "KR", "", "", word, "", "", "")
    return Recipe("cell", word, word, "quality-prediction", "C", word, word, (word,), ("shots",), owner)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[[Recipe], Work]]:
    """Makes the bench for a recipe, on a store and a twin of its own."""
    with benches(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def lasting_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Recipe], Work]]:
    """The same for all tests of a file."""
    with benches(tmp_path_factory.mktemp("bench")) as make:
        yield make


@contextmanager
def benches(tmp_path: Path) -> Iterator[Callable[[Recipe], Work]]:
    store = open_store(tmp_path / "data")
    runner = Runner()
    names = Names("https://factory.example")
    twin = Shelf(Repository(store), store.files, names, runner.run)

    def make(recipe: Recipe) -> Work:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        settings = Settings(data=tmp_path / "data")
        return Work(recipe, folder, store, twin, Packages(store), FixedClock(), names, settings, lambda *_: None)

    yield make
    runner.close()
    store.close()


Lay = Callable[..., CollectedStream]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lays a frame down as the lake keeps it, over several files: ``_time``, ``_flags`` and ``_misfit`` are the
    lake's columns, the rest are the stream's own."""
    return laid_in(tmp_path)


@pytest.fixture(scope="module")
def lasting_lay(tmp_path_factory: pytest.TempPathFactory) -> Lay:
    """The same for all tests of a file."""
    return laid_in(tmp_path_factory.mktemp("lake"))


def laid_in(tmp_path: Path) -> Lay:
    """As ``lay``, into this folder."""

    def down(
        frame: pd.DataFrame, name: str = "shots", shape: str = "wide", files: int = 3, **fields: Field
    ) -> CollectedStream:
        own = [column for column in frame.columns if column not in ("_time", "_flags", "_misfit")]
        empty = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        columns = {
            "time": pa.array(frame.get("_time", empty), pa.timestamp("us", "UTC"), from_pandas=True),
            "arrival": pa.array([datetime(2026, 3, 1, tzinfo=UTC)] * len(frame), pa.timestamp("us", "UTC")),
            "position": pa.array(range(1, len(frame) + 1), pa.int64()),
            "flags": pa.array(frame.get("_flags", empty), pa.string(), from_pandas=True),
            "misfit": pa.array(frame.get("_misfit", empty), pa.string(), from_pandas=True),
        }
        columns |= {column: _own(frame[column]) for column in own}
        table = pa.table(columns)
        step = max(1, -(-len(frame) // files))
        paths = []
        for start in range(0, max(1, len(frame)), step):
            path = tmp_path / f"{name}-{start:07}.parquet"
            pq.write_table(table.slice(start, step), path)
            paths.append(path)
        kinds = {column: KINDS[table.schema.field(column).type] for column in own}
        if shape == "narrow":
            described = list(fields.values()) or [
                field(tag, XSD["double"]) for tag in sorted(frame["tag"].dropna().unique())
            ]
        else:
            described = [fields.get(c, field(c, XSD[kinds[c]])) for c in own]
        return CollectedStream(
            name, f"topic/{name}", "test", shape, Pin(name, 1, (), len(frame)), tuple(paths), kinds,
            len(frame), len(frame), 0, 0, None, None, tuple(described),
        )  # fmt: skip

    return down


def _own(column: pd.Series) -> pa.Array:
    """A column in one of the lake's types; not-a-number is null."""
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        array = pa.array([None if pd.isna(cell) else cell for cell in column.tolist()])
        array = pa.array(array.to_pylist(), pa.string()) if pa.types.is_null(array.type) else array
        return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array
    return pa.array(column, from_pandas=True)


@pytest.fixture
def field_named() -> Callable[..., Field]:
    return field


def field(name: str, value_type: str, **more: object) -> Field:
    """A field with an own URI."""
    short = id_shorts([name])[name]
    title = both(name, name)
    return Field(name, short, value_type, f"https://factory.example/ids/cd/{short}", "own", title, title, **more)  # type: ignore[arg-type]


@pytest.fixture
def collected() -> Callable[..., Collected]:
    def gather(main: CollectedStream, *companions: CollectedStream) -> Collected:
        return Collected(main, companions, 0, 0)

    return gather


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real factory data; it never enters the repository."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED


def _model(**more: object) -> AIModel:
    said: dict[str, object] = {
        "id": "https://factory.example/ids/sm/cell/AIModelNameplate",
        "task": "classification",
        "algorithm": "RandomForestClassifier",
        "framework": "scikit-learn",
        "label": "bad",
        "positive": "1",
        "features": ("pressure", "temperature", "noise", "spare"),
        "split": Split("2026-01-01T00:00:00Z", 2100, 900, 60, 25),
        "acceptance": 0.8,
        "macro_f1": 0.931,
        "naive_macro_f1": 0.493,
        "confusion": Confusion(("good", "defect"), ((872, 3), (4, 21))),
        "importance": (("pressure", 0.6), ("temperature", 0.3), ("noise", 0.07), ("spare", 0.03)),
        "onnx": OnnxCheck(900, 0),
        "weak": False,
        "verdict": both("기준을 넘습니다.", "It passes."),
        "hyperparameters": {"n_estimators": "101"},
        "figures": {
            "DefectsCaught": 21.0,
            "DefectsMissed": 4.0,
            "FalseAlarms": 3.0,
            "FlaggedShareTest": 24 / 900,
            "RecallDefect": 0.84,
            "PrecisionDefect": 0.875,
        },
        "reached": 0.931,
        "evaluation": Evaluation(
            baselines=(Baseline("naive", "majority", 0.493, {}), Baseline("linear", "logistic", 0.71, {})),
            classes=(
                ClassFigures("good", 2040, 875, 0.995, 0.997, 0.996, 0.999),
                ClassFigures("defect", 60, 25, 0.875, 0.84, 0.857, 0.9),
            ),
            curves=(
                Curve(
                    "precision-recall", "defect", 0.9,
                    (0.0, 0.5, 0.84, 1.0), (1.0, 1.0, 0.875, 0.03), (1.0, 0.8, 0.4, 0.0),
                ),
                Curve("roc", "defect", 0.98, (0.0, 0.003, 0.3, 1.0), (0.0, 0.84, 0.98, 1.0), (1.0, 0.4, 0.1, 0.0)),
            ),
            calibration=Calibration(
                "defect", 0.011, 0.008,
                (Bin(0.0, 0.1, 850, 0.02, 0.01), Bin(0.4, 0.5, 20, 0.45, 0.3), Bin(0.9, 1.0, 30, 0.95, 0.9)),
            ),
            permutation=(("pressure", 0.3), ("temperature", 0.1), ("noise", 0.0)),
        ),
    }  # fmt: skip
    return AIModel(**{**said, **more})  # type: ignore[arg-type]


def _number(**more: object) -> AIModel:
    """A regression whose errors swing to and fro."""
    actual = tuple(100 + 0.2 * at + (at * 7 % 13) for at in range(60))
    told = tuple(value + (at * 5 % 9 - 4) / 2 for at, value in enumerate(actual))
    seen = Evaluation(
        baselines=(
            Baseline("naive", "mean", -0.01, {"MAE": 4.4}),
            Baseline("linear", "ridge", 0.75, {"MAE": 2.0}),
        ),
        residuals=Residuals(
            "mm", ((0.05, -2.0), (0.25, -1.0), (0.5, 0.0), (0.75, 1.0), (0.95, 2.0)), actual, told
        ),
        permutation=(("pressure", 0.5), ("temperature", 0.2)),
    )
    said: dict[str, object] = {
        "task": "regression", "algorithm": "RandomForestRegressor", "label": "length", "positive": None,
        "metric": "r2", "reached": 0.91, "macro_f1": None, "naive_macro_f1": None, "confusion": None, "unit": "mm",
        "split": Split("2026-01-01T00:00:00Z", 2100, 900, 0, 0), "evaluation": seen,
        "figures": {"MAE": 1.1, "RMSE": 1.4, "R2": 0.91, "NaiveMAE": 4.4},
    }  # fmt: skip
    return _model(**{**said, **more})


_WEAK: dict[str, object] = {"weak": True, "verdict": both("약한 모델입니다.", "A weak model.")}
_SORTS = ("crack", "burr", "기포")
MODELS: dict[str, AIModel] = {
    "binary": _model(),
    "weak": _model(**_WEAK, macro_f1=0.55, reached=0.55),
    "leaking": _model(
        **_WEAK,
        evaluation=replace(
            _model().evaluation,
            leaks=(
                Leak("label-in-column", "suspected", 1, ("noise",),
                     both("정답이 noise에 있습니다.", "It is in noise.")),
                Leak("repeated-rows", "note", 3, (), both("3행이 같습니다.", "3 rows repeat.")),
            ),
        ),
    ),
    "multiclass": _model(
        positive=None, figures={"Accuracy": 0.9}, macro_f1=0.9, reached=0.9,
        confusion=Confusion(_SORTS, ((300, 5, 2), (9, 280, 4), (3, 1, 296))),
        split=Split("2026-01-01T00:00:00Z", 2100, 900, 0, 0),
        evaluation=Evaluation(
            baselines=(Baseline("naive", "majority", 0.17, {}),),
            classes=tuple(ClassFigures(one, 700, 300, 0.95, 0.94, 0.945, 0.97) for one in _SORTS),
            curves=tuple(
                Curve("precision-recall", one, 0.97, (0.0, 0.9, 1.0), (1.0, 0.95, 0.3), (1.0, 0.5, 0.0))
                for one in _SORTS
            ),
        ),
    ),
    "regression": _number(),
    "weak regression": _number(**_WEAK, reached=-0.2),
    "life": _number(task="remaining-useful-life", metric="mae-skill", unit="h", label=None, reached=0.82),
    "anomaly": _model(
        **_WEAK, task="anomaly-detection", label=None, positive=None, macro_f1=None, naive_macro_f1=None,
        confusion=None, reached=None, evaluation=Evaluation(),
        figures={"FlaggedTest": 12.0, "FlaggedByBothTest": 5.0, "FlaggedShareTest": 12 / 900},
    ),
    "anomaly judged": _model(task="anomaly-detection", metric="average-precision", reached=0.85),
    "group": _model(split=Split("m7, m9", 2100, 900, 60, 25, "group", "mould", 5, 2)),
}  # fmt: skip
"""A model of every sort that step 3 makes, with figures that fit each other."""


@pytest.fixture(params=MODELS, ids=lambda name: name.replace(" ", "-"))
def any_model(request: pytest.FixtureRequest) -> AIModel:
    return MODELS[request.param]


@pytest.fixture
def models() -> dict[str, AIModel]:
    return MODELS
