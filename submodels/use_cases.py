"""UseCases (own): what a buyer can do with data and model, each statement backed by a measured figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    """``source`` names the element that proves it, such as ``AIModelNameplate/TrainingResults/MacroF1``."""

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
