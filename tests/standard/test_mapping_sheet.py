"""Mapping sheets as others fill them: read without loss; the two real ones among them."""

from __future__ import annotations

import zipfile
from contextlib import closing
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from aas_server.standard import mapping
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.mapping import Book
from aas_server.standard.mapping.sheet import by_language, in_languages
from submodels.data_processing import Coverage

SHARED = Path(__file__).parents[3] / "shared" / "kosmo"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@ko:온도@en:Temperature", {"ko": "온도", "en": "Temperature"}),
        ("@enManufacturerName", {"en": "ManufacturerName"}),
        ("@en:Name", {"en": "Name"}),
        ("온도", {"ko": "온도"}),
        ("", {}),
    ],
)
def test_texts_in_languages_are_read(text: str, said: dict[str, str]) -> None:
    assert by_language(text) == said
    assert by_language(in_languages(said)) == said


def test_rows_stand_under_what_the_rows_above_name(tmp_path: Path) -> None:
    rows = [
        {"asset": "Cell"},
        {"shell0": "Machine"},
        {"submodel": "OperationalData"},
        {"collection0": "Axis"},
        {"collection1": "X"},
        {"id_short": "Prop:Position", "tag": "D100"},
        {"collection0": "Spindle"},
        {"id_short": "Prop:Load", "tag": "D200"},
        {"submodel": "Alarm"},
        {"id_short": "PropNumber", "tag": "D300"},
    ]
    mapping.write(tmp_path / "x.xlsx", "Cell", rows)
    (sheet,) = mapping.read(tmp_path / "x.xlsx").sheets
    found = {row.written("tag"): row for row in sheet.rows if row.written("tag")}
    assert found["D100"].collections == ("Axis", "X")
    assert found["D200"].collections == ("Spindle",)
    assert found["D300"].collections == ()
    assert found["D300"].path == {"asset": "Cell", "shell0": "Machine", "submodel": "Alarm"}
    assert found["D300"].element == ("Prop", "Number")


def test_cells_merged_downwards_count_for_every_row(tmp_path: Path) -> None:
    mapping.write(
        tmp_path / "x.xlsx", "Cell", [{"tag": f"D{number}", "id_short": "Prop:Xx"} for number in range(3)]
    )
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    (column,) = (cell.column_letter for cell in book.active[2] if cell.value == "Unit")
    book.active[f"{column}3"] = "bar"
    book.active.merge_cells(f"{column}3:{column}4")
    book.save(tmp_path / "x.xlsx")
    (sheet,) = mapping.read(tmp_path / "x.xlsx").sheets
    assert [row.written("unit") for row in sheet.rows] == ["bar", "bar", ""]


def test_cells_merged_by_billions_are_not_laid_out(tmp_path: Path) -> None:
    mapping.write(tmp_path / "x.xlsx", "Cell", [{"tag": "D1", "id_short": "Prop:Xx"}])
    with zipfile.ZipFile(tmp_path / "x.xlsx") as parts, zipfile.ZipFile(tmp_path / "y.xlsx", "w") as hostile:
        for part in parts.namelist():
            content = parts.read(part).replace(b"</mergeCells>", b'<mergeCell ref="AD3:XFD1048576"/></mergeCells>')
            hostile.writestr(part, content)
    (sheet,) = mapping.read(tmp_path / "y.xlsx").sheets
    assert [row.written("tag") for row in sheet.rows] == ["D1"]


@cache
def real(name: str) -> Book:
    return mapping.read(SHARED / name)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real sheets lie in ../shared")
@pytest.mark.parametrize(
    ("name", "title", "rows", "others"),
    [("NC_CNC_Ver0.3.xlsx", "CNC", 597, {"Sheet1": 75}), ("Press_Ver0.3.xlsx", "Press_typical", 384, {})],
)
def test_a_real_sheet_is_read_without_loss(name: str, title: str, rows: int, others: dict[str, int]) -> None:
    book = real(name)
    (sheet,) = book.sheets
    assert (sheet.title, len(sheet.rows), len(sheet.tallies)) == (title, rows, 1)
    with closing(openpyxl.load_workbook(SHARED / name, read_only=True)) as workbook:
        there = {
            f"{title}!{cell.coordinate}": cell.value
            for row in workbook[title].iter_rows(min_row=3)
            for cell in row
            if cell.value is not None and cell.row not in sheet.tallies
        }
    assert {cell.at: cell.value for row in sheet.rows for cell in row.cells.values()} == there
    assert not any(key.startswith("other:") for row in sheet.rows for key in row.cells)
    assert {name: len(cells) for name, cells in book.others.items()} == others


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real sheets lie in ../shared")
def test_what_does_not_fit_in_a_real_sheet_is_found() -> None:
    (checked,) = mapping.check(real("Press_Ver0.3.xlsx"), Dictionary())
    found = {doubt.cell: doubt.misfit for doubt in checked.doubts}
    assert {"Press_typical!AB234", "Press_typical!AB235"} <= set(found)
    told = found["Press_typical!AB234"].values
    assert (told["name"], told["other"]) == ("DescendingSpeed", {"ko": "온도", "en": "Temperature"})
    own = [one for one in found.values() if one.key != "fit-shared"]
    assert not any("RPM" in str(one.values["name"]) for one in own)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real sheets lie in ../shared")
def test_a_real_sheet_is_judged_with_its_cells() -> None:
    (checked,) = mapping.check(real("NC_CNC_Ver0.3.xlsx"), Dictionary())
    coverage = checked.coverage
    assert coverage.irdi + coverage.own + coverage.open == checked.properties > 300
    assert len(checked.open) == coverage.open
    shared = [doubt for doubt in checked.doubts if doubt.misfit.key == "fit-shared"]
    # 0173-1#02-AAJ175#004 stands beside a pressure, a distance and a temperature there.
    assert {"RemainingDistance", "ServoTemperature"} & {str(one.misfit.values["name"]) for one in shared}
    assert all("!" in str(fault.values["cell"]) for fault in checked.faults)


def test_a_sheet_that_libreoffice_saved_is_read(tmp_path: Path) -> None:
    file = tmp_path / "m.xlsx"
    mapping.write(file, "CNC", [{"id_short": "Prop:Speed", "reference_local": True, "tag": "D1"}])
    book = openpyxl.load_workbook(file)
    cell = next(cell for cell in book.active[3] if cell.value is True)
    cell.value = "=TRUE()"
    book.save(file)
    (sheet,) = mapping.read(file).sheets
    assert sheet.rows[0].cells["reference_local"].value is True


def test_a_sheet_of_anybody_is_judged(tmp_path: Path) -> None:
    rows = [
        {"id_short": "Prop:Speed", "irdi": "0112/2///61987#ABA927#005", "unit": "rpm", "tag": "D1"},
        {"id_short": "Prop:Good", "iri": "https://factory.example/ids/good", "tag": "D2"},
        {"id_short": "Prop:Bad name", "irdi": "0112-2#x", "unit": "furlong", "tag": "D2"},
        {"id_short": "prop:Odd", "iri": "no_data"},
    ]
    mapping.write(tmp_path / "m.xlsx", "CNC", rows)
    (checked,) = mapping.check(mapping.read(tmp_path / "m.xlsx"), Dictionary())
    assert checked.coverage == Coverage(irdi=1, own=1, open=2)
    told = {(fault.key, str(fault.values["cell"])[-1]) for fault in checked.faults}
    assert told == {
        ("mapping-irdi", "5"),
        ("mapping-unit", "5"),
        ("mapping-id-short", "5"),
        ("mapping-tag-doubled", "5"),
        ("mapping-iri", "6"),
    }
    assert {doubt.misfit.key for doubt in checked.doubts} == {"fit-unit", "fit-name"}
