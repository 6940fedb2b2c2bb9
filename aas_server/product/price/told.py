"""A fault in the costs of a recipe, told with its line in ``product.toml``."""

from __future__ import annotations

from pathlib import Path

from aas_server.errors import BadInput
from aas_server.product.recipe import fault as recipe_fault
from aas_server.product.recipe.fault import Fault

_ENTRIES = {"general_rate": "admin_rate", "class": "cost_class"}
"""What the recipe calls an entry that the calculation knows by the other name."""


def in_recipe(fault: Fault, file: Path) -> BadInput:
    """The fault with its line in the recipe ``file``, or by its entry where no recipe lies there."""
    place = tuple(_ENTRIES.get(str(step), step) for step in fault.place)
    return recipe_fault.in_recipe(Fault(place, fault.key, **fault.values), file, ("costing",))
