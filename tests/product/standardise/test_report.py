"""Coverage of a product, its open fields with what they may be, and the two files of KOSMO's parser."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from aas_server.errors import BadInput
from aas_server.ids import Names
from aas_server.product.standardise import engineering
from aas_server.product.standardise.report import report
from aas_server.standard.clues import Extent
from aas_server.standard.dictionary import Dictionary
from aas_server.twin.shelf import Shelf

PRODUCT = "press-1"


def test_coverage_counts_and_lists_what_is_open(twin: Shelf, dictionary: Dictionary) -> None:
    found = report(twin, PRODUCT, dictionary, lambda _: {"MELT_P_PV": Extent(20, 90)})
    assert (found.coverage.irdi, found.coverage.own, found.coverage.open) == (2, 0, 4)
    assert found.shares == {"irdi": pytest.approx(1 / 3), "own": 0, "open": pytest.approx(2 / 3)}
    lines = {(line.stream, line.field.name): line for line in found.lines}
    best = lines["shots", "MELT_P_PV"].suggestions[0]
    assert (best.entry.key, best.sure) == ("pressure", False)
    assert lines["room", "금형온도1"].suggestions[0].sure
    assert lines["shots", "금형온도1"].misfits == ()
    assert [one.key for one in lines["shots", "ram speed"].misfits] == ["fit-unit", "fit-name"]
    assert found.misfits == 1


def test_engineering_files_are_in_the_form_of_the_samples(twin: Shelf, names: Names, tmp_path: Path) -> None:
    assert engineering.write(twin, names, PRODUCT, tmp_path / "kosmo") == (6, 6)
    with (tmp_path / "kosmo" / "engineering.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {6}
    assert rows[0] == [
        "ns=2;s=press_1.OperationalData.shots.MoldTemp1", "10.0.0.5_1883", "shots", "금형온도1", "1500", " -1",
    ]  # fmt: skip
    assert rows[3][3] == "'=cmd|x"
    assert rows[4][4] == "100"
    system = json.loads((tmp_path / "kosmo" / "syscfg.json").read_text("utf-8"))
    assert [one["ns_index"] for one in system["namespaces"]] == [1, 2]
    (gateway,) = system["system"]
    assert gateway["NetworkConnection"] == "mqtt://10.0.0.5:1883"
    assert [device["DeviceName"] for device in gateway["FieldDevices"]] == ["shots", "room"]
    assert set(gateway) == {"GatewayName", "NetworkConnection", "SamplingInterval", "FieldDevices"}


def test_a_folder_with_files_is_not_written_over(twin: Shelf, names: Names, tmp_path: Path) -> None:
    (tmp_path / "kosmo").mkdir()
    (tmp_path / "kosmo" / "mine.txt").write_text("x")
    with pytest.raises(BadInput):
        engineering.write(twin, names, PRODUCT, tmp_path / "kosmo")
    assert (tmp_path / "kosmo" / "mine.txt").exists()
