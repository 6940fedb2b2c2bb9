"""``aas concepts``: search, show, units, import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from aas_server.cli.concepts import concepts
from aas_server.errors import BadInput, NotFound
from aas_server.store.sqlite.opening import open_store

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    open_store(tmp_path).close()

    def command(*words: str) -> str:
        arguments = list(words) if words[0] == "units" else [*words, "--data", str(tmp_path)]
        done = CliRunner().invoke(concepts, arguments, obj="ko", standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.output

    return command


def test_search_finds_by_name_in_three_languages_unit_and_kind(run: Run) -> None:
    for word in ("온도", "temperature", "Temperatur", "TIC"):
        assert json.loads(run("search", word, "--json"))[0]["key"] == "temperature"
    assert {one["key"] for one in json.loads(run("search", "--unit", "CEL", "--json"))} >= {
        "temperature",
        "dew-point",
    }
    assert json.loads(run("search", "속도", "--quantity", "Velocity", "--json"))[0]["key"] == "speed"
    assert "0112/2///61987#ABA927#005" in run("search", "온도")


def test_show_tells_the_source_of_an_identifier(run: Run) -> None:
    shown = json.loads(run("show", "temperature", "--json"))
    assert shown["irdi"] == "0112/2///61987#ABA927#005"
    assert "OPC Foundation" in shown["source"]
    assert shown["names"]["de"] == "Temperatur"
    assert "절대 영도" in run("show", "0112/2///61987#ABA927#005")


def test_units_are_told_in_four_systems(run: Run) -> None:
    found = {one["symbol"]: one for one in json.loads(run("units", "--json"))}
    assert len(found) >= 100
    assert found["°C"] == {
        "symbol": "°C", "ucum": "Cel", "unece": "CEL", "iec": "0112/2///62720#UAA033", "qudt": "DEG_C",
        "quantity": "Temperature", "factor": 1.0, "offset": 273.15,
    }  # fmt: skip
    assert "kgf/cm²" in run("units", "--quantity", "압력")


def test_what_was_imported_is_searched(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "eClass99_0_PR_en.csv"
    file.write_text(
        "IrdiPR;PreferredName;ISOLanguageCode;DataType;IrdiUN\n"
        "0173-1#02-ZZZ501#001;invented plunger wobble;en;REAL_MEASURE;\n"
        "bad;x;en;REAL;\n",
        "utf-8",
    )
    told = json.loads(run("import", str(file), "--json"))
    assert told["entries"] == {"ECLASS": 1}
    assert [(one["line"], one["key"]) for one in told["files"][0]["troubles"]] == [(3, "dictionary-row-irdi")]
    assert "bad" in told["files"][0]["troubles"][0]["what"]
    assert json.loads(run("import", str(file), "--json"))["files"][0]["same"] == 1
    assert json.loads(run("search", "plunger wobble", "--json"))[0]["irdi"] == "0173-1#02-ZZZ501#001"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("search", "--unit", "furlong"), BadInput),
        (("search", "--quantity", "Colour"), BadInput),
        (("search",), BadInput),
        (("show", "no-such-thing"), NotFound),
        (("import", "missing.csv"), BadInput),
    ],
)
def test_what_cannot_be_done_is_refused(run: Run, words: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises((error, click.ClickException)):
        run(*words)
