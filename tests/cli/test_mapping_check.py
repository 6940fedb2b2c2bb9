"""``aas mapping check``: a sheet that belongs to no product here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aas_server.cli.mapping_check import mapping_
from aas_server.standard import mapping

SHARED = Path(__file__).parents[3] / "shared" / "kosmo"


def run(*words: str) -> Result:
    return CliRunner().invoke(mapping_, ["check", *words], obj="ko", standalone_mode=False)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "cnc.xlsx"
    rows = [
        {"id_short": "Prop:Speed", "irdi": "0112/2///61987#ABA927#005", "unit": "rpm", "tag": "D1"},
        {"id_short": "Prop:Bad name", "tag": "D2"},
    ]
    mapping.write(file, "CNC", rows)
    return file


def test_faults_and_doubts_are_told_with_their_cells(sheet: Path, tmp_path: Path) -> None:
    done = run(str(sheet), "--json", "--data", str(tmp_path))
    assert done.return_value == 1
    (told,) = json.loads(done.output)
    (page,) = told["sheets"]
    assert page["coverage"] == {"irdi": 1, "own": 0, "open": 1, "shares": {"irdi": 0.5, "own": 0.0, "open": 0.5}}
    assert [(one["kind"], one["cell"]) for one in page["faults"]] == [("mapping-id-short", "CNC!M4")]
    assert {one["cell"] for one in page["doubts"]} == {"CNC!W3"} and page["open"] == ["CNC!W4"]
    plain = run(str(sheet)).output
    assert "IRDI 1개(50.0 %)" in plain and "잘못 CNC!M4" in plain and "확인하세요 CNC!W3" in plain


def test_a_file_that_is_no_sheet_is_told_and_the_others_go_on(sheet: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "no.xlsx"
    wrong.write_text("no workbook", "utf-8")
    done = run(str(wrong), str(sheet), "--json")
    first, second = json.loads(done.output)
    assert first["error"] == "workbook-unreadable" and second["sheets"]
    assert done.return_value == 1


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real sheets lie in ../shared")
def test_a_real_sheet_is_told() -> None:
    plain = run(str(SHARED / "Press_Ver0.3.xlsx")).output
    assert "Press_typical" in plain and "DescendingSpeed" in plain
