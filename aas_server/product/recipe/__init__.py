"""``product.toml``: how a product is made. The one truth for declared codes, cleaning, split, weights, costs."""

from aas_server.product.recipe.cleaning import Cleaning, ClockOffset
from aas_server.product.recipe.costing import Costing, Labour
from aas_server.product.recipe.file import dump, load
from aas_server.product.recipe.label import Label
from aas_server.product.recipe.modelling import Life, Modelling
from aas_server.product.recipe.owner import Owner
from aas_server.product.recipe.quality import Quality, Range, Rule
from aas_server.product.recipe.terms import Share, Terms
from aas_server.product.recipe.whole import Recipe

__all__ = [
    "Cleaning",
    "ClockOffset",
    "Costing",
    "Label",
    "Labour",
    "Life",
    "Modelling",
    "Owner",
    "Quality",
    "Range",
    "Recipe",
    "Rule",
    "Share",
    "Terms",
    "dump",
    "load",
]
