"""All that changes slowly in the cell, second by second: temperatures with lag, oil, cooling water, faults.

All arrays are ``float64``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.simulator.figures import Figures
from connectors.simulator.timeline import Floats, Timeline

_DAY = 86_400
_KOREA = 9 * 3600
_BLOCK = 128
# faults stay clear of the edges, so that none is cut by the split or by the end of the run
_TRAIN, _TEST = (0.03, 0.67), (0.72, 0.985)


@dataclass(frozen=True, slots=True)
class Climate:
    """One value a second from ``begin`` (whole seconds since 1970, UTC). Barrel: 5 × n, mould: 3 × n."""

    begin: int
    running: NDArray[np.bool_]
    barrel: Floats
    mold: Floats
    hopper: Floats
    oil: Floats
    coolant: Floats
    leak: Floats


def climate(figures: Figures, random: np.random.Generator, line: Timeline) -> Climate:
    """All that changes slowly, second by second over the whole run, stops included."""
    begin = int(line.begin)
    count = int(np.ceil(line.end)) - begin + 1
    clock = begin + np.arange(count, dtype=np.float64)
    running = np.ones(count, dtype=np.bool_)
    for start, end in line.stops:
        running[(clock >= start) & (clock < end)] = False
    hall = _hall(figures, random, clock)
    faults = _faults(figures, random, line, clock)
    barrel_set = np.asarray(figures.barrel.set)[:, None] + 0.1 * hall
    barrel_set = barrel_set + _hunting(random, clock, 5, figures.barrel.hunting, figures.barrel.period)
    barrel_set[:3] -= faults["heater"]
    mold_set = np.asarray(figures.mold.set)[:, None] + figures.mold.ambient * hall
    mold_set = mold_set + _hunting(random, clock, 3, figures.mold.hunting, figures.mold.period)
    mold_set = mold_set + figures.mold.running * (running - 1.0) + faults["coolant"]
    oil, scatter = figures.oil, figures.scatter
    clogged = faults["coolant"] > 0
    flow = figures.coolant.flow * np.where(clogged, figures.coolant.clogged, 1.0) + random.normal(
        0, figures.coolant.noise, count
    )
    return Climate(
        begin,
        running,
        _lag(barrel_set, figures.barrel.lag) + random.normal(0, scatter["barrel"], (5, count)),
        _lag(mold_set, figures.mold.lag) + random.normal(0, scatter["mold"], (3, count)),
        _lag(figures.hopper.set - faults["dryer"] + 0.2 * hall, figures.hopper.lag)
        + random.normal(0, scatter["hopper"], count),
        _lag(oil.set + oil.ambient * hall + oil.running * running, oil.lag)
        + random.normal(0, scatter["oil"], count),
        flow,
        faults["ring"],
    )


def _faults(figures: Figures, random: np.random.Generator, line: Timeline, clock: Floats) -> dict[str, Floats]:
    """The size of each kind of fault, second by second. Places are spread over the run, kinds are mixed."""
    sizes = {fault.kind: np.zeros(len(clock)) for fault in figures.fault}
    for (first, last), part in ((_TRAIN, "train"), (_TEST, "test")):
        todo = [fault for fault in figures.fault for _ in range(getattr(fault, part))]
        order = random.permutation(len(todo))
        width = (last - first) / len(todo)
        for place, which in enumerate(order):
            fault = todo[which]
            begin = line.moment(first + width * (place + random.uniform(0.05, 0.45)))
            inside = (clock >= begin) & (clock < begin + fault.seconds)
            sizes[fault.kind][inside] = fault.size * random.uniform(0.97, 1.08)
    return sizes


def _hall(figures: Figures, random: np.random.Generator, clock: Floats) -> Floats:
    """The hall's temperature as its difference from the mean."""
    hours = (clock + _KOREA) % _DAY / 3600
    daily = figures.ambient.swing * np.cos((hours - figures.ambient.warmest) / 24 * 2 * np.pi)
    draught = random.normal(0, 25, len(clock))
    draught[0] = 0.0  # the lag begins in steady state with its first value
    return daily + _lag(draught, 1800.0)


def _hunting(random: np.random.Generator, clock: Floats, zones: int, size: float, period: float) -> Floats:
    """Two-point controllers swing around their set point, each at a pace of its own."""
    paces = period * random.uniform(0.8, 1.25, zones)[:, None]
    return size * np.sin(2 * np.pi * (clock / paces + random.random(zones)[:, None]))


def _lag(target: Floats, seconds: float) -> Floats:
    """A first-order lag, step 1 s, in steady state at the beginning; along the last axis.

    y[n] = a·y[n−1] + (1−a)·u[n] with a = exp(−1/τ), solved block by block as a scaled running sum.
    """
    a = np.exp(-1 / seconds)
    count = target.shape[-1]
    powers = a ** np.arange(1, _BLOCK + 1)
    result = np.empty_like(target)
    state = target[..., :1]
    for begin in range(0, count, _BLOCK):
        part = target[..., begin : begin + _BLOCK]
        scale = powers[: part.shape[-1]]
        result[..., begin : begin + _BLOCK] = scale * (state + (1 - a) * np.cumsum(part / scale, axis=-1))
        state = result[..., begin + part.shape[-1] - 1 : begin + part.shape[-1]]
    return result
