"""What is wrong with an entry that somebody wrote; who knows the file adds its name and line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from aas_server import misfit, written
from aas_server.errors import AasError, BadInput

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
    if file.is_file():
        return written.refused(written.text(file), str(file), place, fault)
    return BadInput("costing-wrong", entry=misfit.named(place), fault=written.words(fault))


def located(error: AasError, file: Path) -> AasError:
    """A step's error with the line of the recipe ``file`` that it speaks of (``places.toml``); as it is where it
    speaks of none."""
    if isinstance(error, Fault):
        return in_recipe(error, file)
    entry = _places().get(error.key)
    if entry is None or not file.is_file():
        return error
    place = tuple(step for part in entry.split(".") for step in _steps(part, error.values))
    return written.refused(written.text(file), str(file), place, error)


@contextmanager
def blamed(file: Path) -> Iterator[None]:
    """While a step works by the recipe ``file``: what it refuses is told with its line."""
    try:
        yield
    except AasError as error:
        told = located(error, file)
        if told is error:
            raise
        raise told from error


def _steps(part: str, values: Mapping[str, object]) -> Place:
    """A part of an entry; ``place`` and ``part`` are entries themselves, with numbers from 1."""
    said = part.format_map(values)
    if part not in ("{place}", "{part}"):
        return (said,)
    return tuple(int(one) - 1 if one.isdecimal() and int(one) else one for one in said.split("."))


@cache
def _places() -> Mapping[str, str]:
    return tomllib.loads(Path(__file__).with_name("places.toml").read_text("utf-8"))
