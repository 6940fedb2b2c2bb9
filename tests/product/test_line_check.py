"""What the last steps would refuse is refused before the first makes anything, with its line in the recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text, text
from aas_server.product import line, record
from aas_server.product.recipe import Costing, Labour, Quality, Recipe, Share, Terms, dump, keeping
from aas_server.product.recipe.costing import Item
from aas_server.product.work import Work
from submodels.text import both

PARTS = tuple(
    Share(both(name, name), both("생성자", "generator"), percent) for name, percent in (("가", 50), ("나", 49))
)
WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "rate over its cap": ({"costing": Costing(admin_rate=6.1)}, "price", "admin_rate", "제8조제1항"),
    "unknown role": ({"costing": Costing(labour=(Labour("사장", 1.0),))}, "price", "사장", "IT PM"),
    "unknown class": ({"costing": Costing(cost_class="선물")}, "price", "cost_class", "기타 용역"),
    "unknown year": ({"costing": Costing(year=1999)}, "price", "year", "2025"),
    "negative amount": ({"costing": Costing(expense=(Item("서버", -1.0),))}, "price", "-1.0", "0"),
    "shares of 99": ({"terms": Terms(parties=PARTS)}, "register", "parties", "99"),
    "contract": ({"terms": Terms(contract="대여형")}, "register", "contract", "제공형"),
    "abroad": (
        {"terms": Terms(national_core_technology=True, territory="US")}, "register", "territory", "KR"
    ),
    "years": ({"kept_years": 10**9}, "register", "kept_years", "100"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_would_be_refused_at_the_end_is_refused_at_once(
    bench: Callable[[Recipe], Work], recipe: Recipe, case: str
) -> None:
    changes, step, entry, remedy = WRONG[case]
    work = bench(replace(recipe, **changes))
    file = keeping.place(work.store.folder, work.recipe.id)
    file.parent.mkdir(parents=True)
    file.write_bytes(dump(work.recipe))
    with pytest.raises(BadInput) as refused:
        line.run(work)
    written = file.read_text("utf-8").splitlines()[int(str(refused.value.values["line"])) - 1]
    assert entry in written
    for language in LANGUAGES:
        told = error_text(refused.value, language)
        assert str(file) in told and remedy in told and ".." not in told
    product = record.product(work.store.catalogue, work.recipe.id)
    noted = product.steps[step]
    assert text(noted.error, "ko", **noted.values) == error_text(refused.value, "ko")
    assert noted.state == "failed" and product.steps["collect"].state != "done"
    assert {one.name for one in file.parent.iterdir()} <= {"product.toml", ".lock"}


def test_an_unknown_profile_is_refused_at_once(bench: Callable[[Recipe], Work], recipe: Recipe) -> None:
    with pytest.raises(BadInput) as refused:
        line.run(bench(replace(recipe, quality=Quality(profile="kampf"))))
    assert "kamp" in error_text(refused.value, "ko")
