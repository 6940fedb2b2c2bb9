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


@pytest.mark.parametrize(
    ("column", "factor", "told"), [("level", 100.0, "×100"), ("swing", 1000.0, "×1000"), ("swing", 0.1, "÷10")]
)
@pytest.mark.parametrize(("begin", "end"), [(600, 1000), (300, 500)])
def test_a_decimal_point_that_moves_is_found_in_columns_that_wander_or_swing(
    found: Found, column: str, factor: float, told: str, begin: int, end: int
) -> None:
    chance = np.random.default_rng(3)
    level = np.round(50 + 40 * np.sin(np.arange(1000) / 50) + chance.normal(0, 1, 1000), 1)
    data = pd.DataFrame({"level": level, "swing": np.round(chance.normal(0, 3, 1000), 2)})
    assert found(data) == {}
    data.loc[begin : end - 1, column] = np.round(data.loc[begin : end - 1, column] * factor, 6)
    [finding] = found(data).values()
    assert (finding.kind, finding.columns) == ("scale_change", (column,))
    assert abs(finding.count - (end - begin)) <= 2
    assert told in finding.note["en"]


def test_a_sensor_that_stands_still_for_a_third_of_a_short_file_is_found(found: Found, machine: Machine) -> None:
    data = machine(600)
    data.loc[300:499, "press"] = data.loc[300, "press"]
    assert {kind: one.count for kind, one in found(data, time="time").items()} == {"stuck": 200}


def test_rows_repeated_with_a_little_noise_are_found(found: Found, machine: Machine) -> None:
    data = machine(1500)
    again = data.iloc[range(100, 130)].copy()
    for name in ("temp", "press", "speed", "cur", "vib"):
        again[name] += np.random.default_rng(2).normal(0, 0.0005, 30) * data[name].std()
    findings = found(pd.concat([data, again]), time="time")
    assert {kind: one.count for kind, one in findings.items()} == {"near_duplicate_rows": 30}


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("last", ["grade", "valve"])
def test_names_shifted_by_one_are_found_though_the_named_time_holds_none(
    found: Found, machine: Machine, by: int, last: str
) -> None:
    data = machine(300).drop(columns="ok")
    data[last] = ["A", "B", "C"] * 100
    assert "shifted_header" not in found(data, time="time", csv=True)
    names = list(data.columns)
    data.columns = pd.Index(names[by:] + names[:by])
    assert "shifted_header" in found(data, time="time", csv=True)


def test_a_machine_that_is_switched_on_has_no_moved_decimal_point(found: Found) -> None:
    chance = np.random.default_rng(4)
    on = np.arange(1000) // 250 % 2 == 1
    current = np.where(on, 100 + chance.normal(0, 5, 1000), 1.3 + chance.normal(0, 0.05, 1000))
    data = pd.DataFrame(
        {"current": np.round(current, 2), "swing": np.round(chance.normal(0, np.where(on, 10, 1)), 2)}
    )
    assert "scale_change" not in found(data)


def test_a_short_standstill_is_found_and_a_hold_of_a_schedule_is_not(found: Found, machine: Machine) -> None:
    data = machine(1000)
    data["schedule"] = np.round(
        np.interp(np.arange(1000), [0, 200, 300, 500, 700, 1000], [0, 300, 300, 90, 400, 20])
    )
    assert found(data, time="time") == {}
    data.loc[600:619, "temp"] = data.loc[600, "temp"]
    assert {kind: (one.count, one.columns) for kind, one in found(data, time="time").items()} == {
        "stuck": (20, ("temp",))
    }


@pytest.mark.parametrize("place", ["end", "behind"])
def test_rows_that_come_twice_with_other_last_digits_are_found(found: Found, machine: Machine, place: str) -> None:
    data = machine(800).drop(columns="speed").round({"press": 2, "cur": 2, "vib": 2})
    again = data.iloc[range(30, 780, 50)].copy()
    for name, digit in (("temp", 0.1), ("press", 0.01), ("cur", 0.01), ("vib", 0.01)):
        again[name] = np.round(again[name] + np.random.default_rng(2).choice([-digit, 0, digit], 15), 2)
    later = pd.Timedelta(seconds=1000 if place == "end" else 0.4)
    again["time"] += later
    both = pd.concat([data, again])
    both = both if place == "end" else both.sort_index(kind="stable")
    assert {kind: one.count for kind, one in found(both, time="time").items()} == {"near_duplicate_rows": 15}


def test_rows_put_behind_a_counter_again_are_no_drift_of_it(found: Found) -> None:
    chance, row = np.random.default_rng(9), np.arange(1200)
    data = pd.DataFrame(
        {"batch": row // 20 + 1, "temp": np.round(chance.normal(180, 5, 1200), 2), "shot": row % 20}
    )
    both = pd.concat([data, data.sample(15, random_state=1)])
    assert {kind: one.count for kind, one in found(both).items() if kind != "duplicate_row"} == {}


def test_half_a_wave_is_no_drift(found: Found) -> None:
    chance = np.random.default_rng(8)
    wave = 22 + 6 * np.sin(np.linspace(-1.5, 1.5, 3000)) + chance.normal(0, 0.4, 3000)
    assert found(pd.DataFrame({"temp": np.round(wave, 2)})) == {}


@pytest.mark.parametrize("column", ["pulses", "cycle", "swing", "skewed"])
@pytest.mark.parametrize(
    ("factor", "told"), [(1000.0, "×1000"), (0.1, "÷10"), (25.4, "inch → mm")], ids=["1000", "tenth", "inch"]
)
def test_a_stretch_in_another_unit_is_found_whatever_course_the_column_takes(
    found: Found, column: str, factor: float, told: str
) -> None:
    chance, row = np.random.default_rng(6), np.arange(900)
    data = pd.DataFrame(
        {
            "pulses": np.where(row % 9 < 4, np.round(chance.normal(180, 5, 900), 1), 0),
            "cycle": np.round(5 + 4 * (row % 30) + chance.normal(0, 0.4, 900), 1),
            "swing": np.round(chance.normal(0, 0.02, 900), 4),
            "skewed": np.round(chance.lognormal(2, 0.8, 900), 2),
        }
    )
    assert found(data) == {}
    data.loc[400:599, column] = np.round(data.loc[400:599, column] * factor, 8)
    [finding] = found(data).values()
    assert (finding.kind, finding.columns) == ("scale_change", (column,))
    assert abs(finding.count - 200) <= (8 if column == "pulses" else 2)  # a zero is the same in every unit
    assert told in finding.note["en"]


def test_two_recipes_that_lie_apart_by_a_factor_of_units_are_left_alone(found: Found) -> None:
    chance = np.random.default_rng(9)
    level = np.where(np.arange(1500) < 700, 12.0, 117.9)
    assert found(pd.DataFrame({"dose": np.round(level * (1 + chance.normal(0, 0.02, 1500)), 2)})) == {}
