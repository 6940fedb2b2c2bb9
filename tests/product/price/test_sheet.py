"""The cost sheet against the check figures of the domain notes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from aas_server import messages
from aas_server.errors import BadInput
from aas_server.product.price import tables
from aas_server.product.price.offer import pricing
from aas_server.product.recipe import Costing, Labour
from aas_server.product.recipe.costing import Item
from submodels.pricing import Pricing

TEAM = (Labour("데이터분석가", 2.0), Labour("응용SW개발자", 1.0))


def priced(**costing: object) -> Pricing:
    given: dict[str, object] = {"labour": TEAM, "expenses": 2_000_000} | costing
    return pricing(Costing(**given), "id", "2026-03-02T01:00:00Z", tables.rates())  # type: ignore[arg-type]


def amounts(sheet: Pricing) -> dict[str, int]:
    return {line.code: line.amount for line in sheet.lines}


def test_a_service_at_6_and_10_percent() -> None:
    sheet = priced()
    lines = amounts(sheet)
    assert lines["labour"] == 22_445_823
    assert lines["admin"] == 1_466_749
    assert lines["profit"] == 2_591_257
    assert lines["total"] == sheet.floor == sheet.price == 28_503_829
    assert (sheet.vat, sheet.price_with_vat) == (2_850_382, 31_354_211)
    assert sheet.currency == "KRW"


@pytest.mark.parametrize("cost_class", ["goods-other", "software-development"])
def test_goods_and_software_at_11_and_25_percent(cost_class: str) -> None:
    lines = amounts(priced(cost_class=cost_class))
    assert (lines["admin"], lines["profit"], lines["total"]) == (2_689_040, 6_783_715, 33_918_578)


def test_the_software_guide_at_140_and_20_percent() -> None:
    sheet = priced(method="software")
    lines = amounts(sheet)
    assert (lines["overhead"], lines["technology"], sheet.floor) == (31_424_152, 10_773_995, 66_643_970)
    assert "admin" not in lines
    assert "profit" not in lines


def test_every_sum_is_the_sum_of_the_printed_lines() -> None:
    lines = amounts(priced(labour=(Labour("IT PM", 0.1), Labour("IT아키텍트", 0.35)), materials=333_333))
    assert lines["labour-1"] == 914_547  # 914,547.3 cut
    assert lines["labour-2"] == 3_551_710  # 3,551,710.75 cut, not rounded
    assert lines["labour"] == lines["labour-1"] + lines["labour-2"]
    spent = lines["materials"] + lines["labour"] + lines["expenses"]
    assert lines["total"] == spent + lines["admin"] + lines["profit"]


def test_bought_technology_and_outsourcing_bear_administration_but_no_profit() -> None:
    lines = amounts(priced(outsourcing=1_000_000, technology_fee=500_000))
    assert lines["expenses"] == 3_500_000
    assert lines["admin"] == int(Decimal(22_445_823 + 3_500_000) * 6 / 100)
    assert lines["profit"] == int(Decimal(22_445_823 + 2_000_000 + lines["admin"]) * 10 / 100)


@pytest.mark.parametrize(
    ("rates", "article"),
    [({"admin_rate": 6.1}, "제8조제1항"), ({"profit_rate": 10.01}, "제8조제2항")],
)
def test_a_rate_over_its_cap_is_refused_with_the_article(rates: dict[str, float], article: str) -> None:
    with pytest.raises(BadInput) as refused:
        priced(**rates)
    assert refused.value.key == "rate-over-cap"
    for language in messages.LANGUAGES:
        said = messages.error_text(refused.value, language)
        assert article in said


def test_a_lower_rate_is_taken_as_written() -> None:
    lines = amounts(priced(admin_rate=5.5, profit_rate=0.0))
    assert lines["admin"] == int(Decimal(24_445_823) * Decimal("5.5") / 100)
    assert lines["profit"] == 0


@pytest.mark.parametrize("rate", [{"overhead_rate": 139.0}, {"overhead_rate": 151.0}, {"technology_rate": 41.0}])
def test_a_software_rate_outside_the_guide_is_refused(rate: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="rate-outside-guide"):
        priced(method="software", **rate)


def test_a_price_below_the_sheet_needs_a_reason() -> None:
    with pytest.raises(BadInput, match="price-below-floor"):
        priced(price=20_000_000)
    with pytest.raises(BadInput, match="price-below-floor"):
        priced(price=20_000_000, reason={"ko": "  "})
    sheet = priced(price=20_000_005, reason={"ko": "첫 고객 할인", "en": "first customer"})
    assert (sheet.floor, sheet.price, sheet.vat) == (28_503_829, 20_000_005, 2_000_000)
    assert sheet.price_with_vat == 22_000_005
    assert sheet.reason["en"] == "first customer"


def test_a_price_above_the_sheet_says_so() -> None:
    sheet = priced(price=30_000_000)
    assert "28,503,829" in sheet.reason["ko"]
    assert "28,503,829" in sheet.reason["en"]


@pytest.mark.parametrize(
    ("costing", "key"),
    [
        ({"labour": (Labour("사장", 1.0),)}, "wage-role-unknown"),
        ({"labour": (Labour("IT PM", -1.0),)}, "cost-negative"),
        ({"labour": (Labour("IT PM", 0.0),)}, "labour-none"),
        ({"cost_class": "gift"}, "cost-class-unknown"),
        ({"year": 1999}, "wage-year-unknown"),
        ({"expenses": -1}, "cost-negative"),
        ({"expense": (Item("x", 1.0, "gift"),)}, "cost-kind-unknown"),
        ({"price": -5}, "cost-negative"),
        ({"admin_rate": float("nan")}, "cost-not-a-number"),
        ({"admin_rate": 0.06}, "rate-below-one"),
        ({"profit_rate": 0.1}, "rate-below-one"),
        ({"price": 10**18}, "cost-too-large"),
    ],
)
def test_bad_costs_are_refused_in_words(costing: dict[str, object], key: str) -> None:
    with pytest.raises(BadInput) as refused:
        priced(**costing)
    assert refused.value.key == key
    for language in messages.LANGUAGES:
        assert "{" not in messages.error_text(refused.value, language)


def test_every_line_bears_both_languages_and_its_article() -> None:
    for sheet in (priced(), priced(method="software")):
        for line in sheet.lines:
            assert set(line.title) == {"ko", "en"}
            assert line.article
        assert "2025" in sheet.wage_source
    assert "국가를 당사자로 하는 계약" in priced().rate_source


def test_a_role_may_be_called_in_english() -> None:
    assert amounts(priced(labour=(Labour("data analyst", 1.0),)))["labour"] == 7_751_183


def test_every_sentence_stands_in_both_languages() -> None:
    for key, pair in messages.catalogue().items():
        if key.startswith(("quality-", "preprocess-", "cost-", "price-", "rate-", "wage-")):
            assert set(pair) == {"ko", "en"}, key
            assert all(words.strip() for words in pair.values()), key


def test_nothing_we_say_about_quality_claims_a_certificate() -> None:
    folder = Path(messages.__file__).with_name("messages")
    for name in ("quality", "preprocess", "price"):
        said = (folder / f"{name}.toml").read_text("utf-8").lower()
        assert "인증" not in said
        assert "certif" not in said
