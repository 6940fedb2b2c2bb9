"""What is planted in clean data is found, and counted exactly; nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from aas_server.quality.finding import Finding

Found = Callable[..., dict[str, Finding]]
Machine = Callable[[int], pd.DataFrame]


def test_sensors_that_stand_still_are_found_among_living_ones(found: Found, machine: Machine) -> None:
    data = machine(2000)
    data.loc[500:529, "press"] = 5.25
    data.loc[900:1099, "temp"] = 180.03
    findings = found(data, time="time")
    assert list(findings) == ["stuck"]
    stuck = findings["stuck"]
    assert stuck.count == 230
    assert stuck.columns == ("temp", "press")
    assert any(one.startswith("#501 ") for one in stuck.examples)


@pytest.mark.parametrize("code", [-999, 65535, -9999, 32767, 1449, 2767])
def test_numbers_that_mean_no_reading_are_found(found: Found, machine: Machine, code: float) -> None:
    data = machine(1000)
    data.loc[[3, 50, 51, 400, 700, 999], "press"] = code
    findings = found(data)
    assert list(findings) == ["suspected_code"]
    assert (findings["suspected_code"].count, findings["suspected_code"].columns) == (6, ("press",))
    assert str(code) in findings["suspected_code"].note["en"]


def test_words_and_zeros_that_mean_no_reading_are_found(found: Found, machine: Machine) -> None:
    data = machine(1000).astype({"press": object})
    data["shift"] = ["A", "B"] * 500
    data.loc[[7, 8, 9], "press"] = "#N/A"
    data.loc[[20, 21], "shift"] = "없음"
    data.loc[[1, 300, 301, 500, 777], "temp"] = 0
    findings = found(data, csv=True)
    assert findings["suspected_code"].count == 10
    assert findings["suspected_code"].columns == ("temp", "press", "shift")
    assert set(findings) == {"suspected_code"}


@pytest.mark.parametrize(
    ("factor", "offset", "told"),
    [(10, 0, "×10"), (0.001, 0, "÷1000"), (1.8, 32, "°C → °F"), (9.80665, 0, "kgf → N"), (1, 273.15, "°C → K")],
)
def test_another_unit_from_a_moment_on_is_found(
    found: Found, machine: Machine, factor: float, offset: float, told: str
) -> None:
    data = machine(2000)
    data.loc[1200:, "temp"] = data.loc[1200:, "temp"] * factor + offset
    findings = found(data, time="time")
    assert list(findings) == ["scale_change"]
    assert (findings["scale_change"].count, findings["scale_change"].columns) == (800, ("temp",))
    assert told in findings["scale_change"].note["en"]


def test_rows_that_are_nearly_another_row_are_found(found: Found, machine: Machine) -> None:
    data = machine(1500)
    again = data.iloc[[10, 20, 30, 40]].copy()
    again["press"] += [1e-6, -1e-6, 1.0, -1.0]
    findings = found(pd.concat([data, again]), time="time")
    assert list(findings) == ["near_duplicate_rows"]
    assert findings["near_duplicate_rows"].count == 4
    assert findings["near_duplicate_rows"].examples[0].startswith("#")


def test_the_same_inputs_with_another_label_are_found(found: Found, machine: Machine) -> None:
    data = machine(1500)
    again = data.iloc[[10, 20, 30]].copy()
    again["ok"] = 1 - again["ok"]
    findings = found(pd.concat([data, again]), time="time", label="ok")
    assert list(findings) == ["label_contradiction"]
    assert findings["label_contradiction"].count == 6


def test_a_sensor_that_wanders_off_is_found(found: Found, machine: Machine) -> None:
    data = machine(4000)
    data["press"] += np.linspace(0, 3, 4000)
    findings = found(data, time="time")
    assert list(findings) == ["drift"]
    assert findings["drift"].columns == ("press",)


def test_names_moved_against_their_columns_are_found(found: Found, machine: Machine) -> None:
    data = machine(500)
    data.columns = pd.Index([*data.columns[1:], data.columns[0]])
    findings = found(data, csv=True)
    assert list(findings) == ["shifted_header"]
    assert set(findings["shifted_header"].columns) == {"temp", "time"}


def test_a_row_for_a_header_and_a_header_among_the_rows_are_found(found: Found, machine: Machine) -> None:
    data = machine(300)
    headless = data.iloc[1:].copy()
    headless.columns = pd.Index([str(value) for value in data.iloc[0]])
    assert found(headless, csv=True)["shifted_header"].count >= 3
    header = pd.DataFrame([list(data.columns)], columns=data.columns)
    joined = pd.concat([data.iloc[:100], header, data.iloc[100:200], header, data.iloc[200:]])
    again = found(joined, csv=True)["shifted_header"]
    assert (again.count, again.examples[0][:4]) == (2, "#101")
