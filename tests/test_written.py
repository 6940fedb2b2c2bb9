"""TOML files people write: a fault is told with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from aas_server import written
from aas_server.errors import BadInput
from aas_server.messages import error_text


@dataclass(frozen=True)
class Entry:
    role: str
    months: float


@dataclass(frozen=True)
class Sheet:
    year: int = 0
    text: str = ""
    labour: tuple[Entry, ...] = ()
    table: dict[str, tuple[int, ...]] = field(default_factory=dict)


TEXT = '''year = 2025
text = """
year = 1
[labour]
"""
[[labour]]
role = "a"  # [x
months = 1

[[labour]]
role = "b"
months = 2
[table]
"두 낱말" = [
  1,
  2,
]
b = [3]
'''


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("year = 2025", 'year = "x"', 1),
        ('role = "b"', "role = 3", 11),
        ("months = 2", 'months = "two"', 12),
        ("months = 2", "months = 2\nyears = 3", 13),
        ("b = [3]", 'b = ["x"]', 13),
        ("  2,", '  "zwei",', 13),
        ("[table]", "[tabel]", 13),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, before: str, after: str, line: int) -> None:
    file = tmp_path / "sheet.toml"
    file.write_text(TEXT.replace(before, after, 1), "utf-8")
    with pytest.raises(BadInput) as refused:
        written.read(file, Sheet)
    assert (refused.value.key, refused.value.values["line"]) == ("written-wrong", line)


def test_what_is_right_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sheet.toml"
    file.write_text(TEXT, "utf-8-sig")
    assert written.read(file, Sheet).labour[1] == Entry("b", 2)


@dataclass(frozen=True)
class Free:
    sheets: dict[str, Entry] = field(default_factory=dict)
    books: dict[str, dict[str, Entry]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    names: tuple[Literal["a", "b"], ...] = ()
    many: int | tuple[int, ...] | None = None


@pytest.mark.parametrize(
    ("kind", "content", "line", "words"),
    [
        (Sheet, "year = 2025.0", 1, ("정수", "소수점이 있는 수")),
        (Sheet, "\n[[labour]]\nmonths = 1", 2, ("'role'", "없습니다")),
        (Free, "[sheets.a]\nrole = 'x'\nmoths = 1", 1, ("'months'",)),
        (Free, "[books.a.b]\nrole = 'x'\nmoths = 1", 1, ("'months'",)),
        (Sheet, "[labour]\nrole = 'x'", 1, ("목록", "표")),
        (Choice, 'names = ["a",\n "c"]', 2, ("names.2", "'c'", "a, b")),
        (Choice, 'many = "x"', 1, ("정수 또는 목록", "따옴표로 묶은 글")),
        (Sheet, "\n[[labour]]\nrole = 'x'\nmoths = 1", 4, ("'labour.1.moths'", "role, months")),
        (Sheet, "year = 1\nyear = 2", 2, ("두 번",)),
        (Sheet, "year = 1,000", 1, ("한 줄에", "쉼표")),
        (Sheet, 'labour = [\n  { role = "a", months = 1 },\n  { months = 1 },\n]', 3, ("'role'",)),
        (Sheet, 'labour = [\n  { role = "a", months = 1 }, # ]\n\n  { role = "}", months = "" }]', 4, ("months",)),
        (Sheet, "\nyear = 6 %", 2, ("한 줄에",)),
        (Sheet, "year = 육", 1, ("따옴표",)),
        (Sheet, "[[labour]\nrole = 1", 1, ("대괄호",)),
        (Sheet, "구분 = 1", 1, ("따옴표",)),
        (Sheet, 'text = "a\nyear = 1', 1, ("따옴표가 닫히지",)),
        (Sheet, "labour = [1, 2", 1, ("괄호가 닫히지",)),
        (Sheet, "a = 1\nx = " + "1" * 5000, 2, ("자릿수",)),
        (Sheet, "x = " + "[" * 5000, 1, ("TOML",)),
    ],
)
def test_the_fault_is_told_in_the_readers_language(
    tmp_path: Path, kind: type, content: str, line: int, words: tuple[str, ...]
) -> None:
    file = tmp_path / "sheet.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(BadInput) as refused:
        written.read(file, kind)
    told = error_text(refused.value, "ko")
    assert refused.value.values["line"] == line and str(file) in told
    assert all(word in told for word in words), told
    assert not re.search("Expected|Object|Invalid|Cannot|Unterminated|Unclosed|Exceeds", told)
    assert "{" not in error_text(refused.value, "en")


def test_no_more_is_read_than_people_write() -> None:
    """A device has no size and no end."""
    with pytest.raises(BadInput) as refused:
        written.text(Path("/dev/zero"))
    assert refused.value.key == "written-too-large"


@pytest.mark.parametrize(
    ("content", "key"),
    [(None, "written-missing"), (b"\xbe\xc8 = 1", "written-not-utf8"), (b"a = = 1", "written-unreadable")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, key: str) -> None:
    file = tmp_path / "sheet.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        written.read(file, Sheet)
    assert refused.value.key == key and refused.value.values["file"] == str(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        written.read(tmp_path, Sheet)
    assert "폴더" in error_text(refused.value, "ko") and str(tmp_path) in error_text(refused.value, "en")


def test_the_line_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    file = tmp_path / "sheet.toml"
    file.write_bytes("year = 1\ntext = '가'\n".encode("cp949"))
    with pytest.raises(BadInput) as refused:
        written.read(file, Sheet)
    assert refused.value.values["line"] == 2
