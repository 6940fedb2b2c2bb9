"""The sensitivity in the workbook: a table with a tornado, and for the cost sheet each case reckoned in a row."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.product.price import sensitivity
from aas_server.product.price.book_costs import CostCells
from aas_server.product.price.book_values import Valued
from aas_server.product.price.page import Cell, Live, Page, Pages, decimals, rounded_down
from aas_server.product.price.sensitivity import CHANGES
from aas_server.product.price.sheet import Sheet
from submodels.valuation import Driver

_SUMS = ("materials", "labour", "expenses", "bearing")


def write(
    pages: Pages,
    made: Sheet,
    cells: CostCells,
    income: Valued | None,
    market: Valued | None,
    drivers: Sequence[Driver],
) -> None:
    """One row a driver, what moves most first; the last column is the length of its bar in the tornado."""
    cases = _cost_cases(pages, made, cells, [one.name for one in drivers if one.approach == "cost"])
    base = {"cost": cells.at["total"]}
    for name, valued in (("income", income), ("market", market)):
        if valued is not None:
            base[name] = valued.cell
            cases |= {(name, *case): live for case, live in valued.cases.items()}
    page = pages.page("costbook-sensitivity")
    page.title(page.name)
    page.note(pages.say("costbook-sensitivity-note"))
    page.row += 1
    page.head(["costbook-approach", "costbook-driver", *[f"costbook-change-{c + 100}" for c in CHANGES],
               "costbook-spread"], [18, 24, *[17] * 6])  # fmt: skip
    first = page.row
    for one in drivers:
        page.write(_row(pages, page, one, base, cases), ["text", "text", *["won"] * len(CHANGES), "sum"])
    page.printed(landscape=True)
    if drivers:
        _tornado(pages, page, first)


def _row(
    pages: Pages, page: Page, one: Driver, base: dict[str, str], cases: dict[tuple[str, str, int], Live]
) -> list[Cell]:
    row = page.row
    values = [
        cases.get((one.approach, one.name, change), Live(base[one.approach], value))
        for change, value in zip(one.changes, one.values, strict=True)
    ]
    span = f"{page.at(row, 2)}:{page.at(row, 1 + len(CHANGES)).split('!')[1]}"
    driver = f"costbook-driver-{one.name.replace('_', '-')}"
    return [
        pages.say(f"costbook-approach-{one.approach}"),
        pages.say(driver),
        *values,
        Live(f"MAX({span})-MIN({span})", one.spread),
    ]


def _tornado(pages: Pages, page: Page, first: int) -> None:
    chart = pages.book.add_chart({"type": "bar"})
    spread = 2 + len(CHANGES)
    chart.add_series(
        {
            "name": pages.say("costbook-spread"),
            "categories": [page.name, first, 0, page.row - 1, 1],
            "values": [page.name, first, spread, page.row - 1, spread],
        }
    )
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})
    chart.set_title({"name": pages.say("costbook-tornado")})
    page.chart(chart, page.row + 1, 0)


def _cost_cases(
    pages: Pages, made: Sheet, cells: CostCells, names: Sequence[str]
) -> dict[tuple[str, str, int], Live]:
    """The cost sheet once a row for every changed assumption."""
    page = pages.page("costbook-cases")
    page.title(page.name)
    heads = ("driver", "change", "materials", "labour", "expenses", "bearing", "general-rate", "profit-rate",
             "general", "profit", "total")  # fmt: skip
    page.head([f"costbook-case-{head}" for head in heads], [24, 10, *[16] * 9])
    found: dict[tuple[str, str, int], Live] = {}
    for name in names:
        for change in CHANGES:
            if change:
                row = _cost_case(pages, page, made, cells, name, change)
                found["cost", name, change] = row
    page.printed(landscape=True)
    return found


def _cost_case(pages: Pages, page: Page, made: Sheet, cells: CostCells, name: str, change: int) -> Live:
    row = page.row
    by = page.at(row, 1)
    case = sensitivity.case(made, name, change)
    sums = [
        Live(
            rounded_down(f"{cells.at[f'sum_{one}']}*(1+{by}/100)", 4)
            if name == one or (name == "expenses" and one == "bearing")
            else cells.at[f"sum_{one}"],
            getattr(case, one),
        )
        for one in _SUMS
    ]
    rates = []
    for rate in ("general_rate", "profit_rate"):
        cell, low, cap = cells.at[rate], cells.at[f"{rate}_low"], cells.at[f"{rate}_cap"]
        formula = f"MIN(MAX({cell}*(1+{by}/100),{low}),{cap})" if name == rate else cell
        rates.append(Live(formula, float(getattr(case, rate).taken)))
    m, l, e, b, g, p, general, profit = (page.at(row, column) for column in range(2, 10))  # noqa: E741
    guide = made.method == "software"
    burden = Live(
        rounded_down(f"{l if guide else f'({m}+{l}+{e})'}*{g}", decimals(case.general_rate.taken)), case.general
    )
    gain = Live(
        rounded_down(f"({l}{'' if guide else f'+{b}'}+{general})*{p}", decimals(case.profit_rate.taken)),
        case.profit,
    )
    total = Live(f"{m}+{l}+{e}+{general}+{profit}", case.total)
    title = pages.say(f"costbook-driver-{name.replace('_', '-')}")
    styles = ["text", "input", *["won"] * 4, "limit", "limit", "won", "won", "sum"]
    page.write([title, change, *sums, *rates, burden, gain, total], styles)
    return Live(page.at(row, 10), case.total)
