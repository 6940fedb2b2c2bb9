"""The mapping sheet: written as a view of the shell, edited in Excel, read back; faults told with their cell."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from aas_server.errors import BadInput
from aas_server.ids import Names
from aas_server.product import fields
from aas_server.product.standardise import mapping
from aas_server.standard import mapping as sheets
from aas_server.standard.dictionary import Dictionary
from aas_server.twin.shelf import Shelf

PRODUCT = "press-1"
PRESSURE = "0112/2///61987#ABN616#001"
Edit = Callable[[object], None]


@pytest.fixture
def sheet(twin: Shelf, names: Names, dictionary: Dictionary, tmp_path: Path) -> Path:
    file = tmp_path / "mapping.xlsx"
    assert mapping.write(twin, names, PRODUCT, dictionary, file) == 6
    return file


def edit(file: Path, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> None:
    book = openpyxl.load_workbook(file)
    change(book.active)
    book.save(file)


def cell(file: Path, tag: str, key: str) -> str:
    """Where the row with this tag has the column."""
    (one,) = sheets.read(file).sheets
    row = next(row for row in one.rows if row.written("tag") == tag)
    return one.place(row, key).partition("!")[2]


def by_name(twin: Shelf) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["stream"], row["name"]): row for row in fields.rows(twin, PRODUCT)}


def test_a_sheet_read_back_unchanged_changes_nothing(
    twin: Shelf, names: Names, dictionary: Dictionary, sheet: Path
) -> None:
    before = by_name(twin)
    taken = mapping.read(twin, names, PRODUCT, dictionary, sheet)
    assert (taken.rows, taken.passed, taken.changed) == (6, 5, 0)
    assert by_name(twin) == before


def test_what_was_edited_in_the_sheet_goes_into_the_shell(
    twin: Shelf, names: Names, dictionary: Dictionary, sheet: Path
) -> None:
    cells = {key: cell(sheet, "MELT_P_PV", key) for key in ("irdi", "iri", "unit", "id_short", "preferred_name")}

    def change(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        page[cells["irdi"]] = PRESSURE
        page[cells["unit"]] = "MPa"
        page[cells["id_short"]] = "Prop:MeltP"
        page[cells["preferred_name"]] = "@ko:용융 압력@en:Melt pressure"

    edit(sheet, change)
    taken = mapping.read(twin, names, PRODUCT, dictionary, sheet)
    assert taken.changed == 1
    row = by_name(twin)["shots", "MELT_P_PV"]
    assert (row["semanticId"], row["unit"], row["idShort"]) == (PRESSURE, "MPa", "MeltP")
    assert (row["title_ko"], row["title_en"]) == ("용융 압력", "Melt pressure")
    assert row["definition_ko"] == "단위 면적에 수직으로 작용하는 힘", (
        "the dictionary has one where nobody wrote it"
    )


def test_an_irdi_of_another_quantity_is_told_and_one_taken_out_is_open_again(
    twin: Shelf, names: Names, dictionary: Dictionary, sheet: Path
) -> None:
    place = cell(sheet, "ram speed", "irdi")
    taken = mapping.read(twin, names, PRODUCT, dictionary, sheet)
    assert [(doubt.cell, doubt.misfit.key) for doubt in taken.doubts] == [
        (f"{PRODUCT}!{place}", "fit-unit"),
        (f"{PRODUCT}!{place}", "fit-name"),
    ]
    edit(sheet, lambda page: page.__setitem__(place, None))
    assert mapping.read(twin, names, PRODUCT, dictionary, sheet).doubts == ()
    row = by_name(twin)["shots", "ram speed"]
    assert row["semanticId"] == names.concept(PRODUCT, "shots", "RamSpeed")


def test_texts_of_others_are_never_formulas(sheet: Path) -> None:
    book = openpyxl.load_workbook(sheet)
    assert {one.data_type for row in book.active.iter_rows() for one in row} <= {"s", "n", "b"}
    assert book.active[cell(sheet, "=cmd|x", "tag")].value == "=cmd|x"


def put(key: str, value: object, tag: str = "MELT_P_PV") -> Callable[[Path], str]:
    def change(file: Path) -> str:
        place = cell(file, tag, key)
        edit(file, lambda page: page.__setitem__(place, value))
        return place

    return change


def doubled(file: Path) -> str:
    place = cell(file, "Humidity", "tag")
    edit(file, lambda page: page.__setitem__(place, "금형온도1"))
    return place


def without_head(file: Path) -> str:
    def change(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for one in page[2]:
            if one.value == "Unit":
                one.value = "단가"

    edit(file, change)
    return "Unit"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (put("irdi", "0173-1#02-AAQ203"), "mapping-irdi"),
        (put("irdi", "온도"), "mapping-irdi"),
        (put("iri", "no address"), "mapping-iri"),
        (put("unit", "furlong"), "mapping-unit"),
        (put("id_short", "Prop:1 x"), "mapping-id-short"),
        (put("id_short", "Prop:ramspeed"), "mapping-id-short-doubled"),
        (put("tag", "NO_SUCH_TAG"), "mapping-tag-unknown"),
        (put("unit", "=1+1"), "mapping-formula"),
        (doubled, "mapping-tag-doubled"),
        (without_head, "mapping-columns-missing"),
    ],
    ids=["irdi", "irdi-word", "iri", "unit", "id-short", "id-short-twice", "tag", "formula", "doubled", "column"],
)
def test_a_fault_is_told_with_its_cell_and_nothing_is_changed(
    twin: Shelf, names: Names, dictionary: Dictionary, sheet: Path, change: Callable[[Path], str], key: str
) -> None:
    before = by_name(twin)
    place = change(sheet)
    with pytest.raises(BadInput) as told:
        mapping.read(twin, names, PRODUCT, dictionary, sheet)
    assert told.value.key == key
    assert place in str(told.value.values)
    assert by_name(twin) == before


def test_a_workbook_without_a_mapping_sheet_is_refused(
    twin: Shelf, names: Names, dictionary: Dictionary, tmp_path: Path
) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(BadInput) as told:
        mapping.read(twin, names, PRODUCT, dictionary, tmp_path / "empty.xlsx")
    assert told.value.key == "mapping-no-sheet"


def test_a_huge_sheet_is_refused(twin: Shelf, names: Names, dictionary: Dictionary, sheet: Path) -> None:
    edit(sheet, lambda page: page.__setitem__("A900000", "x"))
    with pytest.raises(BadInput) as told:
        mapping.read(twin, names, PRODUCT, dictionary, sheet)
    assert told.value.key == "workbook-too-many-rows"


def test_a_workbook_whose_sheet_ends_in_the_middle_is_refused(
    twin: Shelf, names: Names, dictionary: Dictionary, sheet: Path
) -> None:
    torn = sheet.with_name("torn.xlsx")
    with zipfile.ZipFile(sheet) as parts, zipfile.ZipFile(torn, "w", zipfile.ZIP_DEFLATED) as made:
        for name in parts.namelist():
            content = parts.read(name)
            made.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    with pytest.raises(BadInput) as told:
        mapping.read(twin, names, PRODUCT, dictionary, torn)
    assert told.value.key == "workbook-unreadable" and told.value.values["file"] == torn
