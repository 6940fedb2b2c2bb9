"""People: names and numbers of persons become pseudonyms that only the firm can give again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pyarrow as pa

from aas_server.product.preprocess import key as keys
from aas_server.product.preprocess.bench import Bench, Column

_LETTERS = 16
"""Base32 letters of a pseudonym, 80 bits: two people of one firm do not get the same."""


def pseudonymise(bench: Bench, key: bytes) -> None:
    """Each value of a declared column becomes ``P-…``: the start of its HMAC-SHA256 under a key of the product.
    The same person has the same pseudonym in every column, stream and release; without the key there is no way
    back."""
    for name in bench.recipe.cleaning.persons:
        for column in bench.made_of(name):
            if not column.about:
                _replace(bench, column, keys.derived(key, "persons", bench.recipe.id))


def _replace(bench: Bench, column: Column, key: bytes) -> None:
    people = bench.connection.execute(
        f"SELECT DISTINCT {column.sql}::VARCHAR FROM {bench.relation} WHERE {column.sql} IS NOT NULL"  # noqa: S608
    ).fetchall()
    known = [value for (value,) in people]
    named = pa.table(
        {
            "person": pa.array(known, pa.string()),
            "pseudonym": pa.array([pseudonym(key, one) for one in known], pa.string()),
        }
    )
    table = f"people_{column.sql}"
    bench.look_up(table, named)
    (cells,) = bench.counts(f"count({column.sql})")
    columns = ", ".join(
        f"l.{name}" for name in ["row", "time", *(one.sql for one in bench.columns if one is not column)]
    )
    bench.step(
        f"SELECT {columns}, r.pseudonym AS {column.sql} FROM {bench.relation} l "  # noqa: S608
        f"LEFT JOIN {table} r ON l.{column.sql}::VARCHAR = r.person"
    )
    column.kind = "string"
    column.field = replace(column.field, value_type="xs:string", unit=None, minimum=None, maximum=None)
    if column.field.role == "feature":
        column.field = replace(column.field, role="text")
    bench.note("pseudonym", cells, columns=(column.field.id_short,), column=column.field.id_short)


def pseudonym(key: bytes, person: str) -> str:
    """``P-`` and sixteen letters or digits."""
    digest = hmac.new(key, person.encode(), hashlib.sha256).digest()
    return "P-" + base64.b32encode(digest).decode()[:_LETTERS]
