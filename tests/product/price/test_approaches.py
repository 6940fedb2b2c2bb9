"""The income and market approach beside the cost sheet, and how far each assumption moves them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor
from statistics import median
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.price import tables
from aas_server.product.price.offer import pricing
from aas_server.product.recipe import Costing, Labour, Recipe, dump, load
from aas_server.product.recipe.costing import Adjustment, Comparable, Income, Item
from submodels.pricing import Pricing

TEAM = (Labour("데이터분석가", 2.0), Labour("응용SW개발자", 1.0))
INCOME = Income(buyers=(2, 4, 5), fee=6_000_000, discount=0.1, basis="잠재 구매자 12곳 면담", obsolescence=0.2)
COMPARABLES = (
    Comparable("A", 30_000_000, "데이터거래소", "2026-01-15", (Adjustment("행 수가 절반", 1.25),)),
    Comparable("B", 21_000_001, "KAMP", "2025-11-02", (Adjustment("오래됨", 0.9), Adjustment("업종", 1.1))),
    Comparable("C", 40_000_000, "견적", "2026-02-01"),
    Comparable("D", 25_000_000, "견적", "2026-02-01"),
)


def priced(**costing: Any) -> Pricing:
    given: dict[str, Any] = {"labour": TEAM, "expenses": 2_000_000} | costing
    return pricing(Costing(**given), "id", "2026-03-02T01:00:00Z", tables.rates())


def worth(buyers: list[int], fee: int, discount: str, obsolescence: str, scale: str = "1") -> int:
    """The income approach once more, in fractions."""
    total = 0
    for year, count in enumerate(buyers, 1):
        factor = (1 - Fraction(obsolescence)) ** (year - 1) / (1 + Fraction(discount)) ** year
        printed = Fraction(floor(factor * 10**6 + Fraction(1, 2)), 10**6)
        total += floor(count * fee * Fraction(scale) * printed)
    return total


def test_income_is_discounted_and_wears_out() -> None:
    value = priced(income=INCOME).income
    assert value is not None
    assert [year.factor for year in value.years] == [0.909091, 0.661157, 0.480841]
    assert [year.amount for year in value.years] == [10_909_092, 15_867_768, 14_425_230]
    assert value.value == 41_202_090 == worth([2, 4, 5], 6_000_000, "0.1", "0.2")


def test_one_number_of_buyers_is_that_of_every_year() -> None:
    value = priced(income=Income(buyers=3, years=4, fee=1_234_567, discount=0.0, basis="x")).income
    assert value is not None and value.value == 3 * 4 * 1_234_567


def test_the_market_is_a_median_with_its_range() -> None:
    value = priced(comparables=COMPARABLES).market
    assert value is not None
    adjusted = [37_500_000, floor(Fraction(21_000_001) * Fraction("0.99")), 40_000_000, 25_000_000]
    assert [one.adjusted for one in value.compared] == adjusted
    assert (value.low, value.high) == (min(adjusted), max(adjusted))
    assert value.median == floor(median(adjusted)) == 31_250_000
    odd = priced(comparables=COMPARABLES[:3]).market
    assert odd is not None and odd.median == 37_500_000


def test_what_is_not_given_is_not_valued() -> None:
    made = priced()
    assert made.income is None and made.market is None
    assert {one.approach for one in made.drivers} == {"cost"}


def test_every_driver_is_moved_by_ten_and_twenty_percent() -> None:
    made = priced(income=INCOME, comparables=COMPARABLES, admin_rate=4.0)
    found = {(one.approach, one.name): one for one in made.drivers}
    assert all(one.changes == (-20, -10, 0, 10, 20) for one in made.drivers)
    for one in made.drivers:
        value = {"cost": made.floor, "income": 41_202_090, "market": 31_250_000}[one.approach]
        assert one.values[2] == value
    scales, rates = ("0.8", "0.9", "1", "1.1", "1.2"), ("0.08", "0.09", "0.1", "0.11", "0.12")
    by_buyers = tuple(worth([2, 4, 5], 6_000_000, "0.1", "0.2", scale) for scale in scales)
    assert found["income", "buyers"].values == found["income", "fee"].values == by_buyers
    assert found["income", "discount"].values == tuple(worth([2, 4, 5], 6_000_000, r, "0.2") for r in rates)
    assert found["cost", "labour"].values[3] == cost_of(24_690_405, 2_000_000, "0.04", "0.1")
    assert found["cost", "expenses"].values[0] == cost_of(22_445_823, 1_600_000, "0.04", "0.1")
    assert found["cost", "general_rate"].values[4] == cost_of(22_445_823, 2_000_000, "0.048", "0.1")
    assert ("cost", "materials") not in found


def cost_of(labour: int, expenses: int, general: str, profit: str) -> int:
    g = floor(Fraction(general) * (labour + expenses))
    return labour + expenses + g + floor(Fraction(profit) * (labour + expenses + g))


def test_a_rate_is_never_moved_over_its_cap() -> None:
    (profit,) = [one for one in priced().drivers if one.name == "profit_rate"]
    assert profit.values[2] == profit.values[3] == profit.values[4]


def test_what_moves_most_stands_first() -> None:
    spreads = [one.spread for one in priced().drivers]
    assert spreads == sorted(spreads, reverse=True)


@pytest.mark.parametrize(
    ("costing", "place"),
    [
        ({"income": replace(INCOME, discount=10.0)}, ("income", "discount")),
        ({"income": replace(INCOME, obsolescence=-0.1)}, ("income", "obsolescence")),
        ({"income": replace(INCOME, basis=" ")}, ("income", "basis")),
        ({"income": replace(INCOME, years=2)}, ("income", "buyers")),
        ({"income": replace(INCOME, buyers=3)}, ("income", "buyers")),
        ({"income": replace(INCOME, buyers=())}, ("income", "buyers")),
        ({"income": replace(INCOME, buyers=(1, -2))}, ("income", "buyers")),
        ({"income": replace(INCOME, buyers=3, years=99)}, ("income", "years")),
        ({"income": replace(INCOME, fee=float("inf"))}, ("income", "fee")),
        ({"comparables": (replace(COMPARABLES[0], date="gestern"),)}, ("comparables", 0, "date")),
        ({"comparables": (replace(COMPARABLES[0], source=""),)}, ("comparables", 0, "source")),
        ({"comparables": (COMPARABLES[1], replace(COMPARABLES[0], price=0))}, ("comparables", 1, "price")),
        ({"comparables": (replace(COMPARABLES[0], adjustments=(Adjustment("", 1.0),)),)},
         ("comparables", 0, "adjustments")),
    ],
)  # fmt: skip
def test_assumptions_that_say_nothing_are_refused_with_their_place(costing: Any, place: Any) -> None:
    with pytest.raises(BadInput) as refused:
        priced(**costing)
    assert getattr(refused.value, "place", None) == place
    for language in LANGUAGES:
        assert "{" not in error_text(refused.value, language)


def test_a_recipe_keeps_them(recipe: Recipe, tmp_path: Any) -> None:
    costing = Costing(labour=TEAM, income=INCOME, comparables=COMPARABLES, expense=(Item("x", 3.0, "기술료"),))
    file = tmp_path / "product.toml"
    file.write_bytes(dump(replace(recipe, costing=costing)))
    assert load(file).costing == costing


def test_a_kept_recipe_can_be_added_to(recipe: Recipe, tmp_path: Any) -> None:
    file = tmp_path / "product.toml"
    added = '[[costing.labour]]\nrole = "IT PM"\nmonths = 1\n'
    file.write_text(dump(recipe).decode() + added, "utf-8")
    assert load(file).costing.labour == (Labour("IT PM", 1.0),)
