"""The draft of the contract and the term sheet, opened again as Word files."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest

import aas_server.cli
from aas_server.ids import Names
from aas_server.product.recipe import Recipe, load
from aas_server.product.register import papers
from aas_server.product.register.contracts import contracts
from aas_server.product.register.papers import Matter
from aas_server.product.register.terms import licensing
from submodels.pricing import Pricing
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
    assert f"제{len(contracts().clauses)}조" in said and "{" not in said


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
