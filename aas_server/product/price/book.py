"""The cost sheet as a workbook for a costing body (원가계산서): every figure a live formula with our value cached.

What stands in it is deterministic: the same costs give the same bytes. Texts are written as texts, so that none of
them runs as a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from aas_server.messages import Language
from aas_server.product.price import book_costs, book_sensitivity, book_values, sensitivity
from aas_server.product.price.approaches import Assumed
from aas_server.product.price.costs import MOST_IN_BOOK
from aas_server.product.price.page import Pages
from aas_server.product.price.sheet import Sheet
from aas_server.product.price.tables import Rates
from aas_server.product.recipe.costing import Comparable
from aas_server.product.recipe.fault import Fault
from submodels.text import Text


@dataclass(frozen=True, slots=True)
class Book:
    """What the workbook shows. ``price``: the firm's own price in won, ``None`` for the sheet's total, with its
    ``reason``; ``title``: of the product, empty for a sheet of its own."""

    sheet: Sheet
    rates: Rates
    title: Text
    income: Assumed | None = None
    comparables: Sequence[Comparable] = ()
    price: int | None = None
    reason: Text | None = None


def check(made: Sheet) -> None:
    """Raises ``Fault`` for sums of more digits than a spreadsheet reckons with."""
    if made.total > MOST_IN_BOOK:
        raise Fault((), "cost-book-too-large", total=f"{made.total:,}", most=f"{MOST_IN_BOOK:,}")


def written(book: Book, language: Language) -> bytes:
    """The workbook (xlsx): 원가계산서, 노무비, 재료비, 경비, 요율, 수익접근, 시장접근, 민감도 in ``language``."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    in_force = book.rates.in_force
    made.set_properties({"created": datetime(in_force.year, in_force.month, in_force.day)})  # noqa: DTZ001
    pages = Pages(made, language)
    cells = book_costs.write(pages, book.sheet, book.rates, book.title)
    income = None if book.income is None else book_values.income(pages, book.income)
    market = book_values.market(pages, book.comparables) if book.comparables else None
    book_costs.offer(pages, cells, book.sheet, book.rates, (income, market), book.price, book.reason)
    drivers = sensitivity.drivers(book.sheet, book.income, book.comparables)
    book_sensitivity.write(pages, book.sheet, cells, income, market, drivers)
    made.close()
    return target.getvalue()
