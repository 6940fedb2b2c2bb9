"""The second half of step 6: the cost sheet and the price that stands on it."""

from __future__ import annotations

from aas_server.clock import iso
from aas_server.product.price import tables
from aas_server.product.price.offer import pricing
from aas_server.product.work import Work
from submodels import pricing as submodel
from submodels.pricing import Pricing


def run(work: Work) -> Pricing:
    """Reckon the recipe's costs and leave Pricing in the twin. Raises ``BadInput`` (see ``offer.pricing``)."""
    recipe = work.recipe
    id = work.names.submodel(recipe.id, submodel.KIND)
    priced = pricing(recipe.costing, id, iso(work.clock.now()), tables.rates(), tables.wages())
    work.twin.put(recipe.id, submodel.to_submodel(priced))
    return priced
