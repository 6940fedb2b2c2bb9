"""Documents for people: self-contained HTML in Korean and English, and CSV that a Korean Excel opens."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aas_server.messages import LANGUAGES, text
from aas_server.product.report import figures
from aas_server.product.report.format import number, percent
from submodels.text import Text

_HERE = Path(__file__).parent
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def html(pages: Path, template: str, **values: Any) -> bytes:
    """``template`` of the folder ``pages``, filled: one UTF-8 file that asks nothing of another host.

    A template sees ``languages`` (Korean first), ``say(key, language, …)`` and the filters below; every value is
    escaped.
    """
    return _environment(pages).get_template(template).render(**values).encode()


@cache
def _environment(pages: Path) -> Environment:
    """Of a folder of pages; a release asks for the same ones over and over."""
    environment = Environment(
        loader=FileSystemLoader([pages, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        languages=LANGUAGES, say=text, figure_title=figures.title, figure_shown=figures.shown
    )
    environment.filters.update(own=own, number=number, percent=percent, local=local, day=day)
    return environment


def write_csv(target: Path, rows: Iterable[Sequence[object]]) -> None:
    """CSV in UTF-8 with a byte order mark, as Korean Excel needs it to show Hangul.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)


def harmless(cell: object) -> object:
    """A cell that no spreadsheet runs: a formula with an apostrophe in front; nothing as the empty text."""
    if cell is None:
        return ""
    return "'" + cell if isinstance(cell, str) and _is_formula(cell) else cell


def original(cell: str) -> str:
    """What ``harmless`` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def own(words: Text, language: str) -> str:
    """A text in ``language``, else in whichever there is."""
    return words.get(language) or next((part for part in words.values() if part), "")


def local(words: str, zone: str) -> str:
    """``words`` with every UTC time in them (ISO 8601, ``Z``) told in ``zone``, to the second."""
    there = ZoneInfo(zone)
    return _MOMENT.sub(
        lambda found: f"{datetime.fromisoformat(found[0]).astimezone(there):%Y-%m-%d %H:%M:%S}", words
    )


def day(moment: str, zone: str, language: str) -> str:
    """The day of a UTC time (ISO 8601) in ``zone``."""
    on = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return f"{on.year}년 {on.month}월 {on.day}일" if language == "ko" else f"{on.date()}"


def _is_formula(cell: str) -> bool:
    """One with apostrophes in front counts as well: so that one can be taken off again for certain."""
    cell = cell.lstrip("'")
    return cell.startswith(_FORMULA_STARTS) and not _is_number(cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
