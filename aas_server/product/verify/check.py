"""What step 6 would refuse, asked before a release is made."""

from __future__ import annotations

from dataclasses import replace

from aas_server.errors import BadInput
from aas_server.product import conversion
from aas_server.product.recipe import Recipe
from aas_server.product.verify import tables
from aas_server.product.work import Collected, Prepared, Work
from aas_server.quality import profile as profiles
from aas_server.quality.assess import assess
from aas_server.quality.findings import rule_broken
from aas_server.quality.table import Table
from aas_server.store import records


def check(work: Work) -> None:
    """Raises ``BadInput`` for a profile that is not there or is wrong."""
    profiles.load(work.recipe.quality.profile)


def check_data(work: Work, collected: Collected, prepared: Prepared) -> None:
    """Ask everything of one row. Raises ``BadInput`` for a key, range, list or rule that names a column that is
    not there, or a rule that cannot be asked."""
    check_declared(work.recipe, collected)
    recipe = replace(work.recipe, quality=conversion.ranges_as_sold(work.recipe, collected.main.fields))
    with records.connect(work.folder / "spill") as connection:
        whole = tables.sold(connection, prepared.main, recipe, prepared.companions)
        records.lock(connection, tuple(part.path for part in prepared.tables))
        check_key(recipe, whole)
        first = replace(whole, relation=_first(whole.relation), rules=whole.rules and _first(whole.rules))
        assess(first, profiles.load(recipe.quality.profile), recipe.quality)
        rule_broken.find(first, recipe.quality)


def _first(relation: str) -> str:
    return f"(SELECT * FROM {relation} LIMIT 1)"  # noqa: S608


def check_key(recipe: Recipe, table: Table) -> None:
    """Raises ``BadInput`` for a key column that the table lacks."""
    for name in recipe.quality.key:
        if name not in table.names:
            raise BadInput("quality-key-unknown", column=name, known=", ".join(table.names))


def check_declared(recipe: Recipe, collected: Collected) -> None:
    """A range, type or list for a column that no stream has would be checked nowhere."""
    known = {field.name for stream in collected.streams for field in stream.fields}
    said = recipe.quality
    for name in said.ranges:
        if name not in known:
            raise BadInput("quality-range-unknown", column=name, known=", ".join(sorted(known)))
    for part, columns in (("quality.types", said.types), ("quality.lists", said.lists)):
        for name in columns:
            if name not in known:
                raise BadInput("quality-declared-unknown", part=part, column=name, known=", ".join(sorted(known)))
