"""A statement of use as a file: what is due by the form of a price."""

from __future__ import annotations

from pathlib import Path

import msgspec

from aas_server import written
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.price import costs, forms
from aas_server.product.price.forms import Due, Used
from aas_server.product.price.tables import Rates
from aas_server.product.recipe.costing import Number
from aas_server.product.recipe.fault import Fault
from submodels.pricing import Pricing


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """``amount``: months or years (flat), units (metered), the buyer's revenue in won (royalty)."""

    account: str
    amount: Number = 1


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """``[[use]]`` once an account (a month, a report of revenue)."""

    use: tuple[Account, ...] = ()


def due(file: Path, priced: Pricing, rates: Rates) -> Due:
    """What the buyer owes for the use that ``file`` tells of. Raises ``BadInput`` with file and line."""
    source = written.text(file)
    said = written.parsed(source, Statement, str(file))
    try:
        if not said.use:
            raise Fault(("use",), "statement-empty")
        used = [
            Used(one.account, costs.decimal(one.amount, ("use", n, "amount"))) for n, one in enumerate(said.use)
        ]
    except Fault as fault:
        raise written.refused(source, str(file), fault.place, fault) from None
    if priced.form != "once" and priced.terms is None:
        raise BadInput("costing-wrong", entry="costing.form", fault=in_all("form-terms-missing", form=priced.form))
    return forms.due(priced.form, priced.price, priced.terms, used, rates)
