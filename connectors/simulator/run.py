"""One run of the cell: its timeline, climate and shots together, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.simulator import climate, physics, timeline
from connectors.simulator.figures import Figures
from connectors.simulator.timeline import Floats, Stretch, Timeline

_DRAWS = 60
_SHARE = (0.01, 0.02)
_FEWEST_LATE = 22
_LATE = 0.7
_FEWEST_SHOTS = 2000
"""Shorter runs, as tests use them, are taken as they fall."""


@dataclass(frozen=True, slots=True)
class Run:
    """``random`` goes on where the physics left it: what follows (dirt) is as repeatable as they are."""

    line: Timeline
    air: climate.Climate
    shots: physics.Shots
    random: np.random.Generator

    def heard(self, moments: Floats) -> NDArray[np.bool_]:
        """Which moments the gateway did not lose."""
        result: NDArray[np.bool_] = ~inside(moments, self.line.lost)
        return result


def past(figures: Figures, seed: int, end: float, shots: int) -> Run:
    """The run that ends at ``end``. Drawn again (the draw is part of the seed) until 1–2 % are defects and enough
    of them fall into the last 30 % of the time to judge a model by."""
    run = _past(figures, seed, 0, end, shots)
    for draw in range(1, _DRAWS):
        if shots < _FEWEST_SHOTS or _fits(run):
            return run
        run = _past(figures, seed, draw, end, shots)
    return run


def ahead(figures: Figures, seed: int, begin: float, shots: int) -> Run:
    """An undisturbed run from ``begin`` on, with a worn check ring."""
    random = np.random.default_rng([seed, int(begin)])
    line = timeline.ahead(figures, random, begin, shots)
    air = climate.climate(figures, random, line)
    return Run(line, air, physics.shots(figures, random, line, air, worn=1.0), random)


def inside(moments: Floats, stretches: tuple[Stretch, ...]) -> NDArray[np.bool_]:
    """Which moments lie in any of the stretches."""
    result = np.zeros(len(moments), dtype=np.bool_)
    for begin, end in stretches:
        result |= (moments >= begin) & (moments < end)
    return result


def _past(figures: Figures, seed: int, draw: int, end: float, shots: int) -> Run:
    random = np.random.default_rng([seed, draw])
    line = timeline.past(figures, random, end, shots)
    air = climate.climate(figures, random, line)
    return Run(line, air, physics.shots(figures, random, line, air), random)


def _fits(run: Run) -> bool:
    heard = run.heard(run.line.ends)
    bad = (run.shots.defect > 0)[heard]
    ends = run.line.ends[heard]
    late_by_time = bad[ends > run.line.begin + _LATE * (run.line.end - run.line.begin)].sum()
    late_by_rows = bad[int(_LATE * len(bad)) :].sum()
    return bool(_SHARE[0] <= bad.mean() <= _SHARE[1] and min(late_by_time, late_by_rows) >= _FEWEST_LATE)
