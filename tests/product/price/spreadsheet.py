"""A small spreadsheet of its own: reckons a workbook's formulas from its inputs, looking at no cached value."""

from __future__ import annotations

import io
import statistics
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries


class Spreadsheet:
    """One workbook's bytes. Arithmetic in binary floats, as spreadsheets do it."""

    def __init__(self, content: bytes) -> None:
        self.formulas = openpyxl.load_workbook(io.BytesIO(content))
        self.cached = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, sheet: str, cell: str) -> Any:
        key = (sheet, cell)
        if key not in self._known:
            written = self.formulas[sheet][cell]
            is_formula = written.data_type == "f"
            self._known[key] = self._reckon(written.value, sheet) if is_formula else written.value
        return self._known[key]

    def all_formulas(self) -> list[tuple[str, str]]:
        return [
            (sheet.title, cell.coordinate)
            for sheet in self.formulas
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]

    def _reckon(self, formula: str, sheet: str) -> Any:
        said = []
        for token in Tokenizer(formula).items:
            if token.type == "OPERAND" and token.subtype == "RANGE":
                said.append(f"_at({token.value!r})")
            elif token.type == "FUNC" and token.subtype == "OPEN":
                said.append(f"_{token.value}")
            elif token.type == "OPERATOR-INFIX":
                said.append({"^": "**", "=": "=="}.get(token.value, token.value))
            else:
                said.append(token.value)
        names: dict[str, Any] = {f"_{name}(".rstrip("("): way for name, way in FUNCTIONS.items()}
        return eval("".join(said), {"__builtins__": {}}, {**names, "_at": lambda place: self._at(place, sheet)})

    def _at(self, place: str, sheet: str) -> Any:
        name, mark, cells = place.rpartition("!")
        sheet = name.strip("'") if mark else sheet
        cells = cells.replace("$", "")
        if ":" not in cells:
            return self.value(sheet, cells)
        left, top, right, bottom = range_boundaries(cells)
        page = self.formulas[sheet]
        return [
            self.value(sheet, page.cell(row, column).coordinate)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]


def _rounded(mode: str) -> Callable[[float, int], float]:
    def way(number: float, digits: int) -> float:
        return float(Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-int(digits)), mode))

    return way


def _flat(*given: Any) -> list[Any]:
    return [one for part in given for one in (part if isinstance(part, list) else [part])]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "SUM": lambda *given: sum(_flat(*given)),
    "MIN": lambda *given: min(_flat(*given)),
    "MAX": lambda *given: max(_flat(*given)),
    "MEDIAN": lambda *given: statistics.median(_flat(*given)),
    "ROUND": _rounded(ROUND_HALF_UP),
    "ROUNDDOWN": _rounded(ROUND_DOWN),
    "IF": lambda test, yes, no: yes if test else no,
    "CONCATENATE": lambda *given: "".join(one if isinstance(one, str) else f"{one:.15g}" for one in given),
    "AND": lambda *given: all(given),
    "SUMIF": lambda where, wanted, what: sum(
        amount for name, amount in zip(where, what, strict=True) if name == wanted
    ),
}
