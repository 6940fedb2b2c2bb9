"""The draft of the contract and the term sheet, opened again as Word files."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest

import aas_server.cli
from aas_server.ids import Names
from aas_server.product.recipe import Recipe, Share, load
from aas_server.product.register import papers
from aas_server.product.register.contracts import contracts
from aas_server.product.register.papers import Matter
from aas_server.product.register.terms import licensing
from submodels.pricing import PaymentTerms, Pricing, TierPrice
from submodels.text import both

WORDS = both("가", "a")
PRICE = Pricing("x", "KRW", "once", "statute", "", (), 9, 28_503_829, 2_850_382, 31_354_211, WORDS, "", "", "")


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return load(Path(aas_server.cli.__file__).with_name("demo_cell.toml"))


def matter(recipe: Recipe, **terms: Any) -> Matter:
    said = licensing(
        replace(recipe, terms=replace(recipe.terms, **terms)), Names("https://factory.example"), "cell-r1"
    )
    return Matter(
        recipe.title, recipe.owner.company, "cell-r1", "ab" * 32, said, PRICE, "2026-11-26T00:00:00Z", "2027-11-27"
    )


def words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", ["제공형", "창출형", "가공서비스형", "중개거래형"])
def test_a_draft_stands_for_every_type(recipe: Recipe, kind: str) -> None:
    said = words(papers.contract(matter(recipe, contract=kind)))
    assert f"데이터 {kind} 계약서 (안)" in said and contracts().types[kind].supplier in said
    assert "28,503,829원" in said and "예시정밀(주) 70 %, 예시데이터(주) 30 %" in said
    assert "{" not in said
    numbers = [int(found) for found in re.findall(r"^제(\d+)조 \(", said, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= 16
    own = {"창출형": "공동 창출", "가공서비스형": "가공의 위탁", "중개거래형": "거래의 중개"}
    assert [name for name, title in own.items() if f"조 ({title})" in said.replace("데이터의 ", "")] == (
        [kind] if kind in own else []
    )


@pytest.mark.parametrize(
    ("terms", "there", "gone"),
    [
        ({"exclusive": True}, "독점적 권리", "비독점적"),
        ({"grant": "양도"}, "권리를 이용자에게 양도한다", "이용 기간은"),
        ({"resupply": True}, "다시 제공하거나", "서면 동의 없이"),
        ({"ai_training": False}, "학습에 이용할 수 없다", "학습에 이용할 수 있다"),
        ({"secrecy": "P3Y"}, "3년 동안 이 의무", "상대방의 비밀을"),
        ({"national_core_technology": True}, "국외로 내보내거나", "해당하지 않음을"),
        ({"deletion_at_end": False}, "보관할 수 있다", "곧바로 지우고"),
        ({"derived_data": "joint"}, "공동 소유", "다음과 같이 정한다"),
    ],
)
def test_the_clauses_follow_the_terms(recipe: Recipe, terms: dict[str, Any], there: str, gone: str) -> None:
    said = words(papers.contract(matter(recipe, **terms)))
    assert there in said and gone not in said


METERED = PaymentTerms(per="call", tiers=(TierPrice(5.5, 10_000), TierPrice(3.0)), minimum=100_000)


@pytest.mark.parametrize(
    ("form", "agreed", "there"),
    [
        ("flat", PaymentTerms(per="month", fee=500_000), ["한 달마다 500,000원", "정액제"]),
        ("metered", METERED, ["호출 한 건", "10,000까지 5.5원, 10,000 초과 3원", "적어도 100,000원"]),
        ("royalty", PaymentTerms(share=0.075, report=6), ["매출의 7.5 %", "6개월마다"]),
        ("royalty", None, ["로열티로 하고", "다음과 같이 정한다"]),
    ],
)
def test_the_price_is_told_by_its_form(
    recipe: Recipe, form: str, agreed: PaymentTerms | None, there: list[str]
) -> None:
    about = replace(matter(recipe), priced=replace(PRICE, form=form, terms=agreed))
    for said in (words(papers.contract(about)), words(papers.term_sheet(about))):
        assert all(part in said for part in there) and "28,503,829" not in said


def test_the_draft_reads_as_korean(recipe: Recipe) -> None:
    said = words(papers.contract(matter(recipe, derived_data="joint")))
    assert "이용 지역은 대한민국으로 한다" in said and "계약금액을 한도로" in said
    assert not re.search(r"\((으|를|는|가|와)\)", said) and "니다. 점검" not in said


def test_who_shares_with_nobody_is_named_without_a_share(recipe: Recipe) -> None:
    assert "이익은 모두 예시정밀(주)에 귀속된다" in words(
        papers.contract(matter(recipe, contract="제공형", parties=()))
    )


def test_every_party_stands_in_the_draft_and_signs(recipe: Recipe) -> None:
    tables = docx.Document(io.BytesIO(papers.contract(matter(recipe)))).tables
    for table in tables:
        said = [cell.text for row in table.rows for cell in row.cells]
        assert sum("예시정밀(주)" in cell for cell in said) == sum("예시데이터(주)" in cell for cell in said) == 1


def test_the_firm_stands_in_the_draft_as_what_it_is(recipe: Recipe) -> None:
    table = docx.Document(io.BytesIO(papers.contract(matter(recipe, contract="가공서비스형")))).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["가공 위탁자", "예시정밀(주)"]


def test_shares_are_told_to_the_last_digit(recipe: Recipe) -> None:
    thirds = tuple(
        Share(both(name, name), both("생성자", "generator"), percent)
        for name, percent in (("가", 33.33333333), ("나", 33.33333333), ("다", 33.33333334))
    )
    about = matter(recipe, parties=thirds)
    for said in (words(papers.contract(about)), words(papers.term_sheet(about))):
        assert "33.33333333 %" in said and "33.33333334 %" in said


def test_who_is_given_data_for_good_keeps_them(recipe: Recipe) -> None:
    about = matter(recipe, grant="양도")
    assert not any(action.endswith("/delete") for action in about.terms.obligations)
    assert "곧바로 지우고" not in words(papers.contract(about))


def test_the_term_sheet_says_what_follows_from_the_declarations(recipe: Recipe) -> None:
    said = words(
        papers.term_sheet(matter(recipe, personal_data=True, personal_data_basis=both("동의", "consent")))
    )
    for part in ("개인정보 보호법 제28조의5", "동의", "2027-11-27", "대한민국", "1년", "자가 점검"):
        assert part in said
    assert "품질인증" not in said


def test_the_same_matter_gives_the_same_bytes(recipe: Recipe) -> None:
    assert papers.contract(matter(recipe)) == papers.contract(matter(recipe))
    assert papers.term_sheet(matter(recipe)) == papers.term_sheet(matter(recipe))
