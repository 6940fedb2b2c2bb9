"""The cost sheets of the workbook: labour, materials, expenses, rates, and the 원가계산서 itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aas_server.product.price import sheet as sheets
from aas_server.product.price.book_values import Valued
from aas_server.product.price.costs import percent
from aas_server.product.price.page import Cell, Live, Page, Pages, decimals, rounded_down
from aas_server.product.price.sheet import ItemRow, Rate, Sheet
from aas_server.product.price.tables import Rates
from submodels.text import Text

GENERAL = "costbook-kind-general"


@dataclass(frozen=True, slots=True)
class CostCells:
    """Where the figures stand that other sheets reckon with: by name the absolute references."""

    summary: Page
    at: Mapping[str, str]


def write(pages: Pages, made: Sheet, rates: Rates, title: Text) -> CostCells:
    """All of the cost sheets, the summary first."""
    summary = pages.page("costbook-summary")
    at = {
        "labour": _labour(pages, made),
        "materials": _items(pages, "costbook-materials", made.material, made.materials)[0],
        **dict(zip(("expenses", "bearing"), _items(pages, "costbook-expenses", made.expense, made.expenses,
                                                   made.bearing), strict=True)),
        **_rates(pages, made, rates),
    }  # fmt: skip
    return CostCells(summary, {**at, **_summary(pages, summary, made, rates, title, at)})


def offer(
    pages: Pages,
    cells: CostCells,
    made: Sheet,
    rates: Rates,
    values: Sequence[Valued | None],
    price: int | None,
    reason: Text | None,
) -> None:
    """Below the cost sheet: the three approaches side by side, and what the firm asks."""
    page = cells.summary
    page.row += 1
    page.head(["costbook-approach", "costbook-value", "costbook-amount", "costbook-how", "costbook-note"])
    _approach(pages, page, "cost", Live(cells.at["total"], made.total))
    for name, value in zip(("income", "market"), values, strict=True):
        _approach(pages, page, name, None if value is None else Live(value.cell, value.value))
    page.row += 1
    page.head(["costbook-offer", "costbook-part", "costbook-amount", "costbook-how", "costbook-note"])
    asked = made.total if price is None else price
    shown: Cell = Live(cells.at["total"], made.total) if price is None else price
    said = "" if reason is None else pages.own(reason)
    row = page.write([pages.say("costbook-price"), "", shown, "", said], ["text", "text", "won", "text", "text"])
    tax = sheets.vat(asked, rates)
    formula = rounded_down(f"{page.at(row, 2)}*{cells.at['vat_rate']}", decimals(rates.vat.percent) + 2)
    taxed = page.write(
        [pages.say("costbook-vat"), "", Live(formula, tax), "", rates.vat.article],
        ["text", "text", "won", "text", "text"],
    )
    page.write(
        [pages.say("costbook-with-vat"), "", Live(f"{page.at(row, 2)}+{page.at(taxed, 2)}", asked + tax), "", ""],
        ["sum-text", "sum-text", "sum", "sum-text", "sum-text"],
    )


def _approach(pages: Pages, page: Page, name: str, value: Live | None) -> None:
    shown = pages.say("costbook-not-valued") if value is None else value
    cells: list[Cell] = [pages.say(f"costbook-approach-{name}"), "", shown, pages.say(f"costbook-how-{name}"), ""]
    page.write(cells, ["text", "text", "text" if value is None else "won", "text", "text"])


def _labour(pages: Pages, made: Sheet) -> str:
    page = pages.page("costbook-labour")
    page.title(page.name)
    heads = ("role", "persons", "months", "wage", "amount", "note")
    page.head([f"costbook-{head}" for head in heads], [28, 8, 10, 14, 16, 60])
    first = page.row
    for row in made.work:
        terms = "*".join(page.at(page.row, column) for column in (1, 2, 3))
        amount = Live(rounded_down(terms, decimals(row.months, row.wage)), row.amount)
        cells: list[Cell] = [pages.own(row.title), row.persons, row.months, row.wage, amount, row.source]
        page.write(cells, ["text", "input", "input", "input", "won", "text"])
    return _sum(pages, page, first, 4, made.labour, 6)


def _items(
    pages: Pages, name: str, rows: Sequence[ItemRow], total: int, bearing: int | None = None
) -> tuple[str, ...]:
    """Materials or expenses: the cell of the sum, and of the part that bears profit where that matters."""
    page = pages.page(name)
    page.title(page.name)
    page.head(["costbook-item", "costbook-kind", "costbook-amount"], [48, 18, 18])
    first = page.row
    for row in rows:
        kind = pages.say(GENERAL if row.item.kind == "general" else f"cost-kind-{row.item.kind}")
        page.write([pages.own(row.item.name), kind, row.amount], ["text", "text", "input"])
    last = page.row - 1
    found = [_sum(pages, page, first, 2, total, 3)]
    if bearing is not None:
        word = pages.say(GENERAL)
        formula = f'SUMIF({page.span(first, last, 1)},"{word}",{page.span(first, last, 2)})' if rows else "0"
        row_ = page.write(
            [pages.say("costbook-bearing"), "", Live(formula, bearing)], ["sum-text", "sum-text", "sum"]
        )
        found.append(page.at(row_, 2))
    return tuple(found)


def _sum(pages: Pages, page: Page, first: int, column: int, total: int, width: int) -> str:
    formula = f"SUM({page.span(first, page.row - 1, column)})" if page.row > first else "0"
    cells: list[Cell] = [""] * width
    cells[0], cells[column] = pages.say("costbook-sum"), Live(formula, total)
    styles = ["sum-text"] * width
    styles[column] = "sum"
    page.printed(landscape=width > 3)
    return page.at(page.write(cells, styles), column)


def _rates(pages: Pages, made: Sheet, rates: Rates) -> dict[str, str]:
    """Each rate with its range; the cells by name (``general_rate``, ``general_rate_low``, …)."""
    page = pages.page("costbook-rates")
    page.title(page.name)
    heads = ("rate", "taken", "low", "cap", "check", "note")
    page.head([f"costbook-{head}" for head in heads], [26, 12, 12, 12, 12, 70])
    guide = made.method == "software"
    names = ("overhead-rate", "technology-rate") if guide else ("general-rate", "profit-rate")
    found: dict[str, str] = {}
    for key, name, rate in zip(("general_rate", "profit_rate"), names, (made.general_rate, made.profit_rate),
                               strict=True):  # fmt: skip
        row = _rate(pages, page, pages.say(f"cost-{name}"), rate)
        found |= {key: page.at(row, 1), f"{key}_low": page.at(row, 2), f"{key}_cap": page.at(row, 3)}
    cells: list[Cell] = [pages.say("costbook-vat-rate"), rates.vat.percent.scaleb(-2), None, None, "",
                         rates.vat.article]  # fmt: skip
    row = page.write(cells, ["text", "percent", "limit", "limit", "text", "text"])
    page.row += 1
    if made.kind is not None:
        page.note(pages.say("costbook-class", name=made.kind.title, source=rates.source))
    page.printed(landscape=True)
    return {**found, "vat_rate": page.at(row, 1)}


def _rate(pages: Pages, page: Page, name: str, rate: Rate) -> int:
    taken, low, cap = (page.at(page.row, column) for column in (1, 2, 3))
    fits, over = pages.say("costbook-fits"), pages.say("costbook-over")
    check = Live(f'IF(AND({taken}>={low},{taken}<={cap}),"{fits}","{over}")', fits)
    cells: list[Cell] = [name, rate.taken, rate.low, rate.cap, check, rate.article]
    return page.write(cells, ["text", "percent", "limit", "limit", "text", "text"])


def _summary(
    pages: Pages, page: Page, made: Sheet, rates: Rates, title: Text, at: Mapping[str, str]
) -> dict[str, str]:
    """The 원가계산서: 비목, 구분, 금액, 산출근거, 비고."""
    page.title(pages.say("costbook-title", name=pages.own(title)).strip())
    page.note(pages.say("costbook-method", method=pages.say(f"cost-method-{made.method}")))
    if made.kind is not None:
        page.note(pages.say("costbook-class", name=made.kind.title, source=rates.source))
    page.note(pages.say("costbook-wages", source=made.wage_source))
    page.note(pages.say("costbook-rounding"))
    page.row += 1
    page.head([f"costbook-{head}" for head in ("cost", "part", "amount", "how", "note")], [22, 20, 18, 62, 46])
    cells: dict[str, str] = {}
    for name in ("materials", "labour", "expenses"):
        summed = pages.say(f"costbook-how-{name}")
        cells[f"sum_{name}"] = _line(pages, page, name, summed, Live(at[name], getattr(made, name)), made.article)
    cells["sum_bearing"] = at["bearing"]
    spent = [cells[f"sum_{name}"] for name in ("materials", "labour", "expenses")]
    guide = made.method == "software"
    base = spent[1] if guide else f"({'+'.join(spent)})"
    name = "overhead" if guide else "admin"
    general = rounded_down(f"{base}*{at['general_rate']}", decimals(made.general_rate.taken))
    how = _with_rate(pages, name, at["general_rate"], made.general_rate.taken)
    cells["general"] = _line(pages, page, name, how, Live(general, made.general), made.general_rate.article)
    bearing = "" if guide else f"+{at['bearing']}"
    profit = rounded_down(
        f"({spent[1]}{bearing}+{cells['general']})*{at['profit_rate']}", decimals(made.profit_rate.taken)
    )
    name = "technology" if guide else "profit"
    how = _with_rate(pages, name, at["profit_rate"], made.profit_rate.taken)
    cells["profit"] = _line(pages, page, name, how, Live(profit, made.profit), made.profit_rate.article)
    total = "+".join((*spent, cells["general"], cells["profit"]))
    cells["total"] = _line(pages, page, "total", pages.say(f"costbook-how-{'guide-total' if guide else 'total'}"),
                           Live(total, made.total), made.article, "sum")  # fmt: skip
    tax = sheets.vat(made.total, rates)
    formula = rounded_down(f"{cells['total']}*{at['vat_rate']}", decimals(rates.vat.percent) + 2)
    how = _with_rate(pages, "vat", at["vat_rate"], rates.vat.percent.scaleb(-2))
    cells["vat"] = _line(pages, page, "vat", how, Live(formula, tax), rates.vat.article)
    whole = Live(f"{cells['total']}+{cells['vat']}", made.total + tax)
    _line(pages, page, "with-vat", pages.say("costbook-how-with-vat"), whole, "", "sum")
    page.printed(landscape=True)
    return cells


def _with_rate(pages: Pages, name: str, cell: str, rate: Decimal) -> Live:
    """How a line is reckoned, with the rate as it stands on its sheet."""
    how = pages.say(f"costbook-how-{name}")
    return Live(f'CONCATENATE("{how} ",ROUND({cell}*100,6)," %")', f"{how} {percent(rate)} %")


def _line(
    pages: Pages, page: Page, name: str, how: str | Live, amount: Live, article: str, style: str = "won"
) -> str:
    text = "sum-text" if style == "sum" else "text"
    title = pages.say(f"costbook-{name}" if name in ("vat", "with-vat") else f"cost-line-{name}")
    part = pages.say(f"costbook-part-{name}")
    row = page.write([title, part, amount, how, article], [text, text, style, text, text])
    return page.at(row, 2)
