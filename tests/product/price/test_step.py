"""The step leaves the Pricing submodel in the twin and the workbook on the bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aas_server.errors import BadInput
from aas_server.messages import error_text
from aas_server.product import price
from aas_server.product.recipe import Costing, Labour, Recipe, dump, keeping
from aas_server.product.recipe.costing import Income
from aas_server.product.work import COST_BOOK, Work
from submodels import pricing


def test_the_price_stands_in_the_shell(bench: Callable[[Recipe], Work], recipe: Recipe) -> None:
    income = Income(buyers=2, years=3, fee=4_000_000, discount=0.08, basis="면담")
    work = bench(replace(recipe, costing=Costing(labour=(Labour("데이터분석가", 1.0),), income=income)))
    priced = price.run(work)
    stored = work.twin.read("cell", "Pricing")
    assert stored is not None
    assert stored.id == priced.id
    assert pricing.from_submodel(stored) == priced
    assert priced.valid_from == "2026-03-02T01:00:00Z"
    assert priced.price == priced.floor > 7_751_183
    first = (work.folder / COST_BOOK).read_bytes()
    price.run(work)
    assert (work.folder / COST_BOOK).read_bytes() == first


def test_a_fault_is_told_with_its_line_in_the_recipe(bench: Callable[[Recipe], Work], recipe: Recipe) -> None:
    work = bench(replace(recipe, costing=Costing(labour=(Labour("사장", 1.0),))))
    with pytest.raises(BadInput) as refused:
        price.run(work)
    assert "costing.labour.1.role" in error_text(refused.value, "ko")
    file = keeping.place(work.store.folder, "cell")
    file.parent.mkdir(parents=True)
    file.write_bytes(dump(work.recipe))
    with pytest.raises(BadInput) as refused:
        price.run(work)
    line = file.read_text("utf-8").splitlines()[int(str(refused.value.values["line"])) - 1]
    assert "사장" in line
    assert str(file) in error_text(refused.value, "ko") and "데이터분석가" in error_text(refused.value, "ko")
    assert work.twin.read("cell", "Pricing") is None
