"""What is wrong in a TOML file, in words for people: a parser's own sentence is English, and for programmers.

The parsers are ``tomllib`` (what is no TOML) and ``msgspec`` (what is TOML, but not what the type asks for).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from aas_server.messages import LANGUAGES, in_all
from submodels.text import Text

Path_ = tuple[str | int, ...]

_PLACE = re.compile(r" - at `(?P<key>key in )?(?P<path>.*)`$", re.DOTALL)
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]+)")
_EXPECTED = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`")
_FLOAT = re.compile(r"(?:int \| )?float")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_CHOICE = re.compile(r"Invalid enum value (?P<value>.*?)(?: - at `|$)", re.DOTALL)
_AT = re.compile(r"\(at line (?P<line>\d+), column \d+\)$")
_KINDS = frozenset(("int", "float", "number", "str", "bool", "array", "object", "date", "datetime", "time"))
_SYNTAX = {
    "twice": r"Cannot overwrite a value|Cannot declare|Duplicate inline table key|Cannot (mutate|redefine)",
    "equals": r"Expected '=' after a key",
    "brackets": r"Expected '\]\]?' at the end",
    "newline": r"Expected newline or end of document",
    "text-open": r"Unterminated string|Illegal character '\\[nr]'|Expected [\"']",
    "array-open": r"Unclosed (array|inline table)",
    "character": r"Illegal character|Found invalid character|Unescaped|Escaped character|Invalid hex value",
    "value": r"Invalid (value|date)",
    "number": r"Exceeds the limit",
    "key": r"Invalid (initial character|statement)",
}


def syntax(fault: str, source: str) -> tuple[int, Text]:
    """The line (from 1) and the sentence of what ``tomllib`` says of a text that is no TOML."""
    place = _AT.search(fault)
    line = int(place["line"]) if place else len(source.splitlines()) or 1
    if fault.startswith("Exceeds"):
        line = max(enumerate(source.splitlines(), 1), key=lambda each: len(each[1]))[0]
    name = next((name for name, said in _SYNTAX.items() if re.match(said, fault)), "unknown")
    return line, in_all(f"written-syntax-{name}")


def value(fault: str, kind: Any) -> tuple[Path_, Text]:
    """The entry, and the sentence of what ``msgspec`` says of a value that does not fit ``kind``."""
    path = _path(fault)
    entry = named(path)
    if found := _MISSING.match(fault):
        return path, in_all("written-entry-missing", name=found["name"])
    if found := _CHOICE.match(fault):
        known = ", ".join(map(str, choices(kind, path)))
        return path, in_all("written-choice-unknown", entry=entry, value=found["value"].strip("'"), known=known)
    if found := _EXPECTED.match(fault):
        expected, got = _kinds(_FLOAT.sub("number", found["expected"])), _kinds(found["got"])
        return path, in_all("written-kind-wrong", entry=entry, expected=expected, got=got)
    return path, in_all("written-value-wrong", entry=entry)


def is_missing(fault: str) -> bool:
    """Whether ``msgspec`` says that an entry is missing."""
    return _MISSING.match(fault) is not None


def named(path: Path_) -> str:
    """An entry as people call it: ``costing.labour.2.months``, numbers from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


def choices(kind: Any, path: Path_) -> tuple[object, ...]:
    """The values that a type allows in a place, nothing where it names none."""
    return tuple(value for one in _at(kind, path) for value in _values(one))


def misspelt(given: Any, kind: Any, path: Path_) -> tuple[Path_, tuple[str, ...]] | None:
    """The first entry in a place that the type does not know, with the names it knows there: where an entry is
    missing, that is the one meant."""
    known = tuple(name for one in _at(kind, path) for name in _names(one))
    try:
        for step in path:
            given = given[step]
    except (KeyError, IndexError, TypeError):
        known = ()
    if not known:
        # Below a table with free names: the parser does not say which of them it is.
        return None
    strange = next((name for name in given if name not in known), None)
    return None if strange is None else ((*path, strange), known)


def _at(kind: Any, path: Path_) -> list[inspect.Type]:
    found = [inspect.type_info(kind)]
    for step in path:
        found = [inner for one in found for inner in _inner(one, step)]
    return found


def _names(kind: inspect.Type) -> Iterator[str]:
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _names(one)
    elif isinstance(kind, inspect.DataclassType | inspect.StructType):
        yield from (field.encode_name for field in kind.fields)


def _inner(kind: inspect.Type, step: str | int) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _inner(one, step)
    elif isinstance(kind, inspect.DataclassType | inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, inspect.ListType | inspect.VarTupleType):
        yield kind.item_type


def _values(kind: inspect.Type) -> Iterator[object]:
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _values(one)
    elif isinstance(kind, inspect.LiteralType):
        yield from kind.values


def _path(fault: str) -> Path_:
    place = _PLACE.search(fault)
    path: list[str | int] = []
    for number, name in _STEP.findall(place["path"].removeprefix("$")) if place else ():
        if name:
            path.append(name)
        elif number.isdigit():
            path.append(int(number))
    return tuple(path)


def _kinds(named: str) -> Text:
    """``int | null`` as people say it; what may be left out is no kind of its own."""
    names = [name for name in named.split(" | ") if name in _KINDS] or ["other"]
    words = [in_all(f"written-kind-{name}") for name in names]
    between = in_all("written-or")
    return {language: between[language].join(word[language] for word in words) for language in LANGUAGES}
