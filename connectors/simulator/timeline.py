"""When the cell makes a shot, stands still, or is not heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.simulator.figures import Figures

Floats = NDArray[np.float64]
Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Times are seconds since 1970, UTC. ``starts`` and ``cycles``: of each shot. ``stops``: the machine stands
    still; ``lost``: the gateway is not heard; ``wrong_clock``: its clock stands ahead (true times)."""

    starts: Floats
    cycles: Floats
    stops: tuple[Stretch, ...] = ()
    lost: tuple[Stretch, ...] = ()
    wrong_clock: Stretch | None = None

    @property
    def ends(self) -> Floats:
        return self.starts + self.cycles

    @property
    def begin(self) -> float:
        return float(self.starts[0])

    @property
    def end(self) -> float:
        return float(self.starts[-1] + self.cycles[-1])

    def moment(self, share: float) -> float:
        """The start of the shot at a share of the run."""
        return float(self.starts[min(int(share * len(self.starts)), len(self.starts) - 1)])


def past(figures: Figures, random: np.random.Generator, end: float, shots: int) -> Timeline:
    """A run of ``shots`` that ends at ``end``, with stops, lost minutes and a wrong clock."""
    cycles = _cycles(figures, random, shots)
    pauses = np.zeros(shots)
    for share, minutes in (*figures.stops.short, figures.stops.planned):
        pauses[int(share * shots)] += minutes * 60
    starts = np.cumsum(cycles + pauses) - cycles
    starts += end - (starts[-1] + cycles[-1])
    stops = tuple((float(starts[i] - pauses[i]), float(starts[i])) for i in np.flatnonzero(pauses))
    line = Timeline(starts, cycles, stops)
    lost = tuple((line.moment(share), line.moment(share) + minutes * 60) for share, minutes in figures.stops.lost)
    return Timeline(starts, cycles, stops, lost, _wrong_clock(figures, line))


def ahead(figures: Figures, random: np.random.Generator, begin: float, shots: int) -> Timeline:
    """An undisturbed run of ``shots`` from ``begin`` on."""
    cycles = _cycles(figures, random, shots)
    return Timeline(begin + np.cumsum(cycles) - cycles, cycles)


def _cycles(figures: Figures, random: np.random.Generator, shots: int) -> Floats:
    cycle = figures.cycle
    # the controller counts hundredths
    return np.round(cycle.seconds + random.normal(0, cycle.noise, shots), 2)


def _wrong_clock(figures: Figures, line: Timeline) -> Stretch | None:
    """A stretch whose wrong stamps all fall into the planned stop: there they can be told from right ones."""
    ahead_by, long = figures.dirt.clock_seconds, figures.dirt.clock_minutes * 60
    stop_end = line.moment(figures.stops.planned[0])
    stop_begin = stop_end - figures.stops.planned[1] * 60
    # whole seconds: stamps are cut to them, and must not fall out of the stretch by that
    begin = float(int(stop_begin - ahead_by + (stop_end - stop_begin - long) / 2))
    return (begin, begin + long) if begin > line.begin else None
