"""The four forms of a price: their terms, and what is due on a statement of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from aas_server.product.price import costs, sheet
from aas_server.product.price.costs import MOST_IN_BOOK, cut, percent
from aas_server.product.price.tables import Rates
from aas_server.product.recipe import Costing
from aas_server.product.recipe.costing import Metered
from aas_server.product.recipe.fault import Fault
from aas_server.product.report.format import exact
from submodels.pricing import PaymentTerms, TierPrice

REPORTS = (1, 3, 6, 12)
"""Months between reports of revenue: they divide a year."""


@dataclass(frozen=True, slots=True)
class Used:
    """One account. ``amount``: months or years (flat), units (metered), the buyer's revenue in won (royalty);
    for a price paid once it is nothing."""

    account: str
    amount: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class DueLine:
    """What one account comes to, in whole won, and how."""

    account: str
    formula: str
    amount: int


@dataclass(frozen=True, slots=True)
class Due:
    """What the buyer owes on a statement. VAT is reckoned on the sum of its lines and cut to whole won."""

    lines: tuple[DueLine, ...]
    net: int
    vat: int
    total: int


def terms(costing: Costing) -> PaymentTerms | None:
    """The terms of the form, checked; ``None`` for one payment and where the recipe gives none yet. Raises
    ``Fault`` for terms of another form, tiers that don't rise, shares over 1 and negative amounts."""
    for name in ("flat", "metered", "royalty"):
        if getattr(costing, name) is not None and costing.form != name:
            raise Fault((name,), "form-terms-other", name=name, form=costing.form)
    if costing.flat is not None:
        return PaymentTerms(per=costing.flat.per, fee=_won(costing.flat.fee, "flat", "fee"))
    if costing.metered is not None:
        minimum = _won(costing.metered.minimum, "metered", "minimum")
        return PaymentTerms(per=costing.metered.unit, tiers=_tiers(costing.metered), minimum=minimum)
    if costing.royalty is not None:
        if costing.royalty.report not in REPORTS:
            known = ", ".join(map(str, REPORTS))
            raise Fault(("royalty", "report"), "royalty-report", report=costing.royalty.report, known=known)
        share = float(costs.fraction(costing.royalty.share, ("royalty", "share")))
        minimum = _won(costing.royalty.minimum, "royalty", "minimum")
        return PaymentTerms(share=share, report=costing.royalty.report, minimum=minimum)
    return None


def due(form: str, price: int, agreed: PaymentTerms | None, statement: Sequence[Used], rates: Rates) -> Due:
    """What is due for a statement of use. Once: the price. Flat: fee × periods, a begun one counts whole.
    Metered: each unit at its tier's price. Royalty: the share of the revenue. The last two at least the minimum
    in each account. Every line is cut to whole won. Raises ``Fault`` where the form has no terms."""
    if form == "once":
        lines = [DueLine("", "", price)]
    elif agreed is None:
        raise Fault((form,), "form-terms-missing", form=form)
    else:
        lines = [_line(form, agreed, used) for used in statement]
    net = sum(line.amount for line in lines)
    tax = sheet.vat(net, rates)
    return Due(tuple(lines), net, tax, net + tax)


def _line(form: str, agreed: PaymentTerms, used: Used) -> DueLine:
    if form == "flat":
        periods = -cut(-Fraction(used.amount))
        fee = agreed.fee or 0
        return DueLine(used.account, f"{periods:,} × {fee:,}", _bounded(periods * fee))
    if form == "metered":
        return _metered(agreed, used)
    share = Decimal(str(agreed.share))
    amount = cut(Fraction(used.amount) * Fraction(share))
    return _at_least(agreed.minimum, DueLine(used.account, f"{exact(used.amount)} × {percent(share)} %", amount))


def _metered(agreed: PaymentTerms, used: Used) -> DueLine:
    parts, amount, done = [], Fraction(0), Decimal(0)
    for tier in agreed.tiers:
        end = used.amount if tier.up_to is None else min(used.amount, Decimal(tier.up_to))
        units = max(end - done, Decimal(0))
        if units:
            parts.append(f"{exact(units)} × {exact(tier.price)}")
        amount += Fraction(units) * Fraction(str(tier.price))
        done += units
    return _at_least(agreed.minimum, DueLine(used.account, " + ".join(parts) or "0", cut(amount)))


def _at_least(minimum: int, line: DueLine) -> DueLine:
    if line.amount >= minimum:
        return DueLine(line.account, line.formula, _bounded(line.amount))
    return DueLine(line.account, f"{line.formula} = {line.amount:,} → {minimum:,}", minimum)


def _bounded(amount: int) -> int:
    if amount > MOST_IN_BOOK:
        raise Fault((), "cost-too-large", name="amount", most=f"{MOST_IN_BOOK:,}")
    return amount


def _tiers(metered: Metered) -> tuple[TierPrice, ...]:
    found: list[TierPrice] = []
    if not metered.tiers:
        raise Fault(("metered", "tiers"), "metered-tiers")
    for number, tier in enumerate(metered.tiers):
        place = ("metered", "tiers", number)
        last = number == len(metered.tiers) - 1
        low = (found[-1].up_to or 0) if found else 0
        if last != (tier.up_to is None) or (tier.up_to is not None and tier.up_to <= low):
            raise Fault(place, "metered-tiers")
        found.append(TierPrice(float(costs.decimal(tier.price, (*place, "price"))), tier.up_to))
    return tuple(found)


def _won(amount: float, *place: str) -> int:
    return cut(Fraction(costs.decimal(amount, place)))
