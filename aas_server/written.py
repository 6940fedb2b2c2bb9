"""TOML files that people write (recipe, cost sheet, rules): read into a type; a fault is told with its line.

A key that the type does not know is a fault too: a misspelt one would silently leave the default standing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from aas_server import misfit
from aas_server.errors import AasError, BadInput
from aas_server.messages import in_all
from aas_server.misfit import Path_
from aas_server.placing import places

T = TypeVar("T")

MOST_BYTES = 4_000_000
"""Larger than any file a person writes by hand."""


def read(file: Path, kind: type[T]) -> T:
    """The file as ``kind``. Raises ``BadInput`` that names file, line and fault; nothing is guessed."""
    return parsed(text(file), kind, str(file))


def text(file: Path) -> str:
    """What stands in the file. Raises ``BadInput`` where it is not there, too large or no UTF-8."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise BadInput("written-too-large", file=str(file), most=f"{MOST_BYTES:,}")
        return content.decode("utf-8-sig")
    except IsADirectoryError:
        raise BadInput("written-folder", file=str(file)) from None
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput("written-missing", file=str(file)) from None
    except PermissionError:
        raise BadInput("written-forbidden", file=str(file)) from None
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise BadInput("written-not-utf8", file=str(file), line=line, offset=fault.start + 1) from None


def parsed(source: str, kind: type[T], file: str) -> T:
    """TOML text as ``kind``; ``file`` is what errors call it. Raises ``BadInput``."""
    try:
        given = msgspec.toml.decode(source)
    except (ValueError, RecursionError):
        raise unreadable(source, file) from None
    try:
        made = msgspec.convert(given, kind)
    except msgspec.ValidationError as fault:
        path, told = misfit.value(str(fault), kind)
        if misfit.is_missing(str(fault)) and (strange := misfit.misspelt(given, kind, path)):
            path, known = strange[0], ", ".join(strange[1])
            told = in_all("written-key-unknown", entry=misfit.named(path), known=known)
        raise wrong(source, file, path, told) from None
    for path, known in unknown(given, msgspec.to_builtins(made)):
        raise wrong(source, file, path, in_all("written-key-unknown", entry=misfit.named(path), known=known))
    return made


def unreadable(source: str, file: str) -> BadInput:
    """The error that a text is no TOML, with line and remedy."""
    fault = ""
    try:
        msgspec.toml.decode(source)
    except (ValueError, RecursionError) as found:
        fault = str(found)
    line, told = misfit.syntax(fault, source)
    return BadInput("written-unreadable", file=file, line=line, fault=told)


def wrong(source: str, file: str, path: Path_, fault: object) -> BadInput:
    """The error that an entry of the file is wrong: for rules that only the reader of the file knows."""
    return BadInput("written-wrong", file=file, line=line_of(source, path), fault=fault)


def refused(source: str, file: str, path: Path_, error: AasError) -> BadInput:
    """The same, in the words of an error that does not know of the file."""
    return wrong(source, file, path, words(error))


def words(error: AasError) -> dict[str, str]:
    """What an error says, in every language, to stand within another sentence."""
    return {language: said.rstrip(".") for language, said in in_all(error.key, **error.values).items()}


def unknown(given: Any, understood: Any, place: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every key of the file that nothing is called by, with the keys known in its place."""
    if isinstance(given, dict) and isinstance(understood, dict):
        for name, part in given.items():
            if name not in understood:
                yield (*place, name), ", ".join(understood)
            else:
                yield from unknown(part, understood[name], (*place, name))
    elif isinstance(given, list) and isinstance(understood, list | tuple):
        for number, (part, known) in enumerate(zip(given, understood, strict=False)):
            yield from unknown(part, known, (*place, number))


def line_of(source: str, path: Path_) -> int:
    """The line (from 1) on which the entry, or else the nearest table around it, begins."""
    best, found = 0, 1
    for line, place in places(source):
        shared = min(len(place), len(path))
        if place[:shared] == path[:shared] and shared > best:
            best, found = shared, line
    return found
