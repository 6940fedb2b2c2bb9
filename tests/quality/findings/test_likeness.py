"""A copy is known by its sketch whatever was done to it, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.quality.facts import Facts
from aas_server.quality.file.opened import Choices, opened
from aas_server.quality.findings import near_duplicate_product
from aas_server.quality.likeness import Sketch, likeness, sketch

Machine = Callable[..., pd.DataFrame]


def _silent(*_progress: object) -> None:
    """Nobody watches."""


def _sketch(data: pd.DataFrame, folder: Path) -> Sketch:
    data.to_parquet(folder / "data.parquet", index=False)
    with opened(folder / "data.parquet", Choices(None, None, (), None, "1GB"), _silent) as subject:
        return sketch(subject)


def _in_fahrenheit(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(temp=data["temp"] * 1.8 + 32, press=data["press"] * 100, cur=data["cur"] * 1000)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data.sample(frac=1, random_state=1), id="shuffled"),
        pytest.param(
            lambda data: data[["vib", "ok", "cur", "speed", "press", "temp"]].set_axis(list("abcdef"), axis=1),
            id="renamed",
        ),
        pytest.param(_in_fahrenheit, id="other units"),
        pytest.param(lambda data: data[["temp", "press"]], id="columns dropped"),
        pytest.param(lambda data: data.iloc[:2000], id="part"),
    ],
)
def test_a_copy_is_known(machine: Machine, tmp_path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    data = machine(4000)
    assert likeness(_sketch(data, tmp_path), _sketch(change(data), tmp_path)) > 0.95


@pytest.mark.parametrize(("noise", "least"), [(0.001, 0.9), (0.01, 0.6)])
def test_a_copy_is_known_though_noise_was_added_to_all_of_it(
    machine: Machine, tmp_path: Path, noise: float, least: float
) -> None:
    data, chance = machine(3000), np.random.default_rng(5)
    names = ["temp", "press", "speed", "cur", "vib"]
    copy = data.assign(**{name: data[name] + chance.normal(0, noise * data[name].std(), 3000) for name in names})
    assert likeness(_sketch(data, tmp_path), _sketch(copy.sample(frac=1, random_state=1), tmp_path)) > least
    part = copy[["cur", "press", "vib"]].iloc[500:2500].set_axis(list("abc"), axis=1)
    assert likeness(_sketch(data, tmp_path), _sketch(part, tmp_path)) > least - 0.2


def test_rows_of_few_different_numbers_are_not_alike(tmp_path: Path) -> None:
    def weighed(seed: int) -> Sketch:
        chance = np.random.default_rng(seed)
        weight = np.round(100 + chance.normal(0, 0.3, 200), 2)
        return _sketch(pd.DataFrame({"no": [f"P{row}" for row in range(200)], "weight": weight}), tmp_path)

    assert likeness(weighed(1), weighed(2)) < 0.05


def test_another_time_of_the_same_machine_is_no_copy(machine: Machine, tmp_path: Path) -> None:
    assert likeness(_sketch(machine(4000), tmp_path), _sketch(machine(4000, seed=2), tmp_path)) < 0.05


def test_the_products_that_are_alike_are_told_by_name(machine: Machine, tmp_path: Path) -> None:
    others = {"old": _sketch(machine(3000), tmp_path), "other": _sketch(machine(3000, seed=7), tmp_path)}
    machine(3000).to_parquet(tmp_path / "new.parquet", index=False)
    with opened(tmp_path / "new.parquet", Choices(None, None, (), None, "1GB"), _silent) as subject:
        finding = near_duplicate_product.find(Facts(subject), others)
        assert near_duplicate_product.find(Facts(subject), {"other": others["other"]}) is None
    assert finding is not None
    assert finding.examples == ("old: 100%",)
