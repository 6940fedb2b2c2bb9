"""Excel workbooks as recordings."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.errors import RecordingError
from connectors.recording import Hints, open_recording, parts

Book = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    def made(**sheets: list[list[Any]]) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        file = tmp_path / "book.xlsx"
        workbook.save(file)
        return file

    return made


def refusal(file: Path, hints: Hints = Hints()) -> RecordingError:  # noqa: B008 (it is frozen)
    with pytest.raises(RecordingError) as fault:
        open_recording(file, hints=hints)
    return fault.value


def test_a_sheet_is_read_with_its_types(book: Book) -> None:
    file = book(
        일지=[
            ["일시", "설비", "온도", "수량", "정상", "날짜", "시각"],
            [
                datetime.fromisoformat("2026-03-01T08:30"),
                "우진2호기",
                61.5,
                3,
                True,
                date(2026, 3, 1),
                time(8, 30),
            ],
            [datetime.fromisoformat("2026-03-01T08:31"), None, "#N/A", 4, False, None, timedelta(minutes=2)],
        ]
    )
    opened = open_recording(file)
    assert opened.time == "일시"
    assert opened.rows == 2
    assert opened.columns["온도"] == "double"
    assert opened.columns["수량"] == "int64"
    assert opened.columns["정상"] == "bool"
    first, second = opened.values()
    assert first["일시"] == "2026-03-01T08:30:00"
    assert second == {
        "일시": "2026-03-01T08:31:00",
        "설비": None,
        "온도": None,
        "수량": 4,
        "정상": False,
        "날짜": None,
        "시각": 120.0,
    }


def test_empty_rows_and_trailing_blanks_are_passed_over(book: Book) -> None:
    file = book(a=[[], ["x", "y", None], [None, None], [1, 2, ""], [], [3]])
    opened = open_recording(file)
    assert list(opened.values()) == [{"x": 1, "y": 2}, {"x": 3, "y": None}]


def test_names_that_come_twice_are_told_apart(book: Book) -> None:
    assert list(open_recording(book(a=[["x", " x ", "x"], [1, 2, 3]])).columns) == ["x", "x.1", "x.2"]


def test_several_sheets_are_parts_of_a_file(book: Book) -> None:
    file = book(first=[["x"], [1]], empty=[], second=[["y"], [2]])
    assert parts(file) == ["first", "second"]
    assert list(open_recording(file, hints=Hints(part="second")).values()) == [{"y": 2}]
    missing = refusal(file, Hints(part="third"))
    assert (missing.key, missing.values["sheets"]) == ("recording-sheet-missing", "first, empty, second")
    assert refusal(file, Hints(part="empty")).key == "recording-sheet-empty"


@pytest.mark.parametrize(
    ("rows", "key", "row"),
    [
        ([["생산 일지", None, None], ["일시", "온도", "압력"], [1, 2, 3]], "recording-outside-table", 2),
        ([["일시", None, "압력"], [1, 2, 3]], "recording-heading-merged", 1),
        ([[None, "온도", None, "압력"], ["일시", "상", "하", "상"], [1, 2, 3, 4]], "recording-heading-merged", 1),
        ([[1, 2], [3, 4]], "recording-heading-merged", 1),
        ([["x", "y"], [1, 2], [1, 2, "합계"]], "recording-outside-table", 3),
    ],
)
def test_titles_and_merged_headings_are_told(book: Book, rows: list[list[Any]], key: str, row: int) -> None:
    fault = refusal(book(a=rows))
    assert (fault.key, fault.values["row"]) == (key, row)


def test_a_stray_cell_far_to_the_right_is_told(book: Book) -> None:
    assert refusal(book(a=[["x"] * 2001, [1]])).key == "recording-too-wide"


def test_a_bomb_is_not_opened(book: Book) -> None:
    file = book(a=[["x"], *[["0" * 30000] for _ in range(200)]])
    assert refusal(file, Hints(unpacked=100_000)).key == "recording-bomb"
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/more.xml", b"<a>" + b" " * 50_000_000)
    assert refusal(file).key == "recording-bomb"


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]><worksheet/>'
)


@pytest.mark.parametrize("content", [ENTITIES, b"<!--" + b"x" * 10_000 + b"--><a/>", b"\x00\x01"])
def test_parts_that_declare_entities_are_refused(book: Book, content: bytes) -> None:
    file = book(a=[["x"], [1]])
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("xl/worksheets/sheet2.xml", content)
    assert refusal(file).key == "recording-entities"


@pytest.mark.parametrize("content", [b"no zip", b"PK\x03\x04 broken", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    assert refusal(file).key == "recording-unreadable"
