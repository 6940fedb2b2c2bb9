"""What the recipe says of columns for step 3, asked before anything is learnt."""

from __future__ import annotations

from aas_server.errors import BadInput
from aas_server.product.train.words import listed
from aas_server.product.work import Collected, Prepared, Work


def check(work: Work, collected: Collected, prepared: Prepared) -> None:
    """Raises ``BadInput`` for a column that nothing is called: a misspelt ``leave_out`` would leave a column in.
    One that came and is not sold may be named."""
    fields = (*collected.main.fields, *prepared.main.fields)
    known = {field.name for field in fields} | {field.id_short for field in fields}
    how = work.recipe.modelling
    for entry, columns in (("leave_out", how.leave_out), ("known_before", how.known_before)):
        for column in columns:
            if column not in known:
                names = listed(list(dict.fromkeys(field.name for field in prepared.main.fields)))
                raise BadInput("train-column-unknown", entry=entry, column=column, known=names)
