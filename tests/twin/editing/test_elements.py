from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aas_server.errors import AasError, BadInput, Conflict, NotFound
from aas_server.twin.editing import elements as edit
from aas_server.twin.editing.fragments import checked
from aas_server.twin.elements import find
from aas_server.twin.metamodel import verified
from aas_server.twin.views import cut

Json = dict[str, Any]
SPEED = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "1.50"}
NEW = {"modelType": "Property", "idShort": "New", "valueType": "xs:int", "value": "007"}


def canonical(submodel: Json) -> Json:
    plain: Json = msgspec.json.decode(verified("submodel", submodel).body)
    return plain


@pytest.fixture
def rich(rich: Json) -> Json:
    """As it is stored: no part of it stands in two places."""
    return canonical(rich)


@pytest.mark.parametrize(
    ("parent", "path"), [("", "New"), ("Axes[0]", "Axes[0].New"), ("Part", "Part.New"), ("Note", "Note.New")]
)
def test_an_element_goes_where_elements_can_stand(parent: str, path: str, rich: Json) -> None:
    assert edit.add(rich, parent, dict(NEW)) == path
    assert find(rich, path) == NEW
    with pytest.raises(Conflict):
        edit.add(rich, parent, dict(NEW))


def test_a_list_grows_at_its_end_and_closes_its_gaps(rich: Json) -> None:
    axis = {"modelType": "SubmodelElementCollection", "value": [NEW]}
    assert edit.add(rich, "Axes", copy.deepcopy(axis)) == "Axes[2]"
    assert edit.replace(rich, "Axes[3]", copy.deepcopy(axis)) is True
    assert edit.replace(rich, "Axes[3]", copy.deepcopy(axis)) is False
    with pytest.raises(NotFound):
        edit.replace(rich, "Axes[9]", axis)
    edit.remove(rich, "Axes[0]")
    assert find(rich, "Axes[0].Speed")["value"] == "INF" and find(rich, "Axes[2].New") == NEW


def test_what_loses_its_last_child_has_no_empty_list(rich: Json) -> None:
    edit.remove(rich, "Part.Speed")
    assert "statements" not in find(rich, "Part")
    assert edit.add(rich, "Part", dict(NEW)) == "Part.New"


@pytest.mark.parametrize(
    ("path", "element", "error"),
    [
        ("Nobody.New", NEW, NotFound),
        ("Speed.New", NEW, BadInput),
        ("New", SPEED, BadInput),
        ("Axes.New", NEW, NotFound),
        ("Part[0]", NEW, NotFound),
        ("A..B", NEW, BadInput),
    ],
)
def test_what_cannot_be_put_there_is_refused(path: str, element: Json, error: type[AasError], rich: Json) -> None:
    before = copy.deepcopy(rich)
    with pytest.raises(error):
        edit.replace(rich, path, dict(element))
    assert rich == before


def test_merging_replaces_what_is_given_and_leaves_the_rest(rich: Json) -> None:
    given = {
        "description": [{"language": "en", "text": "all of it"}],
        "submodelElements": [{"idShort": "Speed", "value": "2.50"}, dict(NEW)],
    }
    before = copy.deepcopy(rich)
    edit.merge(rich, given)
    assert find(rich, "Speed") == SPEED | {"value": "2.50"} and find(rich, "New") == NEW
    assert rich["description"] == given["description"]
    assert rich["submodelElements"][1:-1] == before["submodelElements"][1:]


def test_merging_goes_down_by_id_short_and_into_lists_of_as_many(rich: Json) -> None:
    edit.merge(find(rich, "Part"), {"statements": [{"idShort": "Speed", "valueType": "xs:float"}]}, "Part")
    assert find(rich, "Part.Speed") == SPEED | {"valueType": "xs:float"}
    before = copy.deepcopy(find(rich, "Axes"))
    core = [
        {"modelType": "SubmodelElementCollection"},
        {"modelType": "SubmodelElementCollection", "category": "a"},
    ]
    edit.merge(find(rich, "Axes"), {"value": copy.deepcopy(core)}, "Axes")
    before["value"][1]["category"] = "a"
    assert find(rich, "Axes") == before
    edit.merge(find(rich, "Axes"), {"value": core[:1]}, "Axes")
    assert find(rich, "Axes")["value"] == core[:1]


def test_what_is_read_at_any_level_can_be_merged_and_changes_nothing(rich: Json) -> None:
    before = copy.deepcopy(rich)
    for read in (rich, cut(rich, "core", "withBlobValue"), cut(rich, "deep", "withoutBlobValue")):
        edit.merge(rich, copy.deepcopy(read))
        assert rich == before


@pytest.mark.parametrize(
    "given", [{"modelType": "Range"}, {"idShort": "Other"}, {"modelType": "Property", "idShort": 5}]
)
def test_merging_makes_nothing_another_thing(given: Json, rich: Json) -> None:
    with pytest.raises(BadInput):
        edit.merge(find(rich, "Speed"), given, "Speed")


def test_metadata_holds_no_values(rich: Json) -> None:
    edit.merge_metadata(find(rich, "Speed"), {"category": "PARAMETER"}, "Speed")
    assert find(rich, "Speed") == SPEED | {"category": "PARAMETER"}
    with pytest.raises(BadInput) as caught:
        edit.merge_metadata(find(rich, "Speed"), {"value": "9"}, "Speed")
    assert caught.value.key == "metadata-holds-value"
    with pytest.raises(BadInput):
        edit.merge_metadata(rich, {"submodelElements": []})


WRONG: list[tuple[str, Json]] = [
    ("Bad", {"modelType": "Property", "idShort": "Bad", "valueType": "xs:int", "value": "x"}),
    ("Bad", {"modelType": "Nonsense", "idShort": "Bad"}),
    ("Bad", {"idShort": "Bad"}),
    ("Bad", {"modelType": "Property", "idShort": "Bad", "valueType": "xs:int", "more": 1}),
    ("9bad", {"modelType": "Capability", "idShort": "9bad"}),
    ("Axes[2]", {"modelType": "Property", "valueType": "xs:int"}),
    ("Note.Sub", {"modelType": "SubmodelElementCollection", "idShort": "Sub"}),
    ("Bad", {"modelType": "Property", "idShort": "Bad", "valueType": "xs:int", "qualifiers": [
        {"type": "T", "valueType": "xs:int", "kind": "TemplateQualifier"}]}),
    ("Part.Bad", {"modelType": "SubmodelElementCollection", "idShort": "Bad", "value": [SPEED, SPEED]}),
    ("Axes[0].Ba", {"modelType": "SubmodelElementCollection", "idShort": "Ba", "value": [NEW | {"idShort": "?"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "element"), WRONG)
def test_a_fragment_is_judged_as_strictly_as_the_whole(path: str, element: Json, rich: Json) -> None:
    edit.replace(rich, path, copy.deepcopy(element))
    with pytest.raises(BadInput) as whole:
        verified("submodel", rich)
    with pytest.raises(BadInput) as fragment:
        checked(rich, {path})
    assert fragment.value.values == whole.value.values


def test_siblings_of_a_list_agree_in_their_meaning(submodel: Callable[..., Json]) -> None:
    def meaning(id: str) -> Json:
        return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": id}]}

    def child(id: str | None) -> Json:
        return {"modelType": "Capability"} | ({"semanticId": meaning(id)} if id else {})

    children = [child(None), child("urn:a"), child("urn:a")]
    axes = {"modelType": "SubmodelElementList", "idShort": "Axes", "typeValueListElement": "Capability"}
    document = canonical(submodel(axes | {"value": children}))
    edit.add(document, "Axes", child("urn:a"))
    assert checked(document, {"Axes[3]"}).document().body == verified("submodel", document).body
    edit.add(document, "Axes", child("urn:b"))
    with pytest.raises(BadInput, match="AASd-114"):
        checked(document, {"Axes[4]"})


def test_a_fragment_is_written_in_the_metamodels_order(submodel: Callable[..., Json]) -> None:
    document = canonical(submodel({"modelType": "SubmodelElementCollection", "idShort": "Empty", "category": "a"}))
    shuffled = dict(reversed(NEW.items()))
    edit.add(document, "Empty", copy.deepcopy(shuffled))
    edit.add(document, "", copy.deepcopy(shuffled))
    written = checked(document, {"Empty.New", "New"}).document()
    assert written == verified("submodel", document)
    assert b'"value":"007"' in written.body


def test_what_would_grow_too_deep_is_refused(submodel: Callable[..., Json]) -> None:
    document = submodel()
    edit.add(document, "", {"modelType": "SubmodelElementCollection", "idShort": "Cc"})
    path = "Cc"
    for _ in range(60):
        path = edit.add(document, path, {"modelType": "SubmodelElementCollection", "idShort": "Cc"})
    assert checked(document, {path}).document().body == verified("submodel", document).body
    with pytest.raises(BadInput) as caught:
        checked(document, {path}, max_depth=100)
    assert caught.value.key == "json-too-deep"
