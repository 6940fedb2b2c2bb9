"""What becomes of attachments when their submodel is edited.

An attachment belongs to a File element. It goes where the element goes: to another index of its list, or away. It
stays while the element's ``value`` names a file here, and goes when the element loses its value or points
elsewhere. An element that was replaced keeps its attachment where its ``value`` is still the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aas_server.errors import NotFound
from aas_server.twin.elements import find, walk
from aas_server.twin.plain import Json

_ELSEWHERE = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class Holder:
    """A File element that holds an attachment, as it stood before the edit."""

    path: str
    element: Json
    value: str | None


def of_elements(attachments: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Attachments by idShort path, without the files of a package that no element names: they have a path in it,
    and no edit concerns them."""
    return {path: file for path, file in attachments.items() if not path.startswith("/")}


def holders(submodel: Json, paths: Iterable[str]) -> list[Holder]:
    """The elements that hold attachments, before an edit."""
    found = []
    for path in paths:
        try:
            element = find(submodel, path)
        except NotFound:
            continue
        found.append(Holder(path, element, element.get("value")))
    return found


def followed(before: Iterable[Holder], submodel: Json) -> Mapping[str, str]:
    """Where attachments lie after an edit: path before → path now. What is not named has gone."""
    files = {path: element for path, element in walk(submodel) if element["modelType"] == "File"}
    where = {id(element): path for path, element in files.items()}
    moved: dict[str, str] = {}
    replaced: list[Holder] = []
    for holder in before:
        path = where.get(id(holder.element))
        if path is None:
            replaced.append(holder)
        elif _is_here(holder, files[path].get("value")):
            moved[holder.path] = path
    _match(replaced, files, moved)
    return moved


def _is_here(holder: Holder, value: str | None) -> bool:
    return value == holder.value or (value is not None and _ELSEWHERE.match(value) is None)


def _match(replaced: list[Holder], files: Mapping[str, Json], moved: dict[str, str]) -> None:
    """Find replaced elements by path and value, then (they have moved in a list) by value alone."""
    taken = set(moved.values())
    lost = []
    for holder in replaced:
        if holder.path in files and holder.path not in taken and files[holder.path].get("value") == holder.value:
            moved[holder.path] = holder.path
            taken.add(holder.path)
        elif holder.value is not None:
            lost.append(holder)
    for holder in lost:
        for path, element in files.items():
            if path not in taken and element.get("value") == holder.value:
                moved[holder.path] = path
                taken.add(path)
                break
