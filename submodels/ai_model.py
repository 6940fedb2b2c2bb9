"""AIModelNameplate (IDTA 02060): the model of step 3 with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from submodels.text import Text

KIND = "AIModelNameplate"


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows are true classes, columns predicted ones, in the order of ``labels``; counts of the test part."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Split by time: everything before ``cut`` (ISO 8601, or a row number without time) trains."""

    cut: str
    train_rows: int
    test_rows: int
    train_defects: int
    test_defects: int


@dataclass(frozen=True, slots=True)
class OnnxCheck:
    """The ONNX file (float32) against the original on the test part."""

    rows: int
    differences: int


@dataclass(frozen=True, slots=True)
class AIModel:
    """``macro_f1`` and ``naive_macro_f1`` are ``None`` for anomaly detection without a label; then ``figures``
    says what was measured instead. ``weak``: below ``acceptance`` or no better than the naive guess; ``verdict``
    says so in words."""

    id: str
    task: Literal["classification", "anomaly-detection"]
    algorithm: str
    framework: str
    label: str | None
    positive: str | None
    features: tuple[str, ...]
    split: Split
    acceptance: float
    macro_f1: float | None
    naive_macro_f1: float | None
    confusion: Confusion | None
    importance: tuple[tuple[str, float], ...]
    onnx: OnnxCheck
    weak: bool
    verdict: Text
    hyperparameters: Mapping[str, str]
    figures: Mapping[str, float]
    notes: tuple[Text, ...] = ()
    storage: str = ""
    version: str = "1"
