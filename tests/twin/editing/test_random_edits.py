"""Random edits of random submodels: what is stored stays valid, and what was not touched stays as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from aas_server.errors import AasError, BadInput
from aas_server.twin.editing import elements as edit
from aas_server.twin.editing.fragments import checked
from aas_server.twin.editing.values import decode_value, set_value
from aas_server.twin.elements import find, walk
from aas_server.twin.metamodel import verified

Json = dict[str, Any]
NAMES = ("Aa", "Bb", "Cc", "Dd")
MEANINGS = ("urn:a", "urn:b")
LEXICAL = {"xs:int": ("1", "007", "x"), "xs:double": ("1.50", "INF", "1,5"), "xs:string": ("1.50", "한글", "")}


def _meaning(id: str) -> Json:
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": id}]}


@st.composite
def leaves(draw: st.DrawFn) -> Json:
    """A leaf, in one of four wrong."""
    value_type = draw(st.sampled_from([*LEXICAL, "xs:wrong"]))
    element: Json = {"modelType": draw(st.sampled_from(["Property", "Property", "Capability", "File", "Range"]))}
    if element["modelType"] in ("Property", "Range"):
        element["valueType"] = value_type
    if element["modelType"] == "Property":
        element["value"] = draw(st.sampled_from(LEXICAL.get(value_type, ("1",))))
    if element["modelType"] == "File":
        element["value"] = draw(st.sampled_from(["/a.txt", "/b.txt"]))
    if draw(st.integers(0, 3)) == 0:
        element["semanticId"] = _meaning(draw(st.sampled_from(MEANINGS)))
    if draw(st.integers(0, 9)) == 0:
        element["qualifiers"] = [{"type": "T", "valueType": "xs:int", "kind": "TemplateQualifier"}]
    return dict(draw(st.permutations(list(element.items()))))


@st.composite
def containers(draw: st.DrawFn, children: st.SearchStrategy[Json]) -> Json:
    inside = draw(st.lists(children, max_size=3))
    kind = draw(st.sampled_from(["SubmodelElementCollection", "Entity", "SubmodelElementList"]))
    if kind == "SubmodelElementList":
        types: Json = {"typeValueListElement": draw(st.sampled_from(["Property", "Capability", "Entity"]))}
        if types["typeValueListElement"] == "Property":
            types["valueTypeListElement"] = draw(st.sampled_from(list(LEXICAL)))
        return {"modelType": kind} | types | ({"value": inside} if inside else {})
    named = [child | {"idShort": name} for child, name in zip(inside, NAMES, strict=False)]
    if kind == "Entity":
        entity = {"modelType": kind, "entityType": "CoManagedEntity"}
        return entity | ({"statements": named} if named else {})
    return {"modelType": kind} | ({"value": named} if named else {})


elements = st.recursive(leaves(), containers, max_leaves=6)
operations = st.tuples(
    st.sampled_from(["add", "replace", "merge", "remove", "value"]),
    st.integers(0, 30),
    st.sampled_from(NAMES),
    elements,
)


def _valid(given: list[Json]) -> Json:
    """A submodel of those elements that are valid."""
    submodel: Json = {"modelType": "Submodel", "id": "urn:sm:1"}
    for element, name in zip(given, NAMES, strict=False):
        one = submodel | {"submodelElements": [element | {"idShort": name}]}
        try:
            verified("submodel", one)
        except BadInput:
            continue
        submodel.setdefault("submodelElements", []).append(element | {"idShort": name})
    return _plain(submodel)


def _plain(submodel: Json) -> Json:
    plain: Json = msgspec.json.decode(verified("submodel", submodel).body)
    return plain


def _apply(submodel: Json, operation: tuple[str, int, str, Json]) -> tuple[set[str], str]:
    """Edit at some path that is there; returns what changed and where."""
    how, number, name, element = operation
    paths = ["", *(path for path, _ in walk(submodel))]
    place = paths[number % len(paths)]
    element = copy.deepcopy(element)
    if how == "add":
        return {edit.add(submodel, place, element | {"idShort": name})}, place
    if how == "replace" and place:
        edit.replace(submodel, place, element)
        return {place}, place
    if how == "merge":
        edit.merge(find(submodel, place) if place else submodel, {"category": name}, place)
        return {place}, place
    if how == "remove" and place:
        edit.remove(submodel, place)
        return set(), place
    value = decode_value(b"[1.50, null]" if number % 5 == 0 else b"1.50")
    return set(set_value(find(submodel, place), value, place)) if place else set(), place


def _others(submodel: Json, place: str) -> dict[str, bytes]:
    """The submodel's own elements but for the one that was edited, as bytes."""
    own = place.partition(".")[0].partition("[")[0]
    inside = submodel.get("submodelElements", ())
    return {one["idShort"]: msgspec.json.encode(one) for one in inside if one["idShort"] != own}


@settings(max_examples=150)
@given(st.lists(elements, max_size=4), st.lists(operations, min_size=1, max_size=6))
def test_random_edits_keep_a_submodel_valid_and_the_rest_untouched(
    first: list[Json], edits: list[tuple[str, int, str, Json]]
) -> None:
    submodel = _valid(first)
    for operation in edits:
        draft = copy.deepcopy(submodel)
        try:
            changed, place = _apply(draft, operation)
        except AasError:
            continue
        whole = _attempt(lambda: verified("submodel", draft))  # noqa: B023 (called at once)
        fragment = _attempt(lambda: checked(draft, changed).document())  # noqa: B023
        if isinstance(whole, BadInput) or isinstance(fragment, BadInput):
            assert isinstance(whole, BadInput) and isinstance(fragment, BadInput)
            assert whole.values == fragment.values
            continue
        assert fragment == whole
        after = msgspec.json.decode(fragment.body)
        if place:
            assert _others(after, place) == _others(submodel, place)
        submodel = after


def _attempt(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except BadInput as error:
        return error
