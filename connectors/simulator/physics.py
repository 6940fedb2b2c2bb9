"""What happens in the cell: temperatures with lag, pressures that follow the melt, defects that follow both.

All arrays are ``float64``; a value a second (``Climate``) or a shot (``Shots``). Viscosity follows the melt's
temperature exponentially (an Arrhenius law linearised around the set point).
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


@dataclass(frozen=True, slots=True)
class Shots:
    """One value a shot, rounded as the controller does. ``defect``: 0 good, 1 short shot, 2 flash, 3 gas."""

    numbers: dict[str, Floats]
    defect: NDArray[np.int64]


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
    oil = figures.oil
    clogged = faults["coolant"] > 0
    flow = figures.coolant.flow * (1 - 0.35 * clogged) + random.normal(0, figures.coolant.noise, count)
    return Climate(
        begin,
        running,
        _lag(barrel_set, figures.barrel.lag) + random.normal(0, 0.12, (5, count)),
        _lag(mold_set, figures.mold.lag) + random.normal(0, 0.1, (3, count)),
        _lag(figures.hopper.set - faults["dryer"] + 0.2 * hall, figures.hopper.lag) + random.normal(0, 0.2, count),
        _lag(oil.set + oil.ambient * hall + oil.running * running, oil.lag) + random.normal(0, 0.05, count),
        flow,
        faults["ring"],
    )


def shots(figures: Figures, random: np.random.Generator, line: Timeline, air: Climate, worn: float = 0.0) -> Shots:
    """The shots' process values and verdicts. ``worn``: wear of the check ring at the first shot, 0…1."""
    count = len(line.starts)
    at = np.clip((line.ends - air.begin).astype(np.int64), 0, len(air.running) - 1)
    process, cycle = figures.process, figures.cycle
    barrel, mold, hopper = air.barrel[:, at], air.mold[:, at], air.hopper[at]
    weight = np.asarray(figures.barrel.weight)
    cold = weight @ (np.asarray(figures.barrel.set)[:, None] - barrel)
    hot_tool = mold.mean(axis=0) - float(np.mean(figures.mold.set))
    moist = np.maximum(figures.hopper.set - hopper, 0) / figures.defect.moist
    leak = np.clip(air.leak[at] * random.normal(1, 0.12, count), 0, None)
    wear = np.clip(worn + (1 - worn) * np.linspace(0, 1, count), 0, 1)
    lot = np.repeat(random.normal(0, process.lot_spread, process.lots), -(-count // process.lots))[:count]
    viscosity = np.exp(process.viscosity_per_degree * cold) * (1 + lot)

    def noise(size: float) -> Floats:
        return random.normal(0, size, count)

    pressure = process.injection_pressure * viscosity**0.8 * (1 + process.wear_pressure * wear) + noise(5)
    filling = cycle.fill * viscosity**0.25 + noise(0.012)
    packing = (1 - 0.16 * leak) * (1 + 0.004 * np.maximum(hot_tool, 0))
    numbers = {
        "injection_time": np.round(filling + cycle.hold + noise(0.01), 2),
        "filling_time": np.round(filling, 2),
        "plasticizing_time": np.round(cycle.plasticizing * viscosity**0.15 * (1 + 0.05 * moist) + noise(0.06), 2),
        "cycle_time": line.cycles,
        "cushion_position": np.round(
            process.cushion
            - 2.6 * leak
            - process.wear_cushion * wear
            - 0.03 * np.maximum(hot_tool, 0)
            + noise(0.09),
            2,
        ),
        "switch_over_position": np.round(process.switch_over_position + noise(0.02), 2),
        "plasticizing_position": np.round(process.plasticizing_position + noise(0.05), 2),
        "max_injection_speed": np.round(process.injection_speed * viscosity**-0.05 + noise(0.35), 1),
        "max_injection_pressure": np.round(pressure, 1),
        "max_switch_over_pressure": np.round(
            np.minimum(pressure * process.switch_over * packing + noise(4), pressure), 1
        ),
        "max_back_pressure": np.round(process.back_pressure * (1 - 0.12 * moist) + noise(0.8), 1),
        "screw_rpm": np.round(process.screw_rpm + noise(0.6), 1),
        **{f"barrel_temperature_{zone + 1}": np.round(barrel[zone], 1) for zone in range(5)},
        "hopper_temperature": np.round(hopper, 1),
        **{f"mold_temperature_{zone + 1}": np.round(mold[zone], 1) for zone in range(3)},
        "clamp_force": np.round(process.clamp_force + 0.6 * (air.oil[at] - 47) + noise(3), 1),
        "part_weight": np.round(
            process.weight * (1 - 0.016 * leak - 0.0006 * cold + 0.0007 * np.maximum(hot_tool, 0) - 0.003 * moist)
            + noise(0.035),
            2,
        ),
    }
    deviations = np.stack(
        [
            leak + cold / figures.defect.cold + 0.05 * wear,
            hot_tool / figures.defect.hot,
            moist,
        ]
    )
    return Shots(numbers, _verdicts(figures, random, deviations))


def _verdicts(figures: Figures, random: np.random.Generator, deviations: Floats) -> NDArray[np.int64]:
    """The worst deviation decides, by chance that grows steeply with it."""
    worst = deviations.argmax(axis=0)
    chance = 1 / (1 + np.exp(-figures.defect.steepness * (deviations.max(axis=0) - figures.defect.middle)))
    count = deviations.shape[1]
    bad = random.random(count) < chance
    unexplained = ~bad & (random.random(count) < figures.defect.unexplained)
    kinds: NDArray[np.int64] = np.where(bad, worst + 1, np.where(unexplained, random.integers(1, 4, count), 0))
    return kinds


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
