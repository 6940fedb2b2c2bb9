"""A cost sheet as printed: its lines in their order, each with how it was reckoned and the rule it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.messages import in_all
from aas_server.product.price.costs import percent
from aas_server.product.price.sheet import ItemRow, LabourRow, Sheet
from aas_server.product.report.format import exact
from submodels.pricing import CostLine


def lines(made: Sheet) -> tuple[CostLine, ...]:
    """The sheet as printed: every item, then each sum, with how it was reckoned and the rule it rests on."""
    general, profit = ("overhead", "technology") if made.method == "software" else ("admin", "profit")
    bases = f"{made.general_base:,}", f"{made.profit_base:,}"
    parts = " + ".join(
        f"{part:,}" for part in (made.materials, made.labour, made.expenses, made.general, made.profit)
    )
    return (
        *_items("material", made.material, made.article),
        _line("materials", _added(made.material), made.materials, made.article),
        *(_labour(number, row) for number, row in enumerate(made.work, 1)),
        _line("labour", _added(made.work), made.labour, made.article),
        *_items("expense", made.expense, made.article),
        _line("expenses", _added(made.expense), made.expenses, made.article),
        _line(
            general, f"{bases[0]} × {percent(made.general_rate.taken)} %", made.general, made.general_rate.article
        ),
        _line(profit, f"{bases[1]} × {percent(made.profit_rate.taken)} %", made.profit, made.profit_rate.article),
        _line("total", parts, made.total, made.article),
    )


def _labour(number: int, row: LabourRow) -> CostLine:
    persons = f"{row.persons} × " if row.persons != 1 else ""
    formula = f"{persons}{exact(row.months)} M/M × {exact(row.wage)}"
    return CostLine(f"labour-{number}", row.title, formula, row.amount, row.source)


def _items(code: str, rows: Sequence[ItemRow], article: str) -> list[CostLine]:
    found = []
    for number, row in enumerate(rows, 1):
        formula = "" if row.item.amount == row.amount else exact(row.item.amount)
        found.append(CostLine(f"{code}-{number}", row.item.name, formula, row.amount, article))
    return found


def _added(rows: Sequence[LabourRow | ItemRow]) -> str:
    return " + ".join(f"{row.amount:,}" for row in rows)


def _line(code: str, formula: str, amount: int, article: str) -> CostLine:
    return CostLine(code, in_all(f"cost-line-{code}"), formula, amount, article)
