"""``[modelling]``: how step 3 learns and when its model is good enough."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Modelling:
    """``leave_out``: columns no feature is made of (keys, texts, what is only known afterwards)."""

    test_share: float = 0.3
    acceptance: float = 0.8
    seed: int = 0
    leave_out: tuple[str, ...] = ()
