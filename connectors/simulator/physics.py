"""What happens in each shot: pressures and times that follow the melt, defects that follow real deviations.

All arrays are ``float64``, a value a shot. Viscosity follows the melt's temperature exponentially (an
Arrhenius law linearised around the set point).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from connectors.simulator.climate import Climate
from connectors.simulator.figures import Figures
from connectors.simulator.timeline import Floats, Timeline


@dataclass(frozen=True, slots=True)
class Shots:
    """One value a shot, rounded as the controller does. ``defect``: 0 good, 1 short shot, 2 flash, 3 gas."""

    numbers: dict[str, Floats]
    defect: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _State:
    """The cell at the end of each shot. ``cold``, ``hot_tool``: degC off the set point; ``moist``, ``leak``,
    ``wear``: 1 = a full fault; ``viscosity``: 1 at the set point."""

    at: NDArray[np.int64]
    cold: Floats
    hot_tool: Floats
    moist: Floats
    leak: Floats
    wear: Floats
    viscosity: Floats


def shots(figures: Figures, random: np.random.Generator, line: Timeline, air: Climate, worn: float = 0.0) -> Shots:
    """The shots' process values and verdicts. ``worn``: wear of the check ring at the first shot, 0…1."""
    state = _state(figures, random, line, air, worn)
    numbers = {
        **_times(figures, random, state, line),
        **_positions(figures, random, state),
        **_pressures(figures, random, state),
        **_temperatures(air, state),
        **_outcome(figures, random, state, air),
    }
    return Shots(numbers, _verdicts(figures, random, state))


def _state(figures: Figures, random: np.random.Generator, line: Timeline, air: Climate, worn: float) -> _State:
    count = len(line.starts)
    process = figures.process
    at = np.clip((line.ends - air.begin).astype(np.int64), 0, len(air.running) - 1)
    below = np.asarray(figures.barrel.set)[:, None] - air.barrel[:, at]
    cold = np.asarray(figures.barrel.weight) @ below
    lot = np.repeat(random.normal(0, process.lot_spread, process.lots), -(-count // process.lots))[:count]
    return _State(
        at,
        cold,
        hot_tool=air.mold[:, at].mean(axis=0) - float(np.mean(figures.mold.set)),
        moist=np.maximum(figures.hopper.set - air.hopper[at], 0) / figures.defect.moist,
        leak=np.clip(air.leak[at] * random.normal(1, figures.effect.leak_spread, count), 0, None),
        wear=worn + (1 - worn) * np.linspace(0, 1, count),
        viscosity=np.exp(process.viscosity_per_degree * cold) * (1 + lot),
    )


def _times(figures: Figures, random: np.random.Generator, state: _State, line: Timeline) -> dict[str, Floats]:
    """Seconds."""
    cycle, effect = figures.cycle, figures.effect
    filling = cycle.fill * state.viscosity**effect.filling_viscosity
    filling = _measured(figures, random, "filling_time", filling, 2)
    turning = state.viscosity**effect.turning_viscosity * (1 + effect.turning_moist * state.moist)
    return {
        "injection_time": _measured(figures, random, "injection_time", filling + cycle.hold, 2),
        "filling_time": filling,
        "plasticizing_time": _measured(figures, random, "plasticizing_time", cycle.plasticizing * turning, 2),
        "cycle_time": line.cycles,
    }


def _positions(figures: Figures, random: np.random.Generator, state: _State) -> dict[str, Floats]:
    """Millimetres; the speed in mm/s."""
    process, effect = figures.process, figures.effect
    lost = effect.cushion_leak * state.leak + process.wear_cushion * state.wear
    lost = lost + effect.cushion_hot * np.maximum(state.hot_tool, 0)
    steady = np.ones(len(state.at))
    exact = {
        "cushion_position": (process.cushion - lost, 2),
        "switch_over_position": (process.switch_over_position * steady, 2),
        "plasticizing_position": (process.plasticizing_position * steady, 2),
        "max_injection_speed": (process.injection_speed * state.viscosity**effect.speed_viscosity, 1),
    }
    return {name: _measured(figures, random, name, value, digits) for name, (value, digits) in exact.items()}


def _pressures(figures: Figures, random: np.random.Generator, state: _State) -> dict[str, Floats]:
    """Bar; the screw's speed in 1/min. The peak is never below the pressure at switch-over."""
    process, effect = figures.process, figures.effect
    peak = process.injection_pressure * state.viscosity**effect.pressure_viscosity
    peak = peak * (1 + process.wear_pressure * state.wear)
    peak = _measured(figures, random, "max_injection_pressure", peak, 1)
    packing = (1 - effect.packing_leak * state.leak) * (1 + effect.packing_hot * np.maximum(state.hot_tool, 0))
    switched = peak * process.switch_over * packing
    back = process.back_pressure * (1 - effect.back_pressure_moist * state.moist)
    turning = process.screw_rpm * np.ones(len(state.at))
    return {
        "max_injection_pressure": peak,
        "max_switch_over_pressure": np.minimum(
            _measured(figures, random, "max_switch_over_pressure", switched, 1), peak
        ),
        "max_back_pressure": _measured(figures, random, "max_back_pressure", back, 1),
        "screw_rpm": _measured(figures, random, "screw_rpm", turning, 1),
    }


def _temperatures(air: Climate, state: _State) -> dict[str, Floats]:
    """Degrees Celsius."""
    zones = {f"barrel_temperature_{zone + 1}": air.barrel[zone] for zone in range(5)}
    zones["hopper_temperature"] = air.hopper
    zones |= {f"mold_temperature_{zone + 1}": air.mold[zone] for zone in range(3)}
    return {name: np.round(values[state.at], 1) for name, values in zones.items()}


def _outcome(figures: Figures, random: np.random.Generator, state: _State, air: Climate) -> dict[str, Floats]:
    """Clamping force in kN, part weight in g."""
    process, effect = figures.process, figures.effect
    clamp = process.clamp_force + effect.clamp_oil * (air.oil[state.at] - figures.oil.set)
    packed = effect.weight_hot * np.maximum(state.hot_tool, 0) - effect.weight_leak * state.leak
    packed = packed - effect.weight_cold * state.cold - effect.weight_moist * state.moist
    return {
        "clamp_force": _measured(figures, random, "clamp_force", clamp, 1),
        "part_weight": _measured(figures, random, "part_weight", process.weight * (1 + packed), 2),
    }


def _verdicts(figures: Figures, random: np.random.Generator, state: _State) -> NDArray[np.int64]:
    """The worst deviation decides, by chance that grows steeply with it."""
    rules = figures.defect
    short = state.leak + state.cold / rules.cold + figures.effect.short_wear * state.wear
    deviations = np.stack([short, state.hot_tool / rules.hot, state.moist])
    chance = 1 / (1 + np.exp(-rules.steepness * (deviations.max(axis=0) - rules.middle)))
    count = len(state.at)
    bad = random.random(count) < chance
    unexplained = ~bad & (random.random(count) < rules.unexplained)
    any_kind = random.integers(1, 4, count)
    kinds: NDArray[np.int64] = np.where(bad, deviations.argmax(axis=0) + 1, np.where(unexplained, any_kind, 0))
    return kinds


def _measured(figures: Figures, random: np.random.Generator, name: str, value: Floats, digits: int) -> Floats:
    """A value as the controller reports it: with its scatter, rounded."""
    result: Floats = np.round(value + random.normal(0, figures.scatter[name], len(value)), digits)
    return result
