"""Single entries of a ``product.toml`` changed, with its comments and order kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, Item

from aas_server import written
from aas_server.errors import BadInput
from aas_server.product.recipe.whole import Recipe

_PART = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^."\s]+))\s*(?:\.|$)')
_MOST = 200
"""Changes at once: more than any form or command line bears."""


def changed(source: str, changes: Mapping[str, str | None], file: str) -> str:
    """The recipe with entries set, each named as errors name it (``costing.labour.2.months``; a name with dots in
    double quotes); ``None`` takes an entry out, so that its default holds.

    A value is TOML (``3``, ``["N"]``, ``{ min = 0.0 }``); one that is none, or does not fit so, is a text.
    Raises ``BadInput`` that names the entry or the line; the result is a valid recipe.
    """
    if len(changes) > _MOST:
        raise BadInput("recipe-changes-many", most=_MOST)
    for entry, value in changes.items():
        source = _with(source, entry, value, file)
    written.parsed(source, Recipe, file)
    return source


def _with(source: str, entry: str, value: str | None, file: str) -> str:
    path = _path(entry)
    if value is None:
        return _put(source, path, None, entry, file)
    meant = _as_toml(value)
    if meant is None:
        return _put(source, path, tomlkit.string(value), entry, file)
    made = _put(source, path, meant, entry, file)
    try:
        written.parsed(made, Recipe, file)
    except BadInput:
        as_text = _put(source, path, tomlkit.string(value), entry, file)
        try:
            written.parsed(as_text, Recipe, file)
        except BadInput:
            return made
        return as_text
    return made


def _put(source: str, path: list[str], value: Item | None, entry: str, file: str) -> str:
    try:
        document = tomlkit.parse(source)
    except TOMLKitError:
        raise written.unreadable(source, file) from None
    place: Any = document
    for name in path[:-1]:
        place = _inner(place, name, entry)
    last = path[-1]
    if isinstance(place, list):
        number = _number(place, last, entry)
        if value is None:
            del place[number]
        else:
            place[number] = value
    elif value is not None:
        place[last] = value
    elif last in place:
        del place[last]
    else:
        raise BadInput("recipe-entry-missing", entry=entry)
    return tomlkit.dumps(document)


def _inner(place: Any, name: str, entry: str) -> Any:
    """The table or list of that name; a table that is not there yet is made."""
    if isinstance(place, list):
        return place[_number(place, name, entry)]
    if name not in place:
        place[name] = tomlkit.table()
    inner = place[name]
    if not isinstance(inner, dict | AoT | Array):
        raise BadInput("recipe-entry-no-table", entry=entry, name=name)
    return inner


def _number(place: list[Any], name: str, entry: str) -> int:
    if not name.isdigit() or not 1 <= int(name) <= len(place):
        raise BadInput("recipe-entry-number", entry=entry, name=name, count=len(place))
    return int(name) - 1


def _path(entry: str) -> list[str]:
    names: list[str] = []
    end = 0
    while end < len(entry):
        part = _PART.match(entry, end)
        if part is None:
            raise BadInput("recipe-entry-unreadable", entry=entry)
        quoted, plain = part.groups()
        names.append(plain if quoted is None else quoted.replace('\\"', '"').replace("\\\\", "\\"))
        end = part.end()
    if not names or entry.rstrip().endswith("."):
        raise BadInput("recipe-entry-unreadable", entry=entry)
    return names


def _as_toml(value: str) -> Item | None:
    """The value as TOML, ``None`` where it is none (a bare word)."""
    try:
        document = tomlkit.parse(f"value = {value}\n")
    except TOMLKitError:
        return None
    meant = document.item("value") if len(document) == 1 else None
    return meant if isinstance(meant, Item) else None
