"""Terms become a policy: what they allow, what the declarations bring with them, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.ids import Names
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.recipe import Recipe, Share, Terms
from aas_server.product.register.contracts import contracts
from aas_server.product.register.terms import licensing
from submodels.licensing import Licensing
from submodels.text import both

NAMES = Names("https://factory.example")
TWO = (
    Share(both("가", "A"), both("생성", "generator"), 66.7),
    Share(both("나", "B"), both("가공", "processor"), 33.3),
)
BASIS = both("정보주체의 동의", "consent")
ODRL = "http://www.w3.org/ns/odrl/2/"


def made(recipe: Recipe, secrets: dict[str, Any] | None = None, **terms: Any) -> Licensing:
    cleaning = replace(recipe.cleaning, secrets=secrets or {})
    return licensing(replace(recipe, terms=Terms(**terms), cleaning=cleaning), NAMES, "cell-r1")


def test_the_four_standard_types_are_there(recipe: Recipe) -> None:
    assert list(contracts().types) == ["제공형", "창출형", "가공서비스형", "중개거래형"]
    for name in contracts().types:
        assert made(recipe, contract=name, parties=TWO).contract == name


def test_shares_are_reckoned_as_they_are_written(recipe: Recipe) -> None:
    """66.7 + 33.3 is 100, though no binary float says so."""
    assert [party.share for party in made(recipe, parties=TWO).parties] == [66.7, 33.3]


def test_purpose_term_and_territory_bind_every_permission(recipe: Recipe) -> None:
    found = made(recipe, purpose=both("분석", "analysis"), term="P1Y6M", territory="KR, JP")
    assert [(one.operand.removeprefix(ODRL), one.value) for one in found.constraints] == [
        ("purpose", "분석"),
        ("elapsedTime", "P1Y6M"),
        ("spatial", "KR, JP"),
    ]


def test_what_is_given_away_for_good_knows_no_term(recipe: Recipe) -> None:
    found = made(recipe, grant="양도", territory="WORLD")
    assert found.constraints == () and f"{ODRL}transfer" in found.permissions


def test_personal_data_bring_their_consequences(recipe: Recipe) -> None:
    found = made(recipe, personal_data=True, personal_data_basis=BASIS)
    personal = found.declarations[0]
    assert personal.declared and personal.statement == BASIS
    assert any("28조의5" in one["ko"] for one in personal.consequences)
    assert found.sample_license == "policy", "personal data were given away as a free sample"


def test_a_secret_that_is_kept_in_needs_secrecy(recipe: Recipe) -> None:
    found = made(recipe, {"pressure": "keep", "speed": "drop"}, secrecy="P3Y", trade_secret_columns=("pressure",))
    secret = found.declarations[1]
    assert secret.declared and len(secret.consequences) == 4 and found.sample_license == "policy"
    treated = made(recipe, {"pressure": "drop"}, trade_secret_columns=("pressure",))
    assert treated.sample_license.startswith("https://creativecommons.org/")


def test_core_technology_stays_at_home(recipe: Recipe) -> None:
    core = made(recipe, national_core_technology=True).declarations[2]
    assert core.declared and any("제11조" in one["ko"] for one in core.consequences)


@pytest.mark.parametrize(
    ("key", "secrets", "terms"),
    [
        ("licence-contract-unknown", {}, {"contract": "대여형"}),
        ("licence-grant-unknown", {}, {"grant": "대여"}),
        ("licence-parties-few", {}, {"contract": "창출형"}),
        ("licence-shares-sum", {}, {"parties": (replace(TWO[0], percent=66.6), TWO[1])}),
        ("licence-shares-sum", {}, {"parties": (replace(TWO[0], percent=66), TWO[1])}),
        ("licence-share-wrong", {}, {"parties": (replace(TWO[0], percent=-1), TWO[1])}),
        ("licence-share-wrong", {}, {"parties": (replace(TWO[0], percent=float("nan")), TWO[1])}),
        ("licence-share-wrong", {}, {"parties": (replace(TWO[0], percent=float("inf")), TWO[1])}),
        ("licence-duration-wrong", {}, {"term": "1 year"}),
        ("licence-duration-wrong", {}, {"term": ""}),
        ("licence-duration-wrong", {}, {"secrecy": "P"}),
        ("licence-territory-wrong", {}, {"territory": "Korea"}),
        ("licence-territory-wrong", {}, {"territory": "KR, XX"}),
        ("licence-personal-basis", {}, {"personal_data": True}),
        (
            "licence-resupply-refused",
            {},
            {"personal_data": True, "personal_data_basis": BASIS, "resupply": True},
        ),
        ("licence-secret-undecided", {}, {"trade_secret_columns": ("pressure",)}),
        ("licence-secrecy-missing", {"pressure": "keep"}, {}),
        ("licence-resupply-refused", {"pressure": "keep"}, {"secrecy": "P3Y", "resupply": True}),
        ("licence-core-technology-abroad", {}, {"national_core_technology": True, "territory": "KR, JP"}),
        ("licence-resupply-refused", {}, {"national_core_technology": True, "resupply": True}),
    ],
)
def test_terms_that_break_a_rule_are_refused(
    recipe: Recipe, key: str, secrets: dict[str, Any], terms: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as refused:
        made(recipe, secrets, **terms)
    assert refused.value.key == key
    for language in LANGUAGES:
        assert "{" not in error_text(refused.value, language)
