"""What a product tells of its data: the meaning of each column, and the ways to the data."""

from __future__ import annotations

from aas_server.product.recipe import Recipe
from aas_server.product.work import PreparedTable
from aas_server.quality.measures import Described, Told
from aas_server.quality.table import NUMERIC
from submodels.field import Field

_FILES = {
    "quality-way-sample": "sample.csv",
    "quality-way-guide": "guide-book.html",
    "quality-way-datasheet": "datasheet.html",
    "quality-way-dictionary": "variables.csv",
    "quality-way-checksums": "SHA256SUMS",
}


def described(table: PreparedTable, recipe: Recipe, release: str) -> Described:
    """``table``: as it lies in the release, whose documents are looked for beside it.

    The server itself serves every release by its Open API, so that way is always there.
    """
    folder = table.path.parent.parent
    ways = {"quality-way-parquet": table.path.is_file(), "quality-way-api": True}
    ways |= {way: (folder / name).is_file() for way, name in _FILES.items()}
    ways["quality-way-archive"] = (folder / f"{release}.zip").is_file()
    label = recipe.label.column if recipe.label is not None else None
    return Described(tuple(_told(field, field.name == label) for field in table.fields), ways)


def _told(field: Field, is_label: bool) -> Told:
    own_names = {"", field.name, field.id_short}
    needs_unit = field.value_type in NUMERIC and field.role == "feature" and not is_label
    return Told(
        name=field.id_short,
        meaning=bool(field.semantic_id),
        description=any(words not in own_names for words in field.definition.values()),
        unit=field.unit is not None if needs_unit else None,
    )
