"""Registering: dates, terms, the listing, the hand-in bundle; and that nothing is taken down too early."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.quality import pdf
from aas_server.product.recipe import Share, Terms
from aas_server.product.register import listing, record
from aas_server.product.register.registration import kept_until
from submodels import licensing, registration
from submodels.pricing import PaymentTerms, TierPrice
from submodels.text import both

LISTING = "https://factory.example/ids/listing/moulding-r1"


@pytest.fixture(scope="module")
def done(benches, tmp_path_factory):
    bench = benches.Bench(tmp_path_factory.mktemp("registered") / "data")
    released = bench.package()
    yield bench, released, bench.register(released)
    bench.close()


def test_the_package_is_kept_in_our_library(done):
    bench, _, registered = done
    assert registered.aasx == bench.folder / "products/moulding/moulding-r1.aasx"
    assert registered.sha256 == hashlib.sha256(registered.aasx.read_bytes()).hexdigest()
    package = bench.packages.get(LISTING)
    assert package.sha256 == registered.sha256
    assert package.aas_ids == ("https://factory.example/ids/aas/moulding",)
    assert package.kept_until == date(2027, 3, 21)


def test_the_listing_fits_its_form_and_bears_hash_and_answer(done):
    bench, released, registered = done
    record = json.loads(bench.store.catalogue.get("listing", LISTING))
    listing.check(record)
    assert record["package"]["sha256"] == registered.sha256
    assert record["sha256"] == released.sha256
    assert record["library"]["answer"]["status"] == "accepted"
    assert record["library"]["answer"]["package"] == LISTING
    assert record["kind"]["name"] == both("품질 예측", "Quality prediction")
    assert (record["registered"], record["keptUntil"]) == ("2026-03-20T01:02:03Z", "2027-03-21")
    assert [part["form"] for part in record["delivery"]] == ["download", "open-api"]
    assert record["quality"]["indices"][1]["value"] is None
    assert record["variables"][1]["unit"] == "s"
    assert record["versions"] == [
        {"release": "moulding-r1", "registered": "2026-03-20T01:02:03Z", "sha256": released.sha256}
    ]
    assert "한국정밀, 2026.03.20." in record["citation"]


@pytest.mark.parametrize(
    ("form", "terms", "told"),
    [
        ("flat", PaymentTerms(per="year", fee=5), {"per": "year", "fee": 5}),
        (
            "metered",
            PaymentTerms(per="call", tiers=(TierPrice(5.5, 100), TierPrice(3.0)), minimum=10),
            {"per": "call", "tiers": [{"price": 5.5, "upTo": 100}, {"price": 3.0, "upTo": None}], "minimum": 10},
        ),
        ("royalty", PaymentTerms(share=0.07, report=6), {"share": 0.07, "reportMonths": 6}),
    ],
)
def test_the_listing_tells_what_the_form_of_the_price_asks(done, benches, form, terms, told):
    listed = json.loads(done[0].store.catalogue.get("listing", LISTING))
    assert "payment" not in listed["price"]
    listed["price"] = record._price(replace(benches.pricing(), form=form, terms=terms))
    listing.check(listed)
    assert listed["price"]["payment"] == told


def test_the_shell_bears_terms_and_dates_but_no_hash(done):
    bench, _, registered = done
    stored = registration.from_submodel(bench.shelf.read("moulding", "Registration"))
    assert stored == registered.registration
    assert (stored.listing, stored.kept_until) == (LISTING, "2027-03-21")
    terms = licensing.from_submodel(bench.shelf.read("moulding", "Licensing"))
    assert terms == registered.licensing
    assert "http://www.w3.org/ns/odrl/2/distribute" in terms.prohibitions
    assert "http://www.w3.org/ns/odrl/2/derive" in terms.permissions
    assert [(party.name["ko"], party.share) for party in terms.parties] == [("한국정밀", 100)]


def test_the_bundle_can_be_handed_in(done):
    _, released, registered = done
    assert {path.name for path in registered.bundle.iterdir()} == {
        "package.aasx",
        "listing.json",
        "listing.csv",
        "guide-book.html",
        "sample.csv",
        "quality-report.html",
        *(("quality-report.pdf", "quality-report-en.pdf") if pdf.available() else ()),
        "cost-sheet.html",
        "cost-sheet.csv",
        "policy.jsonld",
        "contract-draft.docx",
        "term-sheet.docx",
    }
    package = (registered.bundle / "package.aasx").read_bytes()
    assert hashlib.sha256(package).hexdigest() == registered.sha256
    assert (registered.bundle / "sample.csv").read_bytes() == (released.folder / "sample.csv").read_bytes()
    for name in ("listing.csv", "cost-sheet.csv"):
        assert (registered.bundle / name).read_bytes().startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader((registered.bundle / "listing.csv").read_text("utf-8-sig").splitlines())
    fields = {row[2]: row[3] for row in rows}
    assert head == ["항목", "Item", "field", "value"]
    assert fields["name.ko"] == "사출 공정 데이터" and fields["keptUntil"] == "2027-03-21"
    assert ["상품명", "Name", "name.ko", "사출 공정 데이터"] in rows
    (kept,) = [row for row in rows if row[2] == "keptUntil"]
    assert "부터" in kept[0] and "from this day on" in kept[1], "the day itself is the first one free"


def test_the_quality_report_counts_and_never_certifies(done):
    text = (done[2].bundle / "quality-report.html").read_text("utf-8")
    for part in ("199,999", "200,000", "98.0000 %", "미측정", "not measured", "no rule is declared", "자가 점검"):
        assert part in text
    assert "99.9995 %" in text, "a share below one is not shown as a full hundred"
    assert "인증" not in text and "certif" not in text.lower()
    assert text.index('lang="ko"') < text.index('lang="en"')


def test_the_cost_sheet_shows_every_line(done):
    text = (done[2].bundle / "cost-sheet.html").read_text("utf-8")
    for part in ("22,445,823", "1,466,749", "28,503,829", "2,850,382", "31,354,211", "시행규칙 제8조"):
        assert part in text
    rows = list(csv.reader((done[2].bundle / "cost-sheet.csv").read_text("utf-8-sig").splitlines()))
    assert ["G", "일반관리비", "Administration", "6 % × (M+L+E)", "1466749", "시행규칙 제8조"] in rows


def test_the_cost_sheet_speaks_to_both_readers(done):
    text = (done[2].bundle / "cost-sheet.html").read_text("utf-8")
    korean, english = text.split('lang="en"')
    assert "기타 용역" in korean and "국가계약법 시행규칙 원가계산" in korean and "년 " in korean
    assert "other services" in english and "Enforcement Rule" in english
    for symbol in ("service-other", "statute", "labour-1"):
        assert symbol not in text


def test_registering_again_keeps_the_first_dates(bench):
    released = bench.package()
    first = bench.register(released)
    bench.clock.at = datetime(2026, 9, 1, tzinfo=UTC)
    again = bench.register(released, Terms(resupply=True))
    assert again.registration.registered == first.registration.registered
    assert again.registration.kept_until == first.registration.kept_until
    assert again.sha256 != first.sha256, "the new terms are in the package"
    assert bench.packages.get(LISTING).sha256 == again.sha256


def test_a_later_release_names_the_earlier_ones(bench, benches):
    bench.register(bench.package())
    bench.clock.at = datetime(2026, 9, 1, tzinfo=UTC)
    bench.register(bench.package(2))
    record = json.loads(bench.store.catalogue.get("listing", "https://factory.example/ids/listing/moulding-r2"))
    assert [part["release"] for part in record["versions"]] == ["moulding-r1", "moulding-r2"]


@pytest.mark.parametrize(
    ("registered", "years", "until"),
    [
        (date(2026, 11, 25), 1, date(2027, 11, 26)),
        (date(2028, 2, 29), 1, date(2029, 3, 2)),
        (date(2028, 2, 29), 4, date(2032, 3, 1)),
        (date(2026, 12, 31), 2, date(2029, 1, 1)),
    ],
)
def test_kept_for_whole_years(registered, years, until):
    assert kept_until(registered, years) == until


def test_less_than_a_year_is_refused():
    with pytest.raises(BadInput) as refused:
        kept_until(date(2026, 11, 25), 0)
    assert refused.value.key == "kept-years-few"


@pytest.mark.parametrize(
    ("terms", "key", "said"),
    [
        (
            Terms(parties=(Share(both("가", "A"), both("", ""), 60), Share(both("나", "B"), both("", ""), 30))),
            "licence-shares-sum",
            "90",
        ),
        (
            Terms(parties=(Share(both("가", "A"), both("", ""), 150), Share(both("나", "B"), both("", ""), -50))),
            "licence-share-wrong",
            "150",
        ),
        (
            Terms(national_core_technology=True, territory="US"),
            "licence-core-technology-abroad",
            "US",
        ),
        (Terms(contract="임의형"), "licence-contract-unknown", "임의형"),
        (Terms(grant="대여"), "licence-grant-unknown", "대여"),
    ],
)
def test_terms_that_break_a_rule_leave_nothing(bench, terms, key, said):
    released = bench.package()
    with pytest.raises(BadInput) as refused:
        bench.register(released, terms)
    assert refused.value.key == key
    for language in LANGUAGES:
        sentence = error_text(refused.value, language)
        assert said in sentence and "product.toml" in sentence
    assert bench.store.catalogue.page("listing") == []
    assert not (bench.folder / "products/moulding/hand-in").exists()


def test_shares_of_several_parties_sum_to_a_hundred(bench):
    thirds = tuple(Share(both(name, name), both("생성자", "generator"), 100 / 3) for name in "가나다")
    registered = bench.register(bench.package(), Terms(parties=thirds))
    assert len(registered.licensing.parties) == 3


def test_a_listing_with_a_gap_is_refused_and_leaves_nothing(bench, benches):
    released = bench.package()
    bench.recipe = benches.recipe(keywords=(both("하나", "one"),))
    with pytest.raises(BadInput) as refused:
        bench.register(released)
    assert refused.value.key == "listing-wrong"
    assert "키워드" in error_text(refused.value, "ko")
    assert list((bench.folder / "products/moulding/hand-in").iterdir()) == []
    assert bench.packages.page(10).packages == ()
    assert not (bench.folder / "products/moulding/moulding-r1.aasx").exists()
