"""Names whose last word is not what they are about."""

from __future__ import annotations

import pytest

from aas_server.standard.clues import Clues, Extent
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.suggest import suggest
from templates import concepts


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ProductArticleNumberOfManufacturer", "article-number"),
        ("OrderCodeOfManufacturer", "order-code"),
        ("TitleOfPosition", None),
        ("Speed of rotation", "speed"),
        ("DifferentialPressure", None),
        ("AirPressure", "pressure"),
    ],
)
def test_a_name_says_for_certain_only_what_its_head_is(name: str, key: str | None) -> None:
    found = concepts.propose(name)
    assert (found.key if found else None) == key
    sure = [one.entry.key for one in suggest(Clues(name), Dictionary()) if one.sure]
    assert set(sure) <= {key}


@pytest.mark.parametrize(
    ("name", "unit", "first"),
    [("TS1", "", "temperature"), ("PS1", "bar", "pressure"), ("DifferentialPressure", "", "pressure")],
)
def test_abbreviations_of_sensors_are_suggested_and_never_sure(name: str, unit: str, first: str) -> None:
    best = suggest(Clues(name, unit, True, Extent(30.0, 60.0)), Dictionary())[0]
    assert best.entry.key == first and not best.sure


def test_a_setpoint_is_no_speed() -> None:
    found = [one.entry.key for one in suggest(Clues("JacketTemperatureSP", "", True), Dictionary())]
    assert found[:2] == ["temperature", "setpoint"]
