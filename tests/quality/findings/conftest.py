"""Made-up factory data, clean in many shapes, and what is found in it once it is a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aas_server.quality.file.opened import Choices, opened
from aas_server.quality.finding import Finding
from aas_server.quality.findings.deep import deep

Found = Callable[..., dict[str, Finding]]


def _silent(*_progress: object) -> None:
    """Nobody watches."""


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Write a frame to a file, open it as the command does, and tell its deep findings by kind."""

    def find(
        frame: pd.DataFrame, time: str | None = None, label: str | None = None, csv: bool = False
    ) -> dict[str, Finding]:
        file = tmp_path / ("data.csv" if csv else "data.parquet")
        if csv:
            frame.to_csv(file, index=False)
        else:
            frame.to_parquet(file, index=False)
        with opened(file, Choices(time, label, (), None, "1GB"), _silent) as subject:
            findings = deep(subject)
            for one in findings:
                if one.rows and one.kind != "scale_change":
                    [(rows,)] = subject.connection.execute(f"SELECT count(*) FROM ({one.rows})").fetchall()
                    assert 0 < rows <= one.count
            return {one.kind: one for one in findings}

    return find


@pytest.fixture
def machine() -> Callable[[int], pd.DataFrame]:
    """A machine's readings, one a second: temperature, pressure, speed, current, vibration and a verdict."""

    def make(rows: int, seed: int = 1) -> pd.DataFrame:
        chance = np.random.default_rng(seed)
        second = np.arange(rows)
        return pd.DataFrame(
            {
                "time": pd.date_range("2024-01-01", periods=rows, freq="s"),
                "temp": np.round(180 + 8 * np.sin(second / 50) + chance.normal(0, 1, rows), 1),
                "press": chance.normal(5, 0.4, rows),
                "speed": np.round(300 + np.cumsum(chance.normal(0, 0.5, rows))),
                "cur": np.abs(chance.normal(12, 2, rows)),
                "vib": chance.gamma(2, 1, rows),
                "ok": chance.choice([0, 1], rows, p=[0.1, 0.9]),
            }
        )

    return make
