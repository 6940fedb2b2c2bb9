"""Where an element stands: idShort paths (``A.B[0].C``, IDTA-01002 clause 5.3) and walking a submodel.

Submodels are plain JSON here, as they are stored. Children live under ``submodelElements`` (submodel), ``value``
(collection, list), ``statements`` (entity) or ``annotations`` (annotated relationship).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aas_server.errors import BadInput, NotFound
from aas_server.twin.plain import Json

Step = str | int
"""A child's idShort, or its index in a list."""

CHILDREN = {
    "Submodel": "submodelElements",
    "SubmodelElementCollection": "value",
    "SubmodelElementList": "value",
    "Entity": "statements",
    "AnnotatedRelationshipElement": "annotations",
}
VARIABLES = ("inputVariables", "outputVariables", "inoutputVariables")
"""Where an operation's elements stand, each as the ``value`` of a variable; they have no idShort path."""

_PART = re.compile(r"([^.\[\]]+)((?:\[(?:0|[1-9]\d{0,8})\])*)", re.ASCII)
_INDEX = re.compile(r"\[(\d+)\]", re.ASCII)


def steps(path: str) -> list[Step]:
    """The steps of an idShort path. Raises ``BadInput`` where it is malformed."""
    result: list[Step] = []
    for part in path.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            raise BadInput("path-malformed", path=path)
        result.append(match[1])
        result.extend(int(index) for index in _INDEX.findall(match[2]))
    return result


def join(parent: str, step: Step) -> str:
    """The path of a child."""
    if isinstance(step, int):
        return f"{parent}[{step}]"
    return f"{parent}.{step}" if parent else step


def children(element: Json) -> list[Json]:
    """An element's direct children, in order; empty for one that can have none."""
    found: list[Json] = element.get(CHILDREN.get(element["modelType"], ""), [])
    return found


def numbered(element: Json) -> bool:
    """Whether the children are known by index (a list) and not by idShort."""
    return bool(element["modelType"] == "SubmodelElementList")


def steps_of(element: Json) -> Iterator[tuple[Step, Json]]:
    """The direct children with the step that leads to each."""
    for index, child in enumerate(children(element)):
        yield (index if numbered(element) else child["idShort"]), child


def trail(submodel: Json, path: str) -> list[Json]:
    """The elements along a path, the one it names last. Raises ``NotFound`` and ``BadInput``."""
    found: list[Json] = []
    place = submodel
    for step in steps(path):
        place = _child(place, step, path, submodel)
        found.append(place)
    return found


def find(submodel: Json, path: str) -> Json:
    """The element at a path. Raises ``NotFound`` and ``BadInput``."""
    return trail(submodel, path)[-1]


def walk(element: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every element below with its path, parents first."""
    for step, child in steps_of(element):
        where = join(path, step)
        yield where, child
        yield from walk(child, where)


def _child(place: Json, step: Step, path: str, submodel: Json) -> Json:
    inside = children(place)
    if isinstance(step, int):
        if numbered(place) and step < len(inside):
            return inside[step]
    elif not numbered(place):
        for child in inside:
            if child.get("idShort") == step:
                return child
    raise NotFound("element-missing", path=path, submodel=submodel["id"])
