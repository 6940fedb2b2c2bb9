"""One record cleaned as the release's data were: the same file serves the server and lies beside the model.

Needs Python's own library alone (on Windows tzdata besides, for the zones). The rules are the ``row_cleaning`` of
the model card.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Rules = Mapping[str, Any]
Cell = float | int | bool | str | None

EXACT = 2**53
"""Whole numbers up to here are exact as fractions (IEEE 754)."""
EPOCHS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
"""From which size on an epoch is told in nano-, micro-, milliseconds, else seconds; and how many make a second."""
PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
FIRST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def raw(rules: Rules, column: Rules, cell: Cell, at: datetime | None) -> tuple[Cell, tuple[str, ...]]:
    """A cell as the feed bears it, cleaned: its value in the release (``None``: missing) and which operations of
    the recipe changed it. ``at``: the record's time, ``None`` for one that comes now."""
    if cell is None:
        return None, ()
    if said := no_reading(rules, column, cell):
        return None, (said,)
    value = read(rules, column, cell)
    if value is None:
        return None, ("unreadable-to-null",)
    done = () if value == cell or (isinstance(cell, str) and plain(cell) == value) else ("declared-type",)
    if not isinstance(value, float):
        return value, done
    for stretch in column["scale"]:
        if inside(stretch, at):
            value, done = value * stretch["factor"], (*done, "change-scale")
    if column["unit"]:
        value, done = converted(column["unit"]["linear"], value), (*done, "convert-unit")
    return value, done


def no_reading(rules: Rules, column: Rules, cell: Cell) -> str:
    """``declared-code`` or ``missing-word`` where the cell says that there is no value, else nothing."""
    for code in column["codes"]:
        number = code if isinstance(code, int | float) else plain(code)
        if isinstance(cell, str):
            if cell == code or (number is not None and plain(cell) == number):
                return "declared-code"
        elif number is not None and not isinstance(cell, bool) and cell == number:
            return "declared-code"
    return "missing-word" if isinstance(cell, str) and cell.strip(" ") in rules["missing_words"] else ""


def released(rules: Rules, column: Rules, cell: Cell) -> str:
    """The same of a cell that is meant as the release has it: a code counts only where no value can equal it."""
    said = no_reading(rules, column, cell) if column["codes"] or isinstance(cell, str) else ""
    certain = column["certain"] or said == "missing-word" or (isinstance(cell, str) and plain(cell) is None)
    return said if certain else ""


def moment(rules: Rules, cell: Cell | datetime) -> datetime | None:
    """A record's time: ISO 8601, an epoch in s, ms, µs or ns, or a time as Parquet holds it; ``None`` where the
    cell is empty. Raises ``ValueError`` where it is none of them."""
    if isinstance(cell, datetime):
        return zoned(rules, cell)
    number = plain(cell) if isinstance(cell, str) else cell
    if number is None or isinstance(number, bool):
        if not isinstance(cell, str) or not cell.strip():
            return None
        return zoned(rules, datetime.fromisoformat(cell.strip().replace("Z", "+00:00")))
    if isinstance(number, float) and math.isnan(number):
        return None
    size = next(per for least, per in EPOCHS if abs(number) >= least)
    try:
        return FIRST + timedelta(microseconds=int(number * 1_000_000 / size))
    except OverflowError:
        raise ValueError(str(cell)) from None


def zoned(rules: Rules, at: datetime) -> datetime:
    """A time without a zone is in that of the rules."""
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(rules["zone"]))


def inside(stretch: Rules, at: datetime | None) -> bool:
    """Whether a time lies in ``[start, end)``. A record without one is new: it lies in what has not ended."""
    if at is None:
        return not stretch["end"]
    begun = not stretch["start"] or at >= datetime.fromisoformat(stretch["start"])
    return begun and (not stretch["end"] or at < datetime.fromisoformat(stretch["end"]))


def converted(linear: Rules, value: float) -> float:
    """``(value * times + plus) / over``."""
    scaled = value if linear["times"] == 1.0 else value * linear["times"]
    moved = scaled if linear["plus"] == 0.0 else scaled + linear["plus"]
    return float(moved if linear["over"] == 1.0 else moved / linear["over"])


def plain(text: str) -> float | None:
    """The number that a text writes with a point; ``None`` where it is none."""
    found = float(text) if PLAIN.fullmatch(text.strip()) else math.inf
    return found if math.isfinite(found) else None


def read(rules: Rules, column: Rules, cell: float | bool | str) -> float | str | None:
    """A cell as what its column holds; ``None`` where it is no such thing."""
    if column["kind"] == "text":
        return text(column, cell)
    if column["kind"] == "boolean":
        return boolean(rules, cell)
    value = number(column, cell)
    return value if value is None or column["kind"] == "number" or is_whole(column, cell, value) else None


def is_whole(column: Rules, cell: float | bool | str, value: float) -> bool:
    """Beyond 2^53 a fraction can no longer tell, but digits can (up to 64 bits)."""
    told = cell.strip().replace(column["thousands"] or "\0", "") if isinstance(cell, str) else str(cell)
    digits = re.fullmatch("[+-]?[0-9]+", told)
    return value.is_integer() and (abs(value) <= EXACT or (digits is not None and abs(value) < 2.0**63))


def number(column: Rules, cell: float | bool | str) -> float | None:
    """A cell as a number, by the marks that are declared; a truth value is none."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        return marked(column, cell.strip()) if column["declared"] else plain(cell)
    return float(cell) if abs(cell) <= sys.float_info.max else None


def marked(column: Rules, text: str) -> float | None:
    """Digits, in groups of three where there is a mark for thousands, the decimal mark, an exponent."""
    decimal, thousands = f"[{re.escape(column['decimal'])}]", re.escape(column["thousands"])
    grouped = rf"|[0-9]{{1,3}}({thousands}[0-9]{{3}})+" if thousands else ""
    if not re.fullmatch(rf"[+-]?([0-9]+{grouped})?({decimal}[0-9]*)?([eE][+-]?[0-9]+)?", text):
        return None
    if thousands:
        text = text.replace(column["thousands"], "")
    return plain(text.replace(",", "."))


def boolean(rules: Rules, cell: float | bool | str) -> float | None:
    """1 for true, 0 for false; ``None`` where the cell says neither."""
    said = ("true" if cell else "false") if isinstance(cell, bool) else str(cell).strip().lower()
    if said in rules["true"]:
        return 1.0
    return 0.0 if said in rules["false"] else None


def text(column: Rules, cell: float | bool | str) -> str:
    """A cell as text; of a declared one a whole number stands without a fraction."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) <= EXACT
    return str(int(cell)) if whole and column["declared"] else str(cell)
