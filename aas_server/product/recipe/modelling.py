"""``[modelling]``: how step 3 learns and when its model is good enough. Columns are called by their raw names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from submodels.ai_model import Metric, Task


@dataclass(frozen=True, slots=True)
class Life:
    """What ends a life, for remaining useful life. ``failure``: the values of ``column`` that mean a failure,
    whose first row is the end; without a column every group runs until it fails, at its last row. ``clock``: the
    column that counts the life (cycles, strokes); without one it is counted in hours. ``most``: more than that is
    taken as that (far from a failure nothing tells how far)."""

    column: str | None = None
    failure: tuple[str, ...] = ()
    clock: str | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Modelling:
    """``task``: by default what the label's kind says, anomaly detection without a label. ``split``: what trains
    is the past (``time``), or whole groups of the column ``group``: the last ones test, or ones that are
    ``drawn``. ``random`` leaks where near-equal rows lie together, and is named so. ``metric``: what
    ``acceptance`` is measured in; by default macro F1 for classes, R² for numbers. ``leave_out``: columns no
    feature is made of (keys, what is only known afterwards). ``known_before``: columns known before the outcome,
    however well they tell it."""

    test_share: float = 0.3
    acceptance: float = 0.8
    seed: int = 0
    leave_out: tuple[str, ...] = ()
    task: Task | None = None
    split: Literal["time", "group", "random"] = "time"
    group: str | None = None
    groups: Literal["last", "drawn"] = "last"
    metric: Metric | None = None
    life: Life | None = None
    known_before: tuple[str, ...] = ()
