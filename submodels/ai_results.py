"""What was measured of a model on its test part, as data that plots are drawn from. Every list is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from submodels import elements, reading
from submodels.text import Text

_FIGURE = "https://aas-data-product.example/ids/smt/AIModelNameplate/1/0/TrainingResults/Figures/"

LeakKind = Literal[
    "repeated-rows",
    "near-repeated-rows",
    "label-in-column",
    "label-in-gaps",
    "known-afterwards",
    "future",
    "counter",
    "random-split",
    "shared-group",
]
Severity = Literal["note", "warning", "suspected"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A guess the model is held against, measured on the same test part. ``score``: in the model's own metric."""

    name: Literal["naive", "linear"]
    algorithm: str
    score: float | None
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: its rows in both parts, and how well it is told on the test part (``None``: not defined)."""

    label: str
    train_rows: int
    test_rows: int
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    average_precision: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """One class against the rest by threshold. ``precision-recall``: x recall, y precision, ``area`` the average
    precision. ``roc``: x false alarms by good rows, y recall, ``area`` under it."""

    kind: Literal["precision-recall", "roc"]
    label: str
    area: float
    x: tuple[float, ...]
    y: tuple[float, ...]
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose told probability lies in [low, high): its mean, and the share in which it came true."""

    low: float
    high: float
    rows: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether told probabilities come true. ``label``: the class whose probability it is, or empty for that of
    the named class (more than two). ``brier``: mean squared error of the probabilities; ``error``: expected
    calibration error (mean distance of the bins, by rows)."""

    label: str
    brier: float
    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Residuals:
    """Numbers told against numbers measured: quantiles of told minus measured as (share, value), and some rows
    of the test part, evenly spread over it in its own order."""

    unit: str
    quantiles: tuple[tuple[float, float], ...]
    actual: tuple[float, ...]
    predicted: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """Something by which the test part may flatter the model. ``count``: rows, or columns where rows say nothing;
    ``columns``: those it concerns, by idShort. ``suspected`` ones keep a model from being called good."""

    kind: LeakKind
    severity: Severity
    count: int
    columns: tuple[str, ...]
    sentence: Text


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it; what a task has no use for is empty. ``permutation``: how much of the score is lost where one
    variable's cells are shuffled over the test part, heaviest first."""

    baselines: tuple[Baseline, ...] = ()
    classes: tuple[ClassFigures, ...] = ()
    curves: tuple[Curve, ...] = ()
    calibration: Calibration | None = None
    residuals: Residuals | None = None
    permutation: tuple[tuple[str, float], ...] = ()
    leaks: tuple[Leak, ...] = ()


def named(figures: Mapping[str, float]) -> dict[str, Any]:
    """Figures as elements of their own name."""
    return elements.named(
        {name: ("xs:double", value) for name, value in figures.items()}, lambda name: _FIGURE + quote(name)
    )


def values(said: Evaluation) -> dict[str, Any]:
    """The values of the elements."""
    return {
        "Baselines": [
            {"Name": one.name, "Algorithm": one.algorithm, "Score": one.score, "Figures": named(one.figures)}
            for one in said.baselines
        ],
        "Classes": [_class(one) for one in said.classes],
        "Curves": [_curve(one) for one in said.curves],
        "Calibration": _calibration(said.calibration),
        "Residuals": _residuals(said.residuals),
        "Permutation": [{"Feature": name, "Loss": loss} for name, loss in said.permutation],
        "Leaks": [_leak(one) for one in said.leaks],
    }


def read(said: Mapping[str, Any]) -> Evaluation:
    """The way back from ``values``."""
    return Evaluation(
        baselines=tuple(map(_read_baseline, said.get("Baselines", ()))),
        classes=tuple(map(_read_class, said.get("Classes", ()))),
        curves=tuple(map(_read_curve, said.get("Curves", ()))),
        calibration=_read_calibration(said.get("Calibration")),
        residuals=_read_residuals(said.get("Residuals")),
        permutation=tuple((one["Feature"], one["Loss"]) for one in said.get("Permutation", ())),
        leaks=tuple(
            Leak(one["Kind"], one["Severity"], one["Count"], tuple(one.get("Columns", ())), one["Sentence"])
            for one in said.get("Leaks", ())
        ),
    )


def _class(one: ClassFigures) -> dict[str, Any]:
    return {
        "Label": one.label,
        "TrainRows": one.train_rows,
        "TestRows": one.test_rows,
        "Precision": one.precision,
        "Recall": one.recall,
        "F1": one.f1,
        "AveragePrecision": one.average_precision,
    }


def _curve(one: Curve) -> dict[str, Any]:
    return {
        "Kind": one.kind,
        "Label": one.label,
        "Area": one.area,
        "Across": list(one.x),
        "Up": list(one.y),
        "Thresholds": list(one.thresholds),
    }


def _leak(one: Leak) -> dict[str, Any]:
    return {
        "Kind": one.kind,
        "Severity": one.severity,
        "Count": one.count,
        "Columns": list(one.columns),
        "Sentence": one.sentence,
    }


def _read_baseline(said: Mapping[str, Any]) -> Baseline:
    figures = reading.named_of(said.get("Figures", {}).values())
    return Baseline(said["Name"], said["Algorithm"], said.get("Score"), figures)


def _read_class(said: Mapping[str, Any]) -> ClassFigures:
    told = (said.get(name) for name in ("Precision", "Recall", "F1", "AveragePrecision"))
    return ClassFigures(said["Label"], said["TrainRows"], said["TestRows"], *told)


def _read_curve(said: Mapping[str, Any]) -> Curve:
    points = (tuple(said.get(name, ())) for name in ("Across", "Up", "Thresholds"))
    return Curve(said["Kind"], said["Label"], said["Area"], *points)


def _read_calibration(said: Mapping[str, Any] | None) -> Calibration | None:
    if said is None:
        return None
    names = ("Low", "High", "Rows", "Predicted", "Observed")
    bins = tuple(Bin(*(one[name] for name in names)) for one in said.get("Bins", ()))
    return Calibration(said["Label"], said["Brier"], said["Error"], bins)


def _read_residuals(said: Mapping[str, Any] | None) -> Residuals | None:
    if said is None:
        return None
    return Residuals(
        said["Unit"],
        tuple((one["Share"], one["Value"]) for one in said.get("Quantiles", ())),
        tuple(said.get("Actual", ())),
        tuple(said.get("Predicted", ())),
    )


def _calibration(said: Calibration | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "Label": said.label,
        "Brier": said.brier,
        "Error": said.error,
        "Bins": [
            {
                "Low": one.low,
                "High": one.high,
                "Rows": one.rows,
                "Predicted": one.predicted,
                "Observed": one.observed,
            }
            for one in said.bins
        ],
    }


def _residuals(said: Residuals | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "Unit": said.unit,
        "Quantiles": [{"Share": share, "Value": value} for share, value in said.quantiles],
        "Actual": list(said.actual),
        "Predicted": list(said.predicted),
    }
