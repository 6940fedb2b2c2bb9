"""Nothing is found where nothing is wrong, whatever a column looks like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aas_server.quality.finding import Finding


def clean(rows: int, seed: int) -> pd.DataFrame:
    """Columns as factories have them: each of them odd in its own way, none of them wrong."""
    chance = np.random.default_rng(seed)
    second = np.arange(rows)

    def noise(spread: float) -> np.ndarray:
        return chance.normal(0, spread, rows)

    phase = second % 60
    setpoint = np.repeat(chance.integers(20, 80, rows // 50 + 1) * 1.0, 50)[:rows]
    running = np.repeat(chance.random(rows // 60 + 1) > 0.5, 60)[:rows]
    once = (second > rows // 5) & (second < 3 * rows // 5)
    cycle = np.where(phase < 40, 50 + phase * 0.3, 20)
    step = np.array([10, 20, 30, 100, 300])[second * 5 // rows]
    half = np.where(second < rows / 2, 20.0, 200.0)
    return pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01", periods=rows, freq="s"),
            "walk": np.cumsum(noise(1)),
            "slow_walk": np.round(50 + np.cumsum(noise(0.02)), 1),
            "setpoint": setpoint,
            "held": setpoint + noise(0.3),
            "class": chance.choice(list("ABC"), rows),
            "counter": second + chance.integers(0, 2, rows).cumsum(),
            "energy": np.cumsum(chance.random(rows)),
            "sine": 10 * np.sin(second / 37) + noise(0.2),
            "day": 20 + 5 * np.sin(2 * np.pi * second / rows * 3) + noise(0.5),
            "whole": np.round(200 + noise(4)),
            "whole_walk": np.round(80 + np.cumsum(noise(0.05))),
            "flag": chance.random(rows) < 0.3,
            "events": np.where(chance.random(rows) < 0.004, chance.normal(10, 1, rows), 0),
            "cycle": np.where(phase < 10, 0, cycle + noise(0.1)),
            "pump": np.where(running, 15 + noise(0.3), 0),
            "pump_once": np.where(once, 150 + noise(1), 0),
            "drive": np.where(running, 1500.0, noise(0.5)),
            "loop_4_20": np.where(running, chance.normal(12, 0.2, rows), 4.0),
            "recipe": step + noise(1),
            "recipe_noise": step * (1 + noise(0.01)),
            "ramp": np.clip(phase * 2.0, 0, 80),
            "ramp_and_hold": np.where(second < rows * 0.8, np.round(20 + second / rows * 60, 2), 68),
            "valve": np.clip(chance.normal(60, 30, rows), 0, 100),
            "spikes": chance.standard_t(3, rows) * 5 + 50,
            "skewed": chance.lognormal(1, 1, rows),
            "batch": 20 + 60 * (1 - np.exp(-(second % 150) / 40)) + noise(0.2),
            "tenfold_setpoint": half + noise(0.1),
            "tenfold_rounded": half + np.round(noise(0.1), 1),
            "tenth_rounded": 220 - half + np.round(noise(0.1), 1),
            "defects": chance.poisson(3, rows),
        }
    )


@pytest.mark.parametrize(("rows", "seed"), [(400, 1), (3000, 2)])
def test_clean_data_of_every_shape_is_left_alone(
    found: Callable[..., dict[str, Finding]], rows: int, seed: int
) -> None:
    assert found(clean(rows, seed), time="time") == {}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rows", [250, 1000, 5000, 40_000])
def test_clean_data_are_left_alone_whatever_chance_does(
    found: Callable[..., dict[str, Finding]], rows: int, seed: int
) -> None:
    assert found(clean(rows, seed)) == {}
