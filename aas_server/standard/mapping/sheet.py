"""A mapping sheet as it stands: cells by column, each with its place, nothing interpreted away."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Value = str | bool | int | float

_KINDS = (
    "Property",
    "Prop",
    "MLP",
    "File",
    "Ref",
    "Rel",
    "Range",
    "Blob",
    "SMC",
    "SML",
    "Entity",
    "Cap",
    "Opr",
    "Evt",
)
_KIND = re.compile(rf"^(?:((?i:{'|'.join(_KINDS)})):\s*|({'|'.join(_KINDS)})(?=[A-Z]))")
_SPELLED = {kind.lower(): kind for kind in _KINDS}
_LANGUAGE = re.compile(r"@(ko|en|de|ja|zh|fr)\s*:?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the form; ``levels``: how many of it stand side by side."""

    key: str
    group: str
    title: str
    levels: int
    needed: bool
    spelled: tuple[str, ...]

    @property
    def head(self) -> str:
        """What a person calls it."""
        return self.title or self.group


@dataclass(frozen=True, slots=True)
class Cell:
    """``at`` is its place with the sheet (``CNC!W12``)."""

    at: str
    value: Value

    @property
    def text(self) -> str:
        return str(self.value).strip()


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` by column: the key, with the level behind it where there are several (``collection0``). A column
    that the form does not know is ``other:<letter>``. ``path``: asset, shells, submodel, collections that the row
    stands under (itself included), by column."""

    number: int
    cells: Mapping[str, Cell]
    path: Mapping[str, str]

    def written(self, key: str) -> str:
        """What stands in the column, without blanks around it; empty where nothing does."""
        cell = self.cells.get(key)
        return cell.text if cell is not None else ""

    @property
    def element(self) -> tuple[str, str]:
        """Kind (``Prop``, ``MLP``, empty where none is written) and idShort of the row's element."""
        written = self.written("id_short")
        found = _KIND.match(written)
        if found is None:
            return "", written
        return _SPELLED[(found[1] or found[2]).lower()], written[found.end() :].strip()

    @property
    def collections(self) -> tuple[str, ...]:
        return tuple(name for key, name in sorted(self.path.items()) if key.startswith("collection"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """``columns``: the letter of each column found. ``tallies``: numbers of rows that only count others."""

    title: str
    columns: Mapping[str, str]
    rows: tuple[Row, ...]
    tallies: tuple[int, ...] = ()

    def place(self, row: Row, key: str) -> str:
        """Where the row's cell of this column is, filled or not."""
        return f"{self.title}!{self.columns.get(key, '?')}{row.number}"


@dataclass(frozen=True, slots=True)
class Book:
    """The mapping sheets of a workbook; ``others``: the cells of its other sheets, by title and place."""

    sheets: tuple[Sheet, ...]
    others: Mapping[str, Mapping[str, Value]]


def by_language(text: str) -> dict[str, str]:
    """``@ko:온도@en:Temperature`` as texts by language; a text without a mark is English where it is ASCII, else
    Korean. ``@enName`` (real sheets have it) is read, too."""
    marks = list(_LANGUAGE.finditer(text))
    if not marks:
        plain = text.strip()
        return {"en" if plain.isascii() else "ko": plain} if plain else {}
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    said = {mark[1]: text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}
    return {language: words for language, words in said.items() if words}


def in_languages(words: Mapping[str, str]) -> str:
    """The other way round, a line a language."""
    return "\n".join(f"@{language}:{text}" for language, text in words.items() if text)


@cache
def form() -> tuple[Column, ...]:
    """The columns in their order."""
    data = tomllib.loads((Path(__file__).parent / "columns.toml").read_text("utf-8"))
    return tuple(
        Column(
            row["key"],
            row["group"],
            row["title"],
            row.get("level", 1),
            row.get("needed", False),
            tuple(row.get("spelled", ())),
        )
        for row in data["column"]
    )
