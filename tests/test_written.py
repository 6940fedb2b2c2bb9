"""TOML files people write: a fault is told with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aas_server import written
from aas_server.errors import BadInput


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
