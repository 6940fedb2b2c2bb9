"""Verifying a submodel after an edit without verifying all of it again.

Before the edit the submodel was valid. What can have become invalid is what changed, and its ancestors, whose
invariants look at their children: idShorts (AASd-022, AASd-117), the typing of lists (AASd-107, -108, -109, -114),
qualifiers of templates (AASd-129). So a *fragment* is verified: the ancestors with their own attributes, the
changed elements whole, and of their siblings only those that such an invariant would compare them with. Where
the fragment has a fault the whole submodel is verified, so that the fault's path is the one a reader finds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from aas_core3_1 import jsonization

from aas_server.errors import BadInput
from aas_server.twin.elements import CHILDREN, Step, children, numbered, steps
from aas_server.twin.index import keys
from aas_server.twin.metamodel import MAX_DEPTH, Verified, bound_depth, faults_of, parsed, verified
from aas_server.twin.plain import Json

MANY = 100
"""Changed elements from which on verifying the whole is no dearer than picking them out."""

_Tree = dict[Step, Any]
"""The steps that lead to changed elements; an empty tree is a changed element itself."""


@dataclass(slots=True)
class Fragment:
    """What was verified of a submodel. ``canonical`` is the fragment in the metamodel's order; ``whole`` where the
    whole submodel was verified instead."""

    submodel: Json
    tree: _Tree
    canonical: Json | None
    whole: Verified | None = None

    def document(self) -> Verified:
        """The submodel with what changed in canonical form; what did not change is written as it was stored."""
        if self.whole is not None:
            return self.whole
        if self.canonical is not None:
            _put_back(self.submodel, self.canonical, self.tree)
        body = msgspec.json.encode(self.submodel)
        return Verified("submodel", self.submodel["id"], body, keys("submodel", self.submodel))


def checked(submodel: Json, changed: Collection[str], max_depth: int = MAX_DEPTH) -> Fragment:
    """Verify what changed: the elements at these paths (``""``: the submodel itself; none: elements were only
    removed). Raises ``BadInput`` with constraint and path."""
    if "" in changed or len(changed) > MANY:
        return _whole(submodel, max_depth)
    if not changed:
        return Fragment(submodel, {}, None)
    tree = _tree(changed)
    fragment = _pruned(submodel, tree)
    bound_depth(fragment, max_depth)
    try:
        instance = parsed("submodel", fragment)
        if any(faults_of(instance)):
            return _whole(submodel, max_depth)
        canonical = jsonization.to_jsonable(instance)
    except BadInput:
        return _whole(submodel, max_depth)
    except RecursionError:
        raise BadInput("json-too-deep", limit=max_depth) from None
    assert isinstance(canonical, dict)
    return Fragment(submodel, tree, canonical)


def _whole(submodel: Json, max_depth: int) -> Fragment:
    bound_depth(submodel, max_depth)
    return Fragment(submodel, {}, None, verified("submodel", submodel))


def _tree(changed: Collection[str]) -> _Tree:
    """The paths as a tree; what lies below a changed element is part of it."""
    root: _Tree = {}
    for path in sorted(changed, key=len, reverse=True):
        *above, last = steps(path)
        place = root
        for step in above:
            place = place.setdefault(step, {})
        place[last] = {}
    return root


def _pruned(place: Json, tree: _Tree) -> Json:
    """The element with only those children that the tree names (first, in its order) and those that they are
    compared with."""
    inside, below = children(place), CHILDREN[place["modelType"]]
    compared: list[Json] = []
    if numbered(place):
        named = [inside[step] for step in tree if isinstance(step, int)]
        meant = (child for index, child in enumerate(inside) if index not in tree and "semanticId" in child)
        compared += [_childless(child) for child in meant][:1]
    else:
        by_name: dict[str, list[Json]] = {}
        for child in inside:
            by_name.setdefault(child["idShort"], []).append(child)
        named = [by_name[str(step)][0] for step in tree]
        compared += [_childless(child) for step in tree for child in by_name[str(step)][1:]]
    kept = [_pruned(child, below_it) if below_it else child for child, below_it in _pairs(named, tree)]
    return place | {below: kept + compared}


def _pairs(named: list[Json], tree: _Tree) -> list[tuple[Json, _Tree]]:
    return list(zip(named, tree.values(), strict=True))


def _childless(element: Json) -> Json:
    below = CHILDREN.get(element["modelType"])
    return {name: part for name, part in element.items() if name != below}


def _put_back(place: Json, canonical: Json, tree: _Tree) -> None:
    """Bring canonical form into the submodel: changed elements whole, ancestors in the order of attributes."""
    if not tree:
        place.clear()
        place.update(canonical)
        return
    below = CHILDREN[place["modelType"]]
    ordered = {name: place[name] for name in canonical}
    place.clear()
    place.update(ordered)
    by_step = {index if numbered(place) else child["idShort"]: child for index, child in enumerate(place[below])}
    for (step, under), child in zip(tree.items(), canonical[below], strict=False):
        _put_back(by_step[step], child, under)
