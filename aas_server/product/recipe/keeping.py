"""Where a product's ``product.toml`` lies, and how it is kept: whole, and over nobody else's change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aas_server import written
from aas_server.errors import Conflict, NotFound
from aas_server.product.lock import alone
from aas_server.product.recipe.checking import check
from aas_server.product.recipe.fault import Fault
from aas_server.product.recipe.file import dump
from aas_server.product.recipe.whole import Recipe
from aas_server.store import durable


def place(home: Path, product: str) -> Path:
    """The recipe's file in the data folder ``home``."""
    return home / "products" / product / "product.toml"


def source(home: Path, product: str) -> str:
    """The recipe as it is written. Raises ``NotFound`` where the product has none."""
    file = place(home, product)
    if product in ("", ".", "..") or Path(product).name != product or not file.is_file():
        raise NotFound("recipe-missing", file=str(file))
    return written.text(file)


def load(home: Path, product: str) -> Recipe:
    """The recipe that lies in the product's folder. Raises ``NotFound`` where there is none, ``BadInput`` with
    file and line of what is wrong."""
    return _checked(source(home, product), product, place(home, product))


def _checked(text: str, product: str, file: Path) -> Recipe:
    recipe = written.parsed(text, Recipe, str(file))
    try:
        check(recipe, product)
    except Fault as fault:
        raise written.refused(text, str(file), fault.place, fault) from None
    return recipe


def version(text: str) -> str:
    """What tells one state of a recipe from another."""
    return hashlib.sha256(text.encode()).hexdigest()


def begin(home: Path, recipe: Recipe) -> None:
    """Keep the first recipe of a product. Raises ``Conflict`` where it has one."""
    with alone(home, recipe.id):
        file = place(home, recipe.id)
        if file.exists():
            raise Conflict("product-there-already", product=recipe.id)
        durable.write(file, dump(recipe))


def keep(home: Path, product: str, text: str, expected: str | None = None) -> Recipe:
    """Keep an edited recipe. ``expected``: the ``version`` that was edited.

    Raises ``BadInput`` with the line where it is wrong or made for another product, ``Conflict`` where somebody
    else changed it meanwhile; then the old one stays.
    """
    former = source(home, product)
    file = place(home, product)
    if expected is not None and version(former) != expected:
        raise Conflict("recipe-changed-meanwhile", product=product)
    recipe = _checked(text, product, file)
    durable.write(file, text.encode())
    return recipe
