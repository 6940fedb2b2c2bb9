"""The second half of step 6: the cost sheet and the price that stands on it."""

from __future__ import annotations

from aas_server import written
from aas_server.clock import iso
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.price import tables
from aas_server.product.price.fault import Fault
from aas_server.product.price.offer import pricing
from aas_server.product.recipe import keeping
from aas_server.product.work import Work
from submodels import pricing as submodel
from submodels.pricing import Pricing

_ENTRIES = {"general_rate": "admin_rate", "class": "cost_class"}
"""What the recipe calls an entry that the calculation knows by the other name."""


def run(work: Work) -> Pricing:
    """Reckon the recipe's costs and leave Pricing in the twin. Raises ``BadInput`` with the recipe's line."""
    recipe = work.recipe
    id = work.names.submodel(recipe.id, submodel.KIND)
    try:
        priced = pricing(recipe.costing, id, iso(work.clock.now()), tables.rates())
    except Fault as fault:
        raise _in_recipe(work, fault) from None
    work.twin.put(recipe.id, submodel.to_submodel(priced))
    return priced


def _in_recipe(work: Work, fault: Fault) -> BadInput:
    """The fault with its line in ``product.toml``, or by its entry where no recipe lies in the folder."""
    place = ("costing", *(_ENTRIES.get(str(step), step) for step in fault.place))
    told = in_all(fault.key, **fault.values)
    file = keeping.place(work.store.folder, work.recipe.id)
    if file.is_file():
        return written.wrong(written.text(file), str(file), place, told)
    entry = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
    return BadInput("costing-wrong", entry=entry, fault=told)
