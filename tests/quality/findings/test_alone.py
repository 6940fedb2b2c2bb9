"""What is planted is told once: no finding of another kind comes along with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.quality.checked import checked
from aas_server.quality.file.opened import Choices

Machine = Callable[[int], pd.DataFrame]


def _silent(*_progress: object) -> None:
    """Nobody watches."""


def _counts(data: pd.DataFrame, folder: Path, time: str = "time") -> dict[str, int]:
    data.to_csv(folder / "data.csv", index=False)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with checked(folder / "data.csv", Choices(time, None, (), None, "1GB"), None, now, _silent) as seen:
        return {one.kind: one.count for one in seen.looked.findings}


@pytest.mark.parametrize(
    ("word", "told"),
    [("None", {"suspected_code": 3}), ("없음", {"suspected_code": 3}), ("AUTO", {"mixed_type": 3})],
)
def test_a_word_for_nothing_among_numbers_is_a_code_and_another_one_a_wrong_type(
    machine: Machine, tmp_path: Path, word: str, told: dict[str, int]
) -> None:
    data = machine(300).astype({"press": object})
    data.loc[[7, 80, 200], "press"] = word
    assert _counts(data, tmp_path) == told


@pytest.mark.parametrize("by", [1, -1])
def test_of_shifted_names_no_steps_of_time_are_counted(machine: Machine, tmp_path: Path, by: int) -> None:
    data = machine(300).drop(columns="ok")
    data.insert(1, "shot_count", [1 + row % 50 for row in range(300)])
    data["current"] = data["speed"].astype(int)
    names = list(data.columns)
    data.columns = pd.Index([*names[by:], *names[:by]])
    assert set(_counts(data, tmp_path)) == {"shifted_header"}


def test_a_shifted_name_of_a_time_over_whole_numbers_or_fractions_is_none(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-08", periods=300, freq="37s").strftime("%Y-%m-%d %H:%M:%S")
    chance = np.random.default_rng(3)
    seconds = chance.integers(5, 800, 300)
    events = pd.DataFrame(
        {"장비": stamps, "상태": ["A", "B", "C"] * 100, "지속시간": ["R", "S", "T"] * 100, "발생일시": seconds}
    )
    assert set(_counts(events, tmp_path, "발생일시")) == {"shifted_header"}
    volts = chance.normal(381, 1.5, (300, 2)).round(2)
    meter = pd.DataFrame({"voltage": stamps, "read_at": volts[:, 0], "power": volts[:, 1]})
    assert set(_counts(meter, tmp_path, "read_at")) == {"shifted_header"}
