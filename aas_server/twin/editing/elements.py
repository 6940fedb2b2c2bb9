"""Editing a submodel's elements: adding, replacing, merging, removing them (IDTA-01002, Submodel Service).

All work in place on plain JSON that was valid before; what they put in is verified afterwards (``fragments``).
"""

from __future__ import annotations

from typing import Any

from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.twin.elements import CHILDREN, Step, children, find, join, numbered, steps
from aas_server.twin.plain import Json
from aas_server.twin.views import VALUES, refuse


def add(submodel: Json, parent: str, element: Json) -> str:
    """Put a new element below ``parent`` (``""``: the submodel), in a list at its end; returns its path. Raises
    ``Conflict`` where its idShort is taken, ``NotFound``, ``BadInput``."""
    place = _parent(submodel, parent)
    if numbered(place):
        path = join(parent, len(children(place)))
    else:
        name = _name(element, parent)
        path = join(parent, name)
        if _index(place, name) is not None:
            raise Conflict("element-exists", path=path, submodel=submodel["id"])
    _below(place).append(element)
    return path


def replace(submodel: Json, path: str, element: Json) -> bool:
    """Put an element in place of the one at ``path``, or where there is none yet (in a list: right behind the last
    one); whether it is new. The element takes the idShort of the path. Raises ``NotFound`` for a missing parent,
    ``BadInput`` for another idShort."""
    parent, step = split(path)
    place = _parent(submodel, parent)
    index = _index(place, step)
    if isinstance(step, str):
        _agree(element.setdefault("idShort", step), step, path)
    if index is not None:
        _below(place)[index] = element
        return False
    if numbered(place) != isinstance(step, int) or (isinstance(step, int) and step != len(children(place))):
        raise NotFound("element-missing", path=path, submodel=submodel["id"])
    _below(place).append(element)
    return True


def remove(submodel: Json, path: str) -> None:
    """Take an element out; those behind it in a list move up. Raises ``NotFound``."""
    find(submodel, path)
    parent, step = split(path)
    place = _parent(submodel, parent)
    index = _index(place, step)
    assert index is not None
    inside = children(place)
    del inside[index]
    if not inside:
        del place[CHILDREN[place["modelType"]]]


def merge(place: Json, given: Json, path: str = "") -> None:
    """Change what is given of a submodel or element (``path`` is its own): attributes are replaced, children are
    merged by idShort or, where there is none, added; a list's children are merged one by one where as many are
    given as there are, else they are replaced together. What is not given stays. Raises ``BadInput`` where id,
    modelType or, of an element, idShort differ."""
    kind = place["modelType"]
    if given.get("modelType", kind) != kind:
        raise BadInput("model-type-differs", path=path or "/", given=given["modelType"], there=kind)
    if kind == "Submodel" and given.get("id", place["id"]) != place["id"]:
        key = "id-differs" if isinstance(given["id"], str) else "id-no-text"
        raise BadInput(key, kind="submodel", id=given["id"], path=place["id"])
    if kind != "Submodel" and "idShort" in given:
        _agree(given["idShort"], place.get("idShort"), path)
    for name, part in given.items():
        if name == CHILDREN.get(kind) and isinstance(part, list):
            (_merge_list if numbered(place) else _merge_children)(place, part, path)
        else:
            place[name] = part


def merge_metadata(place: Json, given: Json, path: str = "") -> None:
    """``merge`` for the ``$metadata`` form. Raises ``BadInput`` where a value or children are given."""
    refuse(place, "$metadata")
    for name in VALUES.get(place["modelType"], ()):
        if name in given:
            raise BadInput("metadata-holds-value", path=path or "/", name=name)
    merge(place, given, path)


def split(path: str) -> tuple[str, Step]:
    """The parent's path (``""``: the submodel) and the last step. Raises ``BadInput`` where it is malformed."""
    *above, last = steps(path)
    parent = ""
    for step in above:
        parent = join(parent, step)
    return parent, last


def _parent(submodel: Json, path: str) -> Json:
    """What can have children at a path. Raises ``BadInput`` where it can have none."""
    place = find(submodel, path) if path else submodel
    if place["modelType"] not in CHILDREN:
        raise BadInput("element-childless", path=path, type=place["modelType"])
    return place


def _below(place: Json) -> list[Json]:
    """An element's children as the list that is part of it."""
    inside: list[Json] = place.setdefault(CHILDREN[place["modelType"]], [])
    return inside


def _index(place: Json, step: Step) -> int | None:
    inside = children(place)
    if isinstance(step, int):
        return step if numbered(place) and step < len(inside) else None
    if numbered(place):
        return None
    return next((index for index, child in enumerate(inside) if child.get("idShort") == step), None)


def _name(element: Json, parent: str) -> str:
    name = element.get("idShort")
    if not isinstance(name, str) or not name:
        raise BadInput("element-without-id-short", path=parent or "/")
    return name


def _agree(given: Any, wanted: str | None, path: str) -> None:
    if given != wanted:
        raise BadInput("id-short-differs", path=path, given=given)


def _merge_children(place: Json, given: list[Any], path: str) -> None:
    inside = _below(place)
    for child in given:
        if not isinstance(child, dict):
            raise BadInput("element-no-object", path=path or "/")
        name = _name(child, path)
        index = _index(place, name)
        if index is None:
            inside.append(child)
        else:
            _merge_at(inside, index, child, join(path, name))


def _merge_list(place: Json, given: list[Any], path: str) -> None:
    inside = children(place)
    if len(given) != len(inside) or not all(isinstance(child, dict) for child in given):
        place[CHILDREN[place["modelType"]]] = given
        return
    for index, child in enumerate(given):
        _merge_at(inside, index, child, join(path, index))


def _merge_at(inside: list[Json], index: int, given: Json, path: str) -> None:
    """Merge a child into the one there, or put it in its place where it is another."""
    there = inside[index]
    if all(given.get(name, there.get(name)) == there.get(name) for name in ("modelType", "idShort")):
        merge(there, given, path)
    else:
        inside[index] = given
