"""The units a factory uses: their codes in four systems, and their conversion."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from templates import units
from templates.units import UnitCode

SHARED = Path(__file__).parents[3] / "shared" / "aas"


def known(symbol: str) -> UnitCode:
    found = units.unit(symbol)
    assert found is not None, symbol
    return found


def test_the_table_holds_the_units_of_a_factory() -> None:
    symbols = [one.symbol for one in units.everything()]
    assert len(symbols) >= 190
    assert len(set(symbols)) == len(symbols)


def test_no_spelling_stands_for_two_units() -> None:
    pairs = {
        ("".join(text.split()), one.symbol) for one in units.everything() for text in (one.symbol, *one.spelled)
    }
    assert len({text for text, _ in pairs}) == len(pairs)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (25, "°C", "°F", 77),
        (25, "°C", "K", 298.15),
        (-40, "°F", "°C", -40),
        (1, "kgf/cm²", "Pa", 98066.5),
        (1, "bar", "psi", 14.5037738),
        (60, "rpm", "rad/s", 2 * math.pi),
        (36, "km/h", "m/s", 10),
        (1, "kWh", "MJ", 3.6),
        (1, "kgf·m", "N·m", 9.80665),
        (1, "m³/h", "L/min", 1000 / 60),
        (250, "ppm", "%", 0.025),
        (1, "PS", "W", 735.49875),
    ],
)
def test_a_value_is_told_in_another_unit(value: float, source: str, target: str, expected: float) -> None:
    assert units.convert(value, known(source), known(target)) == pytest.approx(expected, rel=1e-8)
    assert units.convert(expected, known(target), known(source)) == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize(("source", "target"), [("bar", "°C"), ("N·m", "J"), ("dB", "V")])
def test_two_kinds_of_quantity_are_not_converted(source: str, target: str) -> None:
    with pytest.raises(ValueError, match="no conversion"):
        units.convert(1, known(source), known(target))


@pytest.mark.parametrize(
    "text", ["°C", "℃", "CEL", "Cel", "DEG_C", "http://qudt.org/vocab/unit/DEG_C", "0112/2///62720#UAA033"]
)
def test_a_unit_is_found_by_its_code_in_any_system(text: str) -> None:
    found = units.by_any(text)
    assert found is not None
    assert found.symbol == "°C"


def test_nothing_is_no_unit() -> None:
    assert units.by_any("") is None
    assert units.by_code("") is None


@pytest.mark.parametrize("text", ["in", "G", "d", "var"])
def test_a_word_in_brackets_is_no_unit_of_a_name(text: str) -> None:
    assert units.unit(text) is not None
    assert units.in_name(text) is None


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the codes that were looked up lie in ../shared")
def test_every_code_and_factor_is_the_published_one() -> None:
    with (SHARED / "units_qudt.csv").open(encoding="utf-8") as file:
        rows = {row["qudt_iri"].rsplit("/", 1)[1]: row for row in csv.DictReader(file)}
    for one in units.everything():
        row = rows[one.qudt]
        assert one.code in row["unece_rec20"].split(";") or not one.code, one.symbol
        assert one.irdi in row["iec_cdd_61360_code"].split(";") or not one.irdi, one.symbol
        assert one.ucum == row["ucum"], one.symbol
        assert (one.factor or 0.0) == pytest.approx(float(row["conv_multiplier"] or 0)), one.symbol
        assert one.offset == pytest.approx(float(row["conv_offset"] or 0)), one.symbol


def test_characters_of_korean_keyboards_are_read() -> None:
    spelled = {
        "㎾": "kW",
        "㎾h": "kWh",
        "㎫": "MPa",
        "㎜/s": "mm/s",
        "㎥/h": "m³/h",
        "㎐": "Hz",
        "㎛": "µm",
        "μm": "µm",
    }
    assert {text: found.symbol for text in spelled if (found := units.unit(text))} == spelled
