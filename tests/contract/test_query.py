from __future__ import annotations

import asyncio
import math
from typing import Any

import msgspec
import pytest

from aas_server.errors import BadInput, NotSupported, Unavailable
from aas_server.store.contract import Kind, Store
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Field,
    Given,
    Match,
    StoredAs,
)
from aas_server.twin.index import keys

LONG = "x" * 3000


def reference(value: str, type: str = "GlobalReference") -> dict[str, Any]:
    return {"type": "ExternalReference", "keys": [{"type": type, "value": value}]}


def submodel(id: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"modelType": "Submodel", "id": id, **more, "submodelElements": list(elements)}


def text(name: str, value: str) -> dict[str, Any]:
    return {"modelType": "Property", "idShort": name, "valueType": "xs:string", "value": value}


def shell(id: str, *submodels: str) -> dict[str, Any]:
    information = {"assetKind": "Instance", "globalAssetId": f"urn:asset:{id}"}
    references = [reference(one, "Submodel") for one in submodels]
    return {"modelType": "AssetAdministrationShell", "id": id, "assetInformation": information} | (
        {"submodels": references} if references else {}
    )


def put(store: Store, *documents: tuple[Kind, dict[str, Any]]) -> None:
    async def work() -> None:
        async with store.documents.write() as transaction:
            for kind, plain in documents:
                await transaction.put(kind, plain["id"], msgspec.json.encode(plain), keys(kind, plain))

    asyncio.run(work())


def ask(store: Store, kind: Kind, condition: Condition, **more: Any) -> list[str]:
    return [one.id for one in asyncio.run(store.documents.query(kind, condition, 100, **more)).documents]


def eq(field: Field, value: str) -> Compare:
    return Compare(field, "eq", Given(value))


def test_lists_inside_lists_are_matched_by_their_indices(store: Store) -> None:
    def document(kind: str, *languages: str) -> dict[str, Any]:
        inner = [{"modelType": "Property", "valueType": "xs:string", "value": one} for one in languages]
        return {
            "modelType": "SubmodelElementCollection",
            "value": [
                text("Class", kind),
                {"modelType": "SubmodelElementList", "idShort": "Languages", "value": inner},
            ],
        }

    def documents(*inside: dict[str, Any]) -> dict[str, Any]:
        return {"modelType": "SubmodelElementList", "idShort": "Documents", "value": list(inside)}

    put(store, ("submodel", submodel("a", documents(document("03-01", "de"), document("02", "nl")))))
    put(store, ("submodel", submodel("b", documents(document("02", "de"), document("03-01", "de", "nl")))))
    kind = eq(Field("sme", "value", "Documents[].Class"), "03-01")
    language = eq(Field("sme", "value", "Documents[].Languages[]"), "nl")
    assert ask(store, "submodel", AllOf((kind, language))) == ["a", "b"]
    assert ask(store, "submodel", Match((kind, language))) == ["b"]
    assert ask(store, "submodel", Match((Match((kind,)), Match((language,))))) == ["b"]
    first = eq(Field("sme", "value", "Documents[0].Languages[]"), "de")
    assert ask(store, "submodel", Match((first, kind))) == ["a", "b"]


def test_languages_and_texts_of_one_element_are_matched(store: Store) -> None:
    texts = [{"language": "ko", "text": "모터"}, {"language": "en", "text": "motor"}]
    put(store, ("submodel", submodel("a", {"modelType": "MultiLanguageProperty", "idShort": "N", "value": texts})))
    korean, motor = eq(Field("sme", "language", "N"), "ko"), eq(Field("sme", "value", "N"), "motor")
    assert ask(store, "submodel", AllOf((korean, motor))) == ["a"]
    assert ask(store, "submodel", Match((korean, motor))) == []
    assert ask(store, "submodel", Match((korean, eq(Field("sme", "value", "N"), "모터")))) == ["a"]


def test_texts_longer_than_an_index_holds_are_told_apart(store: Store) -> None:
    put(store, ("submodel", submodel("a", text("P", LONG), semanticId=reference(LONG))))
    put(store, ("submodel", submodel("b", text("P", LONG + "y"), semanticId=reference(LONG + "y"))))
    assert ask(store, "submodel", eq(Field("sme", "value", "P"), LONG)) == ["a"]
    assert ask(store, "submodel", eq(Field("sm", "semanticId.keys[0].value"), LONG + "y")) == ["b"]
    path = "A" * 150 + "." + "B" * 150
    inner = {"modelType": "SubmodelElementCollection", "idShort": "A" * 150, "value": [text("B" * 150, "1")]}
    put(store, ("submodel", submodel("c", inner)))
    assert ask(store, "submodel", eq(Field("sme", "value", path), "1")) == ["c"]
    assert ask(store, "submodel", eq(Field("sme", "value", path + "C"), "1")) == []


def test_texts_are_compared_by_their_code_points(store: Store) -> None:
    for value in ("a", "B", "가", "é"):
        put(store, ("submodel", submodel(value, text("P", value))))
    above = Compare(Field("sme", "value", "P"), "gt", Given("Z"))
    assert sorted(ask(store, "submodel", above)) == ["a", "é", "가"]


def test_infinities_are_compared_as_numbers(store: Store) -> None:
    for value in ("-INF", "-1e99", "INF", "1e99", "NaN"):
        put(store, ("submodel", submodel(value, text("P", value), idShort=value)))
    low, high = ["-INF", "-1e99"], ["INF", "1e99"]
    for field in (Field("sme", "value", "P"), Field("sm", "idShort")):

        def compared(how: Comparison, number: float, field: Field = field) -> list[str]:
            return ask(store, "submodel", Compare(field, how, Given(number, "number")))

        assert (compared("gt", 0.0), compared("lt", 0.0)) == (high, low)
        assert (compared("gt", 1e99), compared("lt", -1e99)) == (["INF"], ["-INF"])
        assert (compared("eq", math.inf), compared("eq", -math.inf)) == (["INF"], ["-INF"])
        assert compared("lt", math.inf) == [*low, "1e99"]
        assert compared("ne", math.inf) == [*low, "1e99", "NaN"]


def test_each_part_of_an_or_is_found_once_and_in_order(store: Store) -> None:
    for number in range(20):
        put(store, ("submodel", submodel(f"{number:02}", text("P", str(number % 3)), text("Q", "1"))))
    either = AnyOf(
        (
            eq(Field("sme", "value", "P"), "2"),
            eq(Field("sme", "value", "P"), "1"),
            Match((eq(Field("sme", "value", "P"), "1"), eq(Field("sme", "value", "Q"), "1"))),
        )
    )
    wanted = [f"{number:02}" for number in range(20) if number % 3]
    found: list[str] = []
    cursor: str | None = None
    while not found or cursor:
        page = asyncio.run(store.documents.query("submodel", either, 3, cursor))
        found += [one.id for one in page.documents]
        cursor = page.cursor
    assert found == wanted


def test_a_registered_descriptor_hides_that_of_the_stored_document(store: Store) -> None:
    endpoint = {"interface": "AAS-3.0", "protocolInformation": {"href": "https://other.example"}}
    put(store, ("submodel", submodel("s1", idShort="Motor")), ("shell", shell("a", "s1")), ("shell", shell("b")))
    registered = {"id": "a", "idShort": "Own", "assetKind": "Type", "endpoints": [endpoint]}
    by_submodel = eq(Field("aasdesc", "submodelDescriptors[].idShort"), "Motor")
    assert ask(store, "shell-descriptor", by_submodel) == ["a"]
    put(store, ("shell-descriptor", registered))
    assert ask(store, "shell-descriptor", by_submodel) == []
    assert ask(store, "shell-descriptor", eq(Field("aasdesc", "assetKind"), "Instance")) == ["b"]
    either = AnyOf((eq(Field("aasdesc", "assetKind"), "Type"), eq(Field("aasdesc", "id"), "b")))
    assert ask(store, "shell-descriptor", either) == ["b", "a"]


def test_what_is_kept_of_registered_descriptors_only_is_said(store: Store) -> None:
    interface = eq(Field("smdesc", "endpoints[].interface"), "X")
    with pytest.raises(NotSupported):
        ask(store, "submodel-descriptor", interface)
    assert ask(store, "submodel-descriptor", AllOf((StoredAs("submodel-descriptor"), interface))) == []


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("submodel", Field("cd", "id")),
        ("concept-description", Field("sm", "id")),
        ("shell-descriptor", Field("aas", "id")),
        ("asset-links", Field("aas", "id")),
    ],
)
def test_what_a_kind_does_not_have_is_refused(store: Store, kind: Kind, field: Field) -> None:
    with pytest.raises(BadInput):
        ask(store, kind, eq(field, "x"))


def test_a_wrong_cursor_or_text_is_refused(store: Store) -> None:
    condition = eq(Field("sm", "id"), "x")
    with pytest.raises(BadInput):
        ask(store, "submodel", condition, cursor="x")
    with pytest.raises(BadInput):
        ask(store, "submodel", eq(Field("sme", "value", "P"), "a\x00b"))


def test_a_query_that_takes_too_long_is_stopped(store: Store) -> None:
    many = [text(f"P{number}", str(number)) for number in range(400)]
    for number in range(5):
        put(store, ("submodel", submodel(str(number), *many)))
    anywhere = Field("sme", "value")
    slow = Match(tuple(Compare(anywhere, "contains", Field("sm", "id")) for _ in range(1)))
    pairs = AllOf(tuple(Compare(anywhere, "gt", Field("sme", "idShort")) for _ in range(3)))
    with pytest.raises(Unavailable) as raised:
        ask(store, "submodel", AllOf((slow, pairs)), seconds=0.005)
    assert raised.value.key == "query-slow"
    assert ask(store, "submodel", eq(Field("sme", "value", "P1"), "1")) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "after",
    [
        {"A": "1", "B": "2", "C": "9", "D": "4"},
        {"A": "1", "B": "2", "C": "3"},
        {"A": "1"},
        {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"},
        {"B": "2", "C": "3", "D": "4"},
        {"Z": "1"},
        {},
    ],
)
def test_an_edited_submodel_is_found_by_what_it_holds_now(after: dict[str, str], store: Store) -> None:
    before = {"A": "1", "B": "2", "C": "3", "D": "4"}
    for values in (before, after):
        put(store, ("submodel", submodel("urn:sm:1", *(text(name, value) for name, value in values.items()))))
    for name, value in {*before.items(), *after.items()}:
        found = ask(store, "submodel", eq(Field("sme", "value", name), value))
        assert found == (["urn:sm:1"] if after.get(name) == value else []), name
