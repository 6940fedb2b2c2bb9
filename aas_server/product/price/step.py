"""The second half of step 6: the cost sheet and the price that stands on it."""

from __future__ import annotations

from aas_server.clock import iso
from aas_server.product.price import book, offer, tables, told
from aas_server.product.recipe import keeping
from aas_server.product.recipe.fault import Fault
from aas_server.product.work import COST_BOOK, Work
from submodels import pricing as submodel
from submodels.pricing import Pricing


def check(work: Work) -> None:
    """Raises ``BadInput`` with the recipe's line where its costs break a rule: asked before anything is made."""
    _priced(work)


def run(work: Work) -> Pricing:
    """Reckon the recipe's costs; leave Pricing in the twin and the workbook on the bench. Raises ``BadInput`` with
    the recipe's line."""
    recipe = work.recipe
    priced = _priced(work)
    workbook = book.written(offer.book(recipe.costing, recipe.title, priced, tables.rates()), "ko")
    (work.folder / COST_BOOK).write_bytes(workbook)
    work.twin.put(recipe.id, submodel.to_submodel(priced))
    return priced


def _priced(work: Work) -> Pricing:
    recipe = work.recipe
    id = work.names.submodel(recipe.id, submodel.KIND)
    try:
        return offer.pricing(recipe.costing, id, iso(work.clock.now()), tables.rates())
    except Fault as fault:
        raise told.in_recipe(fault, keeping.place(work.store.folder, recipe.id)) from None
