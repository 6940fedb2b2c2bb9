"""What unknown fields may mean: ranked, with reasons, and sure only where there is no doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from aas_server.standard import importing
from aas_server.standard.clues import Clues, Extent
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.licensed import Licensed
from aas_server.standard.suggest import suggest
from templates import units

OURS = Dictionary()


@pytest.mark.parametrize(
    ("name", "unit", "key", "sure"),
    [
        ("금형온도3", "", "temperature", True),
        ("Mold Temp 1", "", "temperature", True),
        ("Mold Temp 1", "°F", "temperature", True),
        ("MELT_P_PV", "", "pressure", False),
        ("MELT_P_PV", "bar", "pressure", False),
        ("TE101", "", "temperature", False),
        ("SPD_ACT", "mm/s", "speed", False),
        ("Temprature", "", "temperature", False),
        ("MOT_CUR", "A", "electric-current", False),
        ("RUL", "h", "residual-life", True),
        ("xq", "°C", "temperature", False),
        ("전류값", "", "electric-current", False),
        ("CYL_TEMP_Z1", "", "temperature", False),
        ("MOLD_TEMP_SV", "", "temperature", False),
        ("CUR_R", "", "electric-current", False),
        ("VOLT_RS", "", "voltage", False),
        ("VIB_X_RMS", "mm/s", "vibration-velocity", False),
        ("VIB_X_RMS", "g", "vibration-acceleration", False),
        ("진동", "µm", "vibration-displacement", False),
        ("HUMID", "%", "humidity", False),
        ("pH", "", "ph", True),
        ("KWH_TOTAL", "", "energy", False),
        ("형체력", "ton", "force", False),
        ("FLOW_LPM", "", "volume-flow-rate", True),
        ("temp_C", "", "temperature", True),
        ("energy_kwh", "", "energy", False),
        ("Druck", "", "pressure", False),
        ("Kühlwassertemperatur", "", "temperature", False),
        ("Drehzahl_U_min", "", "rotational-speed", False),
        ("Spannung", "V", "voltage", False),
        ("Spannung", "MPa", "stress", False),
        ("Volumenstrom", "L/min", "volume-flow-rate", False),
        ("Strom", "", "electric-current", False),
    ],
)
def test_the_best_suggestion_comes_first(name: str, unit: str, key: str, sure: bool) -> None:
    best, *rest = suggest(Clues(name, unit, True), OURS)
    assert (best.entry.key, best.sure) == (key, sure)
    assert best.reasons
    assert all(best.score >= other.score for other in rest)
    assert not any(other.sure for other in rest)


def test_a_letter_is_a_unit_only_where_the_rest_can_have_it() -> None:
    assert [Clues(name).known_unit for name in ("value_C", "PUMP_A", "cycle_time_min", "RPM")] == [None] * 4
    assert Clues("motor_current_A").known_unit == units.unit("A")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("사출속도", "speed"),
        ("Strom", "electric-current"),
        ("Kühlwassertemperatur", "temperature"),
        ("cycle time", "duration"),
        ("HUMID", "humidity"),
        ("온도", "temperature"),
        ("Drehzahl", "rotational-speed"),
    ],
)
def test_what_a_variable_may_be_called_is_found_by_search(words: str, key: str) -> None:
    assert OURS.search(words)[0].entry.key == key


def test_a_force_in_tonnes_is_no_mass_to_a_search() -> None:
    assert "force" not in {hit.entry.key for hit in OURS.search(quantity="질량")}


@pytest.mark.parametrize("name", ["value", "xq7", "_id", "", "temp_alarm", "데이터"])
def test_nothing_is_suggested_where_nothing_speaks_for_it(name: str) -> None:
    assert suggest(Clues(name, "", True), OURS) == []


def test_a_unit_of_another_kind_rules_an_entry_out() -> None:
    assert "pressure" not in {one.entry.key for one in suggest(Clues("MELT_P", "°C", True), OURS)}


def test_values_that_cannot_be_speak_against_it() -> None:
    cold = suggest(Clues("Mold Temp 1", "°C", True, Extent(-500, 80)), OURS)[0]
    fine = suggest(Clues("Mold Temp 1", "°C", True, Extent(20, 80)), OURS)[0]
    assert (cold.sure, fine.sure) == (False, True)
    assert cold.score < fine.score
    assert [reason.key for reason in cold.reasons][-1] == "suggest-implausible"


def test_texts_are_no_measure() -> None:
    assert "temperature" not in {one.entry.key for one in suggest(Clues("온도", "", False), OURS)}


def test_imported_entries_are_suggested_too(dictionary: Dictionary, licensed: Licensed, files: Path) -> None:
    for name in ("eclass.xml", "units.xml"):
        licensed.take(importing.read(files / name, lambda _: None))
    best = suggest(Clues("Ram Closing Speed", "mm/s", True), dictionary)
    assert "0173-1#02-ZZZ101#001" in {one.entry.id for one in best[:2]}
    imported = next(one for one in best if one.entry.id == "0173-1#02-ZZZ101#001")
    assert imported.score == 1.0
