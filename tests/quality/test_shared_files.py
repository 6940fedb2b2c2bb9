"""Every public factory file: what is wrong with it, counted once more with plain pandas, and nothing else.

The counts of missing, repeated rows and times, steps back, gaps and constant columns follow from the definitions.
What else stands here was looked at by eye:

- die casting: 1449 stands in two mould temperatures whose other readings end at 1301 and 193, and once in a third;
  2767 in a volume that else ends at 635; 420 and 422 in a thickness that ends at 88; 0 in a melt that else is
  around 700 °C. Melt temperature and volume stand still for the same 830 shots of March 2019, where else no run is
  longer than 58 and 12.
- moulding: the mean screw speed is 290…294 up to 27 October 2020 and a tenth of it from the 28th on, while the
  greatest speed stays at 31. Left and right part of a shot share all readings but the serial number. The vendor's
  file has two names in one, so that the names after it stand one column too far left.
- hydraulic profile: a file without a header.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aas_server.quality.checked import checked
from aas_server.quality.file.opened import Choices

CASTING = "kamp_diecasting/casting_data_mart.parquet"
VENDOR = "kamp_molding/molding_injection.parquet"
CORRECTED = "kamp_molding/molding_labeled_corrected.csv"
VALVES = tuple(f"skab/valve1/{number}.csv" for number in range(16))
FILES = {
    CASTING: ("registration_time", "passorfail"),
    VENDOR: ("timestamp", None),
    CORRECTED: ("TimeStamp", "PassOrFail"),
    "batch_dryer/dryer.csv": (None, None),
    "batch_dryer/nylon.csv": (None, None),
    "hydraulic/hydraulic_1hz_long.parquet": (None, "stable_flag"),
    "hydraulic/profile.txt": (None, None),
    "nab_ambient_temperature/ambient_temperature_system_failure.csv": ("timestamp", None),
    "skab/anomaly-free/anomaly-free.csv": ("datetime", None),
    **dict.fromkeys(VALVES, ("datetime", "anomaly")),
}
OFTEN = ("batch_dryer/nylon.csv", "hydraulic/profile.txt", VALVES[0], VENDOR)


def _read(file: Path) -> pd.DataFrame:
    if file.suffix == ".parquet":
        return pd.read_parquet(file)
    separator = {"skab": ";", "hydraulic": "\t"}.get(file.parts[file.parts.index("data") + 1], ",")
    return pd.read_csv(
        file, sep=separator, keep_default_na=False, na_values=["", "NaN", "nan", "NA", "null", "NULL"]
    )


def _times(data: pd.DataFrame, name: str) -> dict[str, int]:
    times = pd.to_datetime(data[name])
    steps = times.sort_values().drop_duplicates().diff().dropna()
    usual = steps.dt.total_seconds().median()
    return {
        "duplicate_time": int(times.duplicated().sum()),
        "time_backwards": int((times.diff() < pd.Timedelta(0)).sum()),
        "gap": int((steps.dt.total_seconds() > 1.5 * usual).sum()),
    }


def _counted(data: pd.DataFrame, time: str | None) -> dict[str, int]:
    counts = {
        "missing": int(data.isna().sum().sum()),
        "duplicate_row": int(data.duplicated().sum()),
        "constant_column": int((data.nunique() == 1).sum()),
        **(_times(data, time) if time else {}),
    }
    return {kind: count for kind, count in counts.items() if count}


def _of_casting(data: pd.DataFrame) -> dict[str, int]:
    numbers = {
        "biscuit_thickness": (420, 422),
        "lower_mold_temp3": (1449,),
        "molten_temp": (0,),
        "molten_volume": (2767,),
        "upper_mold_temp1": (1449,),
        "upper_mold_temp3": (1449,),
    }
    codes = sum(int(data[name].isin(values).sum()) for name, values in numbers.items())
    # by time, which is the order of the file; the codes are no readings and end no run
    stuck = 0
    for name in ("molten_temp", "molten_volume"):
        readings = data[name][~data[name].isin(numbers[name])].dropna()
        stuck += int(readings.groupby((readings != readings.shift()).cumsum().to_numpy()).size().max())
    shot = data.select_dtypes("number").drop(columns=["passorfail", "count"])
    groups = pd.Series(np.arange(len(data))).groupby(pd.util.hash_pandas_object(shot, index=False).to_numpy())
    # nearer than eleven rows it may be one process that stands still
    alike = sum(int((group.diff() > 10).sum()) for _key, group in groups if len(group) > 1)
    return {"suspected_code": codes, "stuck": stuck, "near_duplicate_rows": alike}


def _of_moulding(data: pd.DataFrame, speed: str, serial: str) -> dict[str, int]:
    """Rows of one shot: equal in all readings but the serial number, once exact repetitions are gone."""
    different = data.drop_duplicates()
    readings = [name for name in different.select_dtypes("number") if name != serial]
    return {
        "scale_change": int((data[speed] < 100).sum()),
        "near_duplicate_rows": int(different.duplicated(readings).sum()),
    }


def _expected(name: str, data: pd.DataFrame) -> dict[str, int]:
    counts = _counted(data, FILES[name][0])
    match name:
        case "kamp_diecasting/casting_data_mart.parquet":
            counts |= _of_casting(data)
        case "kamp_molding/molding_injection.parquet":
            counts |= _of_moulding(data, "max_injection_pressure", "part_fact_serial")
            counts |= {"suspected_code": int((data["injection_time"] == "None").sum()), "shifted_header": 3}
        case "kamp_molding/molding_labeled_corrected.csv":
            counts |= _of_moulding(data, "Average_Screw_RPM", "PART_FACT_SERIAL")
        case "hydraulic/profile.txt":
            counts |= {"shifted_header": 5}
    return counts


def _silent(*_progress: object) -> None:
    """Nobody watches."""


def _findings(file: Path, name: str) -> list[dict[str, Any]]:
    time, label = FILES[name]
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with checked(file, Choices(time, label, (), None, "1GB"), None, now, _silent) as found:
        answer: list[dict[str, Any]] = found.as_json("en")["findings"]
    return answer


def _agree(shared: Path, name: str) -> None:
    file = shared / "data" / name
    findings = _findings(file, name)
    assert {one["kind"]: one["count"] for one in findings} == _expected(name, _read(file))
    assert all(one["note"] for one in findings)


@pytest.mark.shared
@pytest.mark.parametrize("name", OFTEN)
def test_a_public_file_shows_what_pandas_counts_and_nothing_else(shared: Path, name: str) -> None:
    _agree(shared, name)


@pytest.mark.shared
@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in FILES if name not in OFTEN])
def test_every_other_public_file_shows_what_pandas_counts_and_nothing_else(shared: Path, name: str) -> None:
    _agree(shared, name)
