"""UseCases (own): what a buyer can do with data and model, each statement backed by a measured figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from basyx.aas import model

from submodels import elements, reading
from submodels.text import Text

KIND = "UseCases"

ProductKind = Literal[
    "vision-inspection",
    "quality-prediction",
    "process-optimisation",
    "predictive-maintenance",
    "know-how",
    "operation-support",
    "ai-module",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """``source`` names the element that proves it by submodel and idShort path, such as
    ``AIModelNameplate/TrainingResults.MacroF1``."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Statement:
    text: Text
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A range of a variable, ends included, in which defects were rare in the training part. Rows and defects
    inside and in the rest of both parts, without rows whose value is missing. ``held``: they were rare there in
    the test part, too."""

    variable: str
    low: float
    high: float
    train_rows: int
    train_defects: int
    train_rest_rows: int
    train_rest_defects: int
    test_rows: int
    test_defects: int
    test_rest_rows: int
    test_rest_defects: int
    held: bool


@dataclass(frozen=True, slots=True)
class UseCases:
    id: str
    kind: ProductKind
    title: Text
    statements: tuple[Statement, ...]
    windows: tuple[Window, ...] = ()


_COUNTS = {
    "TrainRows": "train_rows",
    "TrainDefects": "train_defects",
    "TrainRestRows": "train_rest_rows",
    "TrainRestDefects": "train_rest_defects",
    "TestRows": "test_rows",
    "TestDefects": "test_defects",
    "TestRestRows": "test_rest_rows",
    "TestRestDefects": "test_rest_defects",
}


def to_submodel(use_cases: UseCases) -> model.Submodel:
    statements = [
        {
            "Text": statement.text,
            "Figures": [
                {"Name": one.name, "Value": one.value, "Unit": one.unit, "Source": one.source}
                for one in statement.figures
            ],
        }
        for statement in use_cases.statements
    ]
    windows = [
        {"Variable": one.variable, "Low": one.low, "High": one.high, "Held": one.held}
        | {name: getattr(one, part) for name, part in _COUNTS.items()}
        for one in use_cases.windows
    ]
    tried = len(windows) if windows else None
    held = sum(one.held for one in use_cases.windows) if windows else None
    return elements.submodel(
        KIND,
        use_cases.id,
        {
            "Kind": use_cases.kind,
            "Title": use_cases.title,
            "Statements": statements,
            "WindowsTried": tried,
            "WindowsHeld": held,
            "Windows": windows,
        },
    )


def from_submodel(submodel: model.Submodel) -> UseCases:
    said = reading.values_of(submodel, KIND)
    statements = tuple(
        Statement(
            text=statement["Text"],
            figures=tuple(
                Figure(one["Name"], one["Value"], one.get("Unit", ""), one["Source"])
                for one in statement["Figures"]
            ),
        )
        for statement in said["Statements"]
    )
    windows = tuple(
        Window(
            variable=one["Variable"],
            low=one["Low"],
            high=one["High"],
            held=one["Held"],
            **{part: one[name] for name, part in _COUNTS.items()},
        )
        for one in said.get("Windows", ())
    )
    return UseCases(submodel.id, said["Kind"], said["Title"], statements, windows)
