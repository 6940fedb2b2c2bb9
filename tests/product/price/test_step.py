"""The step leaves the Pricing submodel in the twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aas_server.product import price
from aas_server.product.recipe import Costing, Labour, Recipe
from aas_server.product.work import Work


def test_the_price_stands_in_the_shell(bench: Callable[[Recipe], Work], recipe: Recipe) -> None:
    work = bench(replace(recipe, costing=Costing(labour=(Labour("데이터분석가", 1.0),))))
    priced = price.run(work)
    stored = work.twin.read("cell", "Pricing")
    assert stored is not None
    assert stored.id == priced.id
    assert priced.valid_from == "2026-03-02T01:00:00Z"
    assert priced.price == priced.floor > 7_751_183
