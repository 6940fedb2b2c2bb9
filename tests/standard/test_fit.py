"""Whether an IRDI fits the field that bears it, and how the fields of a product stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aas_server.messages import in_all
from aas_server.standard import fit, irdi
from aas_server.standard.clues import Clues, Extent
from aas_server.standard.coverage import coverage, standing
from aas_server.standard.dictionary import Dictionary
from submodels.field import Field
from submodels.text import both

TEMPERATURE = "0112/2///61987#ABA927#005"
OURS = Dictionary()


@pytest.mark.parametrize(
    ("clues", "semantic_id", "keys"),
    [
        (Clues("Mold Temp", "°C", True), TEMPERATURE, []),
        (Clues("DescendingSpeed", "mm/s", True), TEMPERATURE, ["fit-unit", "fit-name"]),
        (Clues("DescendingSpeed", "", True), TEMPERATURE, ["fit-name"]),
        (Clues("TE1", "bar", True), TEMPERATURE, ["fit-unit"]),
        (Clues("TE1", "°C", True, Extent(-400, 10)), TEMPERATURE, ["fit-values"]),
        (Clues("TE1", "K", True, Extent(-3, 10)), TEMPERATURE, ["fit-values"]),
        (Clues("TE1", "", True, Extent(-400, 10)), TEMPERATURE, []),
        (Clues("온도", "", False), TEMPERATURE, ["fit-type"]),
        (Clues("Mold Temp", "°C", True), "0112/2///61987#ABA927", []),
        (Clues("anything", "°C", True), "https://factory.example/ids/x", []),
        (Clues("anything", "°C", True), "0173-1#02-ZZZ999#001", []),
        (Clues("x", "", True), "0173-1#02-AAQ203", ["fit-invalid"]),
        (Clues("x", "", True), "0173-1#05-AAA567#006", ["fit-no-property"]),
        (Clues("x", "", True), "0112/2///62720#UAA033", ["fit-no-property"]),
        (Clues("Level", "%", True), "0112/2///61987#ABH329#002", []),
    ],
)
def test_what_speaks_against_an_irdi_is_told(clues: Clues, semantic_id: str, keys: list[str]) -> None:
    assert [one.key for one in fit.check(clues, semantic_id, OURS)] == keys


def test_words_of_another_quantity_beside_a_name_are_told() -> None:
    told = fit.against_words("DescendingSpeed", "temperature of a component, or its environment")
    assert told is not None
    assert told.key == "fit-words"
    assert fit.against_words("ServoTemperature", "temperature of a component") is None
    assert fit.against_words("WholeLength", "Index of channel identified with number") is None


@pytest.mark.parametrize(
    "text",
    [
        TEMPERATURE,
        "0173-1#02-AAQ203#001",
        "0173-1---BASIC_1_1#01-ABC123#001",
        "0112/2///61360_4#AAF573",
        "0173-1#02-ABI500#001/0173-1#01-AHF579#001",
        "0173-1#02-ABI501#001/0173-1#01-AHF580#001*00",
    ],
)
def test_an_irdi_is_known_by_how_it_is_written(text: str) -> None:
    assert irdi.is_irdi(text)
    assert irdi.looks_like(text)


@pytest.mark.parametrize(
    "text", ["", "no_data", "0173-1#02-AAQ203", "0173-1#02-aaq203#001", "https://x.example/y"]
)
def test_what_is_no_irdi_is_known(text: str) -> None:
    assert not irdi.is_irdi(text)


def field(semantic_id: str, definition: dict[str, str]) -> Field:
    return Field("xq", "Xq", "xs:double", semantic_id, "own", both("가", "a"), definition)


def test_a_field_is_open_where_nobody_said_what_it_means() -> None:
    own = "https://factory.example/ids/cd/xq"
    placeholder = dict(in_all("collect-undefined", name="xq"))
    assert standing(field(TEMPERATURE, {})) == "irdi"
    assert standing(field(own, {"ko": "사출기 쿠션", "en": ""})) == "own"
    assert standing(field(own, placeholder)) == "open"
    assert standing(field(own, {})) == "open"
    assert standing(field("no_data", {"ko": "뜻"})) == "open"
    assert standing(field("0173-1#02-AAQ203", {"ko": "뜻"})) == "open"
    counted = coverage([field(TEMPERATURE, {}), field(own, {"ko": "뜻"}), replace(field(own, placeholder))])
    assert (counted.irdi, counted.own, counted.open) == (1, 1, 1)
