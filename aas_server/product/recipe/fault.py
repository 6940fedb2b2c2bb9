"""What is wrong with an entry that somebody wrote; who knows the file adds its name and line."""

from __future__ import annotations

from pathlib import Path

from aas_server import misfit, written
from aas_server.errors import BadInput
from aas_server.messages import in_all

Place = tuple[str | int, ...]
"""An entry: keys and, in arrays of tables, numbers from 0 (``labour``, 1, ``months``)."""


class Fault(BadInput):
    """A ``BadInput`` that knows its entry."""

    def __init__(self, place: Place, key: str, **values: object) -> None:
        super().__init__(key, **values)
        self.place = place


def in_recipe(fault: Fault, file: Path, part: Place = ()) -> BadInput:
    """The fault with its line in the recipe ``file``, or by its entry where no recipe lies there. ``part``: the
    table that the fault's own place stands in."""
    place = (*part, *fault.place)
    words = {language: said.rstrip(".") for language, said in in_all(fault.key, **fault.values).items()}
    if file.is_file():
        return written.wrong(written.text(file), str(file), place, words)
    return BadInput("costing-wrong", entry=misfit.named(place), fault=words)
