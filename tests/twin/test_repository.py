from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aas_server.errors import BadInput, NotFound
from aas_server.messages import error_text
from aas_server.twin.metamodel import decode
from aas_server.twin.repository import Repository


def test_what_was_stored_comes_back_equal_in_value(
    put: Callable[..., Any], rich: dict[str, Any], repository: Repository, run: Callable[..., Any]
) -> None:
    assert put("submodel", rich) == "created"
    stored = run(repository.get("submodel", "urn:sm:1"))
    assert msgspec.json.decode(stored.body) == rich


def test_the_same_content_again_is_no_change_however_it_is_spelled(
    put: Callable[..., Any], rich: dict[str, Any], repository: Repository, run: Callable[..., Any]
) -> None:
    put("submodel", rich)
    etag = run(repository.get("submodel", "urn:sm:1")).etag
    turned = dict(reversed(rich.items())) | {"displayName": [], "extensions": []}
    assert put("submodel", turned) == "same"
    assert run(repository.get("submodel", "urn:sm:1")).etag == etag


def test_a_document_is_found_by_its_keys(
    put: Callable[..., Any],
    shell: dict[str, Any],
    submodel: Callable[..., dict[str, Any]],
    repository: Repository,
    run: Callable[..., Any],
) -> None:
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:meaning"}]}
    put("shell", shell)
    put("submodel", submodel() | {"semanticId": meaning})
    put("submodel", submodel(id="urn:sm:2", id_short="Other"))

    def found(kind: str, **keys: Any) -> list[str]:
        return [one.id for one in run(repository.page(kind, 10, **keys)).documents]  # type: ignore[arg-type]

    assert found("shell", asset_ids=[("globalAssetId", "urn:asset:1"), ("serialNumber", "SN-1")]) == ["urn:aas:1"]
    assert found("shell", asset_ids=[("serialNumber", "SN-2")]) == []
    assert found("submodel", semantic_id="urn:meaning") == ["urn:sm:1"]
    assert found("submodel", id_short="Other") == ["urn:sm:2"]


def test_a_breach_of_the_metamodel_names_constraint_and_place(
    put: Callable[..., Any],
    submodel: Callable[..., dict[str, Any]],
    repository: Repository,
    run: Callable[..., Any],
) -> None:
    wrong = submodel({"modelType": "Property", "idShort": "Speed", "valueType": "xs:int", "value": "fast"})
    with pytest.raises(BadInput) as raised:
        put("submodel", wrong)
    assert raised.value.values["path"] == "submodelElements[0]"
    for language in ("ko", "en"):
        sentence = error_text(raised.value, language)  # type: ignore[arg-type]
        assert "submodelElements[0]" in sentence and "urn:sm:1" in sentence
    with pytest.raises(NotFound):
        run(repository.get("submodel", "urn:sm:1"))


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"{", "json-unreadable"),
        (b"\xff\xfe{}", "json-unreadable"),
        (b"[]", "document-no-object"),
        (b"{}", "document-invalid"),
        (b'{"modelType":"Submodel","id":"urn:x","colour":"red"}', "document-invalid"),
        (b'{"modelType":"Submodel","id":"urn:x","id":"urn:y"}', "json-key-twice"),
        (b'{"modelType":"Submodel","id":"urn:x","idShort" :"aa","idShort":"bb"}', "json-key-twice"),
        (b'{"modelType":"Submodel","id":"urn:\\":x","\\u0069d":"urn:y"}', "json-key-twice"),
        (b"[" * 100_000, "json-too-deep"),
        (b"[" * 500 + b"]" * 500, "json-too-deep"),
    ],
)
def test_rubbish_is_refused_with_a_reason(
    body: bytes, key: str, repository: Repository, run: Callable[..., Any]
) -> None:
    with pytest.raises(BadInput) as raised:
        run(repository.put("submodel", body))
    assert raised.value.key == key


@pytest.mark.parametrize("text", ['say "a": b', 'a\\": \\', ":::", '"" :'])
@pytest.mark.parametrize("colon", [":", " : "])
def test_texts_with_quotes_and_colons_are_no_attributes(text: str, colon: str) -> None:
    described = [{"language": "en", "text": text}]
    document = {"modelType": "Submodel", "id": "urn:q", "description": described}
    assert decode(json.dumps(document, separators=(",", colon)).encode()) == document


def test_a_hundred_nested_collections_are_kept(
    put: Callable[..., Any], submodel: Callable[..., dict[str, Any]]
) -> None:
    element: dict[str, Any] = {"modelType": "Property", "idShort": "End", "valueType": "xs:string", "value": "x"}
    for _ in range(120):
        element = {"modelType": "SubmodelElementCollection", "idShort": "In", "value": [element]}
    assert put("submodel", submodel(element)) == "created"
