"""A fault in the costs of a recipe, told with its line in ``product.toml``."""

from __future__ import annotations

from pathlib import Path

from aas_server import written
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.price.fault import Fault

_ENTRIES = {"general_rate": "admin_rate", "class": "cost_class"}
"""What the recipe calls an entry that the calculation knows by the other name."""


def in_recipe(fault: Fault, file: Path) -> BadInput:
    """The fault with its line in the recipe ``file``, or by its entry where no recipe lies there."""
    place = ("costing", *(_ENTRIES.get(str(step), step) for step in fault.place))
    words = in_all(fault.key, **fault.values)
    if file.is_file():
        return written.wrong(written.text(file), str(file), place, words)
    entry = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
    return BadInput("costing-wrong", entry=entry, fault=words)
