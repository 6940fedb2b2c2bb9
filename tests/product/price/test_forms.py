"""What is due on a statement of use, by each form of a price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.product.price import forms, tables
from aas_server.product.price.forms import Due, Used
from aas_server.product.recipe import Costing
from aas_server.product.recipe.costing import Flat, Metered, Royalty, Tier

TIERS = (Tier(5.5, 1000), Tier(3.0, 10_000), Tier(1.25))


def due(costing: Costing, *amounts: str, price: int = 0) -> Due:
    statement = [Used(f"2026-{number:02}", Decimal(amount)) for number, amount in enumerate(amounts, 1)]
    return forms.due(costing.form, price, forms.terms(costing), statement, tables.rates())


def test_once_is_the_price() -> None:
    made = due(Costing(), price=28_503_829)
    assert (made.net, made.vat, made.total) == (28_503_829, 2_850_382, 31_354_211)


def test_flat_counts_a_begun_period_whole() -> None:
    made = due(Costing(form="flat", flat=Flat(333_333)), "1", "2.5")
    assert [line.amount for line in made.lines] == [333_333, 999_999]
    assert (made.net, made.vat) == (1_333_332, 133_333)


@pytest.mark.parametrize(
    ("units", "amount"),
    [("0", 0), ("1", 5), ("1000", 5_500), ("1001", 5_503), ("10000", 32_500), ("10001", 32_501), ("0.3", 1)],
)
def test_metered_goes_up_its_tiers(units: str, amount: int) -> None:
    """1,000 × 5.5 + 9,000 × 3 + the rest × 1.25, cut."""
    assert due(Costing(form="metered", metered=Metered("MB", TIERS)), units).net == amount


def test_metered_has_a_minimum_in_each_account() -> None:
    made = due(Costing(form="metered", metered=Metered("call", TIERS, 10_000)), "10", "10000")
    assert [line.amount for line in made.lines] == [10_000, 32_500]
    assert "55" in made.lines[0].formula and made.vat == 4_250


def test_how_it_was_reckoned_is_told_to_the_last_digit() -> None:
    made = due(Costing(form="metered", metered=Metered("call", (Tier(1234567.25),), 1)), "3", "0")
    assert [line.formula for line in made.lines] == ["3 × 1,234,567.25", "0 = 0 → 1"]


def test_royalty_is_a_share_of_the_revenue_with_a_minimum() -> None:
    made = due(Costing(form="royalty", royalty=Royalty(0.07, 3, 500_000)), "12345678", "1000000")
    assert [line.amount for line in made.lines] == [864_197, 500_000]
    assert (made.vat, made.total) == (136_419, 1_500_616)


@pytest.mark.parametrize(
    ("costing", "place"),
    [
        ({"form": "metered", "metered": Metered("call", ())}, ("metered", "tiers")),
        ({"form": "metered", "metered": Metered("call", (Tier(1.0, 10), Tier(1.0, 10), Tier(1.0)))},
         ("metered", "tiers", 1)),
        ({"form": "metered", "metered": Metered("call", (Tier(1.0, 10),))}, ("metered", "tiers", 0)),
        ({"form": "metered", "metered": Metered("call", (Tier(-1.0),))}, ("metered", "tiers", 0, "price")),
        ({"form": "royalty", "royalty": Royalty(7.0)}, ("royalty", "share")),
        ({"form": "royalty", "royalty": Royalty(0.07, 5)}, ("royalty", "report")),
        ({"form": "flat", "flat": Flat(-1)}, ("flat", "fee")),
        ({"form": "once", "flat": Flat(1)}, ("flat",)),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_reckoned_with_are_refused(costing: Any, place: Any) -> None:
    with pytest.raises(BadInput) as refused:
        forms.terms(Costing(**costing))
    assert getattr(refused.value, "place", None) == place


def test_a_form_without_terms_is_not_guessed() -> None:
    with pytest.raises(BadInput, match="form-terms-missing"):
        due(Costing(form="metered"), "10")
