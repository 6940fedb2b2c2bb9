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
class UseCases:
    id: str
    kind: ProductKind
    title: Text
    statements: tuple[Statement, ...]


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
    return elements.submodel(
        KIND, use_cases.id, {"Kind": use_cases.kind, "Title": use_cases.title, "Statements": statements}
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
    return UseCases(submodel.id, said["Kind"], said["Title"], statements)
