"""The price on a product's page: three approaches side by side, sensitivity, terms, and the workbook."""

from __future__ import annotations

from dataclasses import replace

from starlette.testclient import TestClient

from aas_server.product.record import ReleaseRecord, put_release
from aas_server.store.contract import Store
from submodels.pricing import PaymentTerms, TierPrice
from submodels.valuation import Compared, Driver, IncomeValue, IncomeYear, MarketValue

PAGE = "/pages/products/moulding-cell"
INCOME = IncomeValue(6_000_000, 0.1, 0.2, "<면담>", (IncomeYear(1, 2, 0.909091, 10_909_092),), 10_909_092)
MARKET = MarketValue(
    (Compared("A", 30_000_000, "거래소", "2026-01-15", 1.25, "", 37_500_000),), 37_500_000, 37_500_000, 37_500_000
)
DRIVERS = (Driver("cost", "general_rate", (-20, -10, 0, 10, 20), (1, 2, 28_503_829, 28_503_829, 28_503_829)),)


def test_the_three_approaches_stand_side_by_side(
    client: TestClient, store: Store, finished: ReleaseRecord
) -> None:
    assert finished.priced is not None
    terms = PaymentTerms("MB", None, (TierPrice(5.5, 1000), TierPrice(3.0)), minimum=100_000)
    priced = replace(finished.priced, income=INCOME, market=MARKET, drivers=DRIVERS, form="metered", terms=terms)
    put_release(store, replace(finished, priced=priced))
    for language, words in (
        (
            "ko",
            ("10,909,092원", "37,500,000원", "일반관리비율", "요금 조건: 종량제", "1 MB · 1,000까지", "KRW 5.5"),
        ),
        ("en", ("KRW 10,909,092", "Median of 1 comparables", "Sensitivity", "an MB · up to 1,000")),
    ):
        html = client.get(PAGE, headers={"Accept-Language": language}).text
        assert all(word in html for word in words), [word for word in words if word not in html]
        assert "&lt;면담&gt;" in html and "<면담>" not in html
        assert "web-price-" not in html and "costbook-" not in html


def test_what_was_not_valued_is_said(client: TestClient, store: Store, finished: ReleaseRecord) -> None:
    put_release(store, finished)
    html = client.get(PAGE, headers={"Accept-Language": "ko"}).text
    assert html.count("평가하지 않음") == 2


def test_the_workbook_is_there_to_download(client: TestClient, store: Store, finished: ReleaseRecord) -> None:
    assert finished.registered is not None
    (finished.registered.bundle / "cost-sheet.xlsx").write_bytes(b"PK")
    put_release(store, finished)
    assert f'href="{PAGE}/bundle/cost-sheet.xlsx" download' in client.get(PAGE).text
    assert client.get(f"{PAGE}/bundle/cost-sheet.xlsx").content == b"PK"
