"""Of which kind a column of texts is."""

from __future__ import annotations

from aas_server.quality.declared import Type
from aas_server.quality.file.numbers import Style
from aas_server.quality.file.tally import Tally
from aas_server.quality.subject import Kind

_MOSTLY = 80
"""Percent of the cells that must be numbers, so that the rest are words among numbers, not codes among codes."""
_STAMPS = 95
"""Percent of the cells that must look like dates, so that a column is unmistakably one of times."""
_DECLARED: dict[Type, Kind] = {
    "number": "double",
    "integer": "int64",
    "text": "string",
    "time": "timestamp",
    "boolean": "bool",
}


def style(tally: Tally) -> Style:
    """How the numbers of the column are written, most of them: a few with the other decimal sign do not fit."""
    if tally.comma and tally.comma >= tally.numbers - tally.whole:
        return "comma"
    return "thousands" if tally.thousands else "plain"


def kind(tally: Tally, declared: Type | None) -> Kind:
    """The kind of a column: what is declared, else what its cells show; a column with nothing in it is text."""
    if declared is not None:
        return _DECLARED[declared]
    present = tally.present
    if not present:
        return "string"
    if tally.booleans == present:
        return "bool"
    if 100 * tally.stamps >= _STAMPS * present:
        return "timestamp"
    written = _numbers(tally)
    if 100 * written < _MOSTLY * present or tally.serials or _coded(tally, written):
        return "string"
    return "int64" if tally.whole == written else "double"


def _numbers(tally: Tally) -> int:
    match style(tally):
        case "comma":
            return tally.numbers + tally.comma + tally.thousands
        case "thousands":
            return tally.numbers + tally.thousands
        case _:
            return tally.numbers


def _coded(tally: Tally, written: int) -> bool:
    """``007`` among whole numbers makes all of them codes."""
    return tally.codes > 0 and tally.whole + tally.codes >= written
