"""idShorts that the metamodel allows (AASd-002, AASd-022, AASd-117, AASd-134), and references that follow them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aas_server.ids import id_short, is_id_short
from aas_server.twin.elements import CHILDREN, VARIABLES
from aas_server.twin.package.repair.notes import Notes, free_name
from aas_server.twin.plain import Json

Steps = tuple[str, ...]
NewNames = dict[Steps, str]
"""Where an element stood, from the submodel's id on, and what the last step is called now."""

_NAME = 128
"""Characters of a display name."""


def legalised(document: Json, notes: Notes) -> NewNames:
    """Mend the idShorts of a document and of all that is in it; those that an element's path goes by."""
    new_names: NewNames = {}
    given = document.get("idShort")
    if given is not None and not is_id_short(given):
        _rename(document, id_short(given), "", notes)
    _inside(document, "", (document["id"],), notes, new_names)
    return new_names


def follow(documents: list[Json], new_names: Mapping[Steps, str]) -> Iterator[tuple[int, str, str, str]]:
    """Lead references to renamed elements on: number of the document, path, key before and after of each."""
    if not new_names:
        return
    for number, document in enumerate(documents):
        for path, reference in _references(document, ""):
            steps = tuple(str(key.get("value")) for key in reference["keys"])
            for end in range(2, len(steps) + 1):
                new = new_names.get(steps[:end])
                if new is not None and new != steps[end - 1]:
                    reference["keys"][end - 1]["value"] = new
                    yield number, f"{path}.keys[{end - 1}].value", steps[end - 1], new


def _inside(element: Json, path: str, steps: Steps, notes: Notes, new_names: NewNames) -> None:
    place = CHILDREN.get(element["modelType"])
    if place is not None and isinstance(element.get(place), list):
        children: list[Json] = element[place]
        base = f"{path}.{place}".lstrip(".")
        before = [child.get("idShort") for child in children]
        listed = element["modelType"] == "SubmodelElementList"
        _siblings(children, [f"{base}[{number}]" for number in range(len(children))], listed, notes)
        known = set[str]()
        for number, child in enumerate(children):
            step = str(number) if listed else (before[number] or child["idShort"])
            own = (*steps, step)
            if not listed and step not in known and child["idShort"] != step:
                new_names[own] = child["idShort"]
            known.add(step)
            _inside(child, f"{base}[{number}]", own, notes, new_names)
    if element["modelType"] == "Operation":
        _operation(element, path, steps, notes, new_names)


def _operation(element: Json, path: str, steps: Steps, notes: Notes, new_names: NewNames) -> None:
    """An operation's variables share one name space."""
    found = [
        (variable["value"], f"{path}.{name}[{number}].value".lstrip("."))
        for name in VARIABLES
        for number, variable in enumerate(element.get(name, ()))
    ]
    before = [one.get("idShort") for one, _ in found]
    _siblings([one for one, _ in found], [where for _, where in found], False, notes)
    for (one, where), old in zip(found, before, strict=True):
        own = (*steps, old or one["idShort"])
        if old is not None and one["idShort"] != old:
            new_names.setdefault(own, one["idShort"])
        _inside(one, where, own, notes, new_names)


def _siblings(elements: list[Json], paths: list[str], listed: bool, notes: Notes) -> None:
    """Legal idShorts, no two the same. Those that are legal keep theirs before any other gets one."""
    legal = [one.get("idShort") for one in elements if is_id_short(one.get("idShort") or "")]
    taken = {name.lower() for name in legal if name}
    first = set[str]()
    numbers: dict[str, int] = {}
    for element, path in zip(elements, paths, strict=True):
        given = element.get("idShort")
        if given is None and listed:
            continue
        if given is not None and is_id_short(given) and given not in first:
            first.add(given)
            continue
        free = _free(id_short(given if given else _called(element)), taken, numbers)
        _rename(element, free, path, notes)


def _free(wanted: str, taken: set[str], numbers: dict[str, int]) -> str:
    """The idShort, with a number where another bears it already but for upper and lower case."""
    free = free_name(wanted.lower(), taken, numbers, "_")
    return wanted + free[len(wanted) :]


def _called(element: Json) -> str:
    """A name for an element without one: its display name, English first, else its class."""
    names = sorted(element.get("displayName", ()), key=lambda one: not one["language"].startswith("en"))
    return str(names[0]["text"] if names else element["modelType"])


def _rename(element: Json, now: str, path: str, notes: Notes) -> None:
    """Give an idShort. The one it had becomes the display name, else it is kept in an extension."""
    given = element.get("idShort")
    element["idShort"] = now
    where = f"{path}.idShort".lstrip(".")
    if not given:
        notes.mended(where, "repair-id-short-missing", now=now)
        return
    if "displayName" in element or len(given) > _NAME:
        notes.extend(element, "idShort", given)
    else:
        korean = any("\uac00" <= letter <= "\ud7a3" for letter in given)
        element["displayName"] = [{"language": "ko" if korean else "en", "text": given}]
    notes.mended(
        where, "repair-id-short" if not is_id_short(given) else "repair-id-short-twice", given=given, now=now
    )


def _references(value: Any, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from _references(part, f"{path}[{number}]")
    elif isinstance(value, dict):
        if value.get("type") == "ModelReference" and isinstance(value.get("keys"), list):
            yield path, value
        for name, part in value.items():
            if isinstance(part, dict | list):
                yield from _references(part, f"{path}.{name}".lstrip("."))
