"""The sentence behind each figure of a cost sheet, and the figures as they are handed out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aas_server.messages import Language, in_all
from aas_server.product.price import printed, sheet
from aas_server.product.price.costs import percent
from aas_server.product.price.sheet import Rate, Sheet
from aas_server.product.price.tables import Rates
from aas_server.product.report.format import exact
from submodels.text import Text

FIGURES = ("materials", "labour", "expenses", "general", "profit", "total", "vat", "total_with_vat")


def figures(made: Sheet, rates: Rates) -> dict[str, int]:
    """The sums in whole won, in their order."""
    tax = sheet.vat(made.total, rates)
    sums = (made.materials, made.labour, made.expenses, made.general, made.profit, made.total, tax)
    return dict(zip(FIGURES, (*sums, made.total + tax), strict=True))


def rules(made: Sheet, rates: Rates) -> dict[str, Text]:
    """Figure → how it was reckoned and the rule it rests on."""
    tax = sheet.vat(made.total, rates)
    guide = made.method == "software"
    general = _rate(made.general_rate, made.general_base, made.general)
    profit = _rate(made.profit_rate, made.profit_base, made.profit)
    title: Mapping[str, object] = {} if made.kind is None else {"cost_class": made.kind.title}
    return {
        "materials": _said("price-rule-materials", made.materials, article=made.article),
        "labour": _said("price-rule-labour", made.labour, article=made.article, wages=made.wage_source),
        "expenses": _said(
            "price-rule-direct-expenses" if guide else "price-rule-expenses",
            made.expenses, bearing=f"{made.bearing:,}", article=made.article,
        ),
        "general": in_all("price-rule-overhead" if guide else "price-rule-admin", **general, **title),
        "profit": in_all("price-rule-technology" if guide else "price-rule-profit", **profit, **title),
        "total": _said(
            "price-rule-guide-total" if guide else "price-rule-total", made.total, article=made.article
        ),
        "vat": _said(
            "price-rule-vat", tax, base=f"{made.total:,}", rate=exact(rates.vat.percent), article=rates.vat.article
        ),
        "total_with_vat": _said(
            "price-rule-total-with-vat", made.total + tax, base=f"{made.total:,}", vat=f"{tax:,}"
        ),
    }  # fmt: skip


def as_json(made: Sheet, rates: Rates, language: Language) -> dict[str, Any]:
    """What ``aas price --json`` prints: the figures, their rules in the reader's language, and the lines."""
    told = rules(made, rates)
    return {
        **figures(made, rates),
        "method": "sw-guide" if made.method == "software" else "statute",
        "class": made.kind.names[0] if made.kind else None,
        "year": made.year,
        "general_rate": float(made.general_rate.taken),
        "profit_rate": float(made.profit_rate.taken),
        "rules": {name: words[language] for name, words in told.items()},
        "lines": [
            {"code": line.code, "title": line.title[language], "formula": line.formula, "amount": line.amount,
             "article": line.article}
            for line in printed.lines(made)
        ],
    }  # fmt: skip


def _rate(rate: Rate, base: int, amount: int) -> dict[str, object]:
    return {
        "base": f"{base:,}",
        "rate": percent(rate.taken),
        "amount": f"{amount:,}",
        "low": percent(rate.low),
        "cap": percent(rate.cap),
        "article": rate.article,
    }


def _said(key: str, amount: int, **values: object) -> Text:
    return in_all(key, amount=f"{amount:,}", **values)
