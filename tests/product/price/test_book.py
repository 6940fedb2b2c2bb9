"""The workbook of a cost sheet: its formulas come to our figures, reckoned by someone else."""

from __future__ import annotations

import csv
import importlib.util
import io
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aas_server.messages import LANGUAGES
from aas_server.product.price import approaches, book, given, rules, tables
from aas_server.product.price.book import Book
from aas_server.product.price.given import Given
from aas_server.product.recipe import Costing, Labour
from aas_server.product.recipe.costing import Adjustment, Comparable, Income, Item

INCOME = Income(buyers=(2, 4, 5), fee=6_000_000, discount=0.1, basis="면담", obsolescence=0.3)
COMPARABLES = (
    Comparable("A", 30_000_000, "거래소", "2026-01-15", (Adjustment("행 수", 1.25),)),
    Comparable("B", 21_000_001, "KAMP", "2025-11-02", (Adjustment("오래됨", 0.9), Adjustment("업종", 1.1))),
)
FULL: dict[str, Any] = {
    "labour": (Labour("IT PM", 0.29, 3), Labour("IT아키텍트", 0.35), Labour("=HYPERLINK(1)", 1.15, 1, 100.0)),
    "material": (Item("@라벨", 333_333.9),),
    "expense": (
        Item("+클라우드", 1_234_567),
        Item("특허", 500_001, "기술료"),
        Item("라벨링", 700_007, "외주가공비"),
    ),
}
CASES: dict[str, dict[str, Any]] = {
    "check": {"labour": (Labour("데이터분석가", 2.0), Labour("응용SW개발자", 1.0)), "expenses": 2_000_000},
    "goods": FULL | {"cost_class": "goods-other"},
    "lower": FULL | {"admin_rate": 5.55, "profit_rate": 0.0},
    "guide": FULL | {"method": "software", "overhead_rate": 145.0, "technology_rate": 33.3},
    "nothing": {},
    "large": {"labour": (Labour("IT PM", 1000.0, 100),), "expenses": 123_456_789_012},
}


@pytest.fixture(scope="module")
def spreadsheet() -> ModuleType:
    spec = importlib.util.spec_from_file_location("spreadsheet", Path(__file__).with_name("spreadsheet.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made(costing: Costing, language: Any = "ko") -> tuple[Book, bytes]:
    one = Book(
        given.reckoned(given.of_recipe(costing), tables.rates()),
        tables.rates(),
        {"ko": "=사출 데이터", "en": "=moulding data"},
        None if costing.income is None else approaches.assumed(costing.income),
        costing.comparables,
        costing.price,
        {"ko": "-이유", "en": "-reason"},
    )
    return one, book.written(one, language)


ALONE = [pytest.param(case, False, id=f"cost-{case}", marks=pytest.mark.long) for case in CASES]
VALUED = [pytest.param(case, True, id=f"all-{case}") for case in CASES]
"""All approaches hold the cost sheet too; without them it is reckoned alone where there is time."""


@pytest.mark.parametrize(("case", "valued"), [*VALUED, *ALONE])
def test_every_formula_comes_to_the_value_we_wrote(spreadsheet: Any, case: str, valued: bool) -> None:
    more = {"income": INCOME, "comparables": COMPARABLES, "price": 99_999_999} if valued else {}
    one, content = made(Costing(**CASES[case], **more))
    sheet = spreadsheet.Spreadsheet(content)
    formulas = sheet.all_formulas()
    assert len(formulas) > (100 if valued and case != "nothing" else 10)
    for page, cell in formulas:
        ours = sheet.cached[page][cell].value
        same = ours if isinstance(ours, int | str) else pytest.approx(ours, rel=1e-12, abs=0)
        assert sheet.value(page, cell) == same, (page, cell)
    found = column(sheet, "원가계산서")
    guide = one.sheet.method == "software"
    names = (
        "재료비",
        "노무비",
        "경비",
        "제경비" if guide else "일반관리비",
        "기술료" if guide else "이윤",
        "총원가",
    )
    assert [found[name] for name in names] == list(rules.figures(one.sheet, one.rates).values())[:6]


def column(sheet: Any, page: str) -> dict[str, Any]:
    """The first cell of each row with what the third one comes to, the first of each name."""
    found: dict[str, Any] = {}
    for row in sheet.formulas[page].iter_rows():
        found.setdefault(row[0].value, sheet.value(page, row[2].coordinate))
    return found


def test_a_changed_input_changes_the_whole_sheet(spreadsheet: Any) -> None:
    """The formulas are live: the same reckoning as ours with other months and another rate."""
    _, content = made(Costing(**CASES["check"]))
    sheet = spreadsheet.Spreadsheet(content)
    sheet.formulas["노무비"]["C4"].value = 3.5
    sheet.formulas["요율"]["B4"].value = 0.05
    team = (Labour("데이터분석가", 3.5), Labour("응용SW개발자", 1.0))
    other = given.reckoned(
        given.of_recipe(Costing(labour=team, expenses=2_000_000, admin_rate=5.0)), tables.rates()
    )
    found = column(sheet, "원가계산서")
    assert found["총원가"] == other.total
    hows = [sheet.value("원가계산서", f"D{row}") for row in range(8, 18)]
    assert "(재료비 + 노무비 + 경비) × 일반관리비율 5 %" in hows


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_others_are_no_formulas_and_bytes_are_the_same(spreadsheet: Any, language: Any) -> None:
    costing = Costing(**FULL, income=INCOME, comparables=COMPARABLES)
    _, content = made(costing, language)
    assert made(costing, language)[1] == content
    sheet = spreadsheet.Spreadsheet(content)
    texts = [cell for page in sheet.formulas for row in page.iter_rows() for cell in row if cell.data_type == "s"]
    assert {"=HYPERLINK(1)", "@라벨", "+클라우드"} <= {cell.value for cell in texts}
    assert not [cell.value for cell in texts if "costbook-" in cell.value or "{" in cell.value]
    assert not any("HYPERLINK" in sheet.formulas[page][cell].value for page, cell in sheet.all_formulas())


def test_a_long_name_has_room(spreadsheet: Any) -> None:
    """Not every spreadsheet makes a row as high as its text."""
    _, content = made(Costing(expense=(Item("가" * 60, 1), Item("짧음", 1))))
    rows = spreadsheet.Spreadsheet(content).formulas["경비"].row_dimensions
    assert rows[4].height == 45 and rows[5].height is None


def test_what_is_not_given_is_said_not_to_be_valued(spreadsheet: Any) -> None:
    _, content = made(Costing(**CASES["check"]))
    sheet = spreadsheet.Spreadsheet(content)
    said = {row[0].value: row[2].value for row in sheet.formulas["원가계산서"].iter_rows()}
    assert said["수익접근"] == said["시장접근"] == "평가하지 않음"
    assert "수익접근" not in sheet.formulas.sheetnames


@pytest.mark.long
def test_libreoffice_comes_to_the_same_figures(tmp_path: Path) -> None:
    """A spreadsheet that people use, told to reckon everything anew."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not here (apt install libreoffice-calc)")
    one, content = made(Costing(**FULL, income=INCOME, comparables=COMPARABLES))
    (tmp_path / "book.xlsx").write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to"]
    command += ["csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "book.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    rows = list(_rows(tmp_path / "book-원가계산서.csv"))
    shown = {row[0]: row[2].replace(",", "") for row in rows if len(row) > 2}
    assert Decimal(shown["총원가"]) == one.sheet.total


def _rows(file: Path) -> Iterator[list[str]]:
    yield from csv.reader(io.StringIO(file.read_text("utf-8")))


def test_the_sheet_of_a_file_and_of_a_recipe_are_one() -> None:
    as_file = Given("statute", "기타용역", 2025, given.of_recipe(Costing(**FULL)).costs)
    assert given.reckoned(as_file, tables.rates()) == given.reckoned(
        given.of_recipe(Costing(**FULL)), tables.rates()
    )
