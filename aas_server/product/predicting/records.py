"""Records as the factory sends them, made rows of the release: by the rules that the release bears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aas_server.errors import BadInput
from aas_server.product.predicting import cleaning
from aas_server.product.predicting.rows import Cell, Rows
from aas_server.product.predicting.signature import Signature

Values = Literal["released", "raw"]
Changed = Mapping[str, Cell]
"""Values that the model was given in place of those that were sent, by idShort."""


@dataclass(slots=True)
class CleanedRows:
    """``changed`` by the row's place; ``operations``: how many cells each changed; ``ignored``: columns of a raw
    record that are no input."""

    rows: Rows
    changed: dict[int, dict[str, Cell]] = field(default_factory=dict)
    operations: Counter[str] = field(default_factory=Counter)
    ignored: tuple[str, ...] = ()

    def note(self, row: int, column: str, value: Cell, operations: tuple[str, ...]) -> None:
        if operations:
            self.changed.setdefault(row, {})[column] = value
            self.operations.update(operations)


def cleaned(rows: Rows, signature: Signature, values: Values) -> CleanedRows:
    """``raw``: every cell cleaned. ``released``: only what says "no value" becomes missing, and that only where
    the release can hold no such value.

    Raises ``BadInput`` for raw records where the release cannot clean them, or that bear a column which is kept
    back, or no time that could be read where the scale depends on it.
    """
    if values == "released":
        return _released(rows, signature)
    if signature.rules is None:
        raise BadInput("predict-raw-unknown", release=signature.release, id=signature.product)
    inputs = {name: cells for name, cells in rows.cells.items() if name in signature.places}
    ignored = tuple(name for name in rows.cells if name not in inputs)
    done = CleanedRows(Rows(rows.count, inputs, rows.text), ignored=ignored)
    _check_kept_back(inputs, signature)
    moments = _moments(rows, signature.rules)
    for name, rule, short in _ruled(inputs, signature):
        inputs[name] = list(inputs[name])
        for row, cell in enumerate(inputs[name]):
            value, operations = cleaning.raw(signature.rules, rule, cell, moments[row])
            inputs[name][row] = value
            done.note(row, short, value, operations)
    _check_empty(done)
    return done


def _check_empty(done: CleanedRows) -> None:
    """A row that bore readings and has none left is no row without inputs: it is said otherwise."""
    for row, changed in done.changed.items():
        if all(column[row] is None for column in done.rows.cells.values()):
            raise BadInput("predict-raw-empty", row=row + 1, columns=", ".join(changed))


def _released(rows: Rows, signature: Signature) -> CleanedRows:
    done = CleanedRows(Rows(rows.count, dict(rows.cells), rows.text))
    rules = signature.rules or {"missing_words": ()}
    for name, rule, short in _ruled(rows.cells, signature):
        if not rule["codes"] and not rules["missing_words"]:
            continue
        cells = done.rows.cells[name] = list(rows.cells[name])
        for row, cell in enumerate(cells):
            if cell is not None and (said := cleaning.released(rules, rule, cell)):
                cells[row] = None
                done.note(row, short, None, (said,))
    return done


def _ruled(cells: Mapping[str, list[Cell]], signature: Signature) -> list[tuple[str, Mapping[str, Any], str]]:
    """The columns for which there is a rule: as they were called, the rule, the idShort."""
    known = signature.rules["columns"] if signature.rules else {}
    named = [(name, signature.features[signature.places[name]]) for name in cells if name in signature.places]
    return [(name, known[one.id_short], one.id_short) for name, one in named if one.id_short in known]


def _check_kept_back(cells: Mapping[str, list[Cell]], signature: Signature) -> None:
    only = set(signature.rules["as_released"]) if signature.rules else set()
    for name, column in cells.items():
        if signature.features[signature.places[name]].id_short in only:
            row = next((at for at, cell in enumerate(column, 1) if cell is not None), None)
            if row is not None:
                raise BadInput("predict-raw-kept", row=row, column=name)


def _moments(rows: Rows, rules: Mapping[str, Any]) -> list[datetime | None]:
    """Each record's time, where a rule asks for one."""
    name = next((name for name in rules["time"] if name in rows.cells), None)
    if name is None or not any(rule["scale"] for rule in rules["columns"].values()):
        return [None] * rows.count
    found: list[datetime | None] = []
    for row, cell in enumerate(rows.cells[name], 1):
        try:
            found.append(cleaning.moment(rules, cell))
        except ValueError:
            raise BadInput("predict-raw-time", row=row, column=name, value=str(cell)[:100]) from None
    return found
