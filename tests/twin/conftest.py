"""A store of one's own for each test, and documents to put into it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest

from aas_server.ids import Names
from aas_server.store.contract import Store
from aas_server.twin.live import Overlay
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf

Run = Callable[[Coroutine[Any, Any, Any]], Any]

DOMAIN = "https://factory.example"


@pytest.fixture
def run() -> Run:
    """Runs a coroutine to its end."""
    return asyncio.run


@pytest.fixture
def repository(store: Store) -> Repository:
    return Repository(store)


@pytest.fixture
def overlay(store: Store) -> Overlay:
    return Overlay(store)


@pytest.fixture
def names() -> Names:
    return Names(DOMAIN)


@pytest.fixture
def shelf(repository: Repository, store: Store, names: Names) -> Shelf:
    return Shelf(repository, store.files, names, asyncio.run)


@pytest.fixture
def submodel() -> Callable[..., dict[str, Any]]:
    """A submodel of the elements given."""

    def make(*elements: dict[str, Any], id: str = "urn:sm:1", id_short: str = "Motor") -> dict[str, Any]:
        made: dict[str, Any] = {"modelType": "Submodel", "id": id, "idShort": id_short}
        return made | ({"submodelElements": list(elements)} if elements else {})

    return make


@pytest.fixture
def rich(submodel: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A submodel with every kind of element that has a value."""
    reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:1"}]}
    speed = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "1.50"}
    return submodel(
        speed,
        {"modelType": "Property", "idShort": "Running", "valueType": "xs:boolean", "value": "true"},
        {"modelType": "Property", "idShort": "Unknown", "valueType": "xs:string"},
        {
            "modelType": "MultiLanguageProperty",
            "idShort": "Name",
            "value": [{"language": "ko", "text": "모터"}, {"language": "en", "text": "Motor"}],
        },
        {"modelType": "Range", "idShort": "Limits", "valueType": "xs:int", "min": "1", "max": "9"},
        {
            "modelType": "SubmodelElementList",
            "idShort": "Axes",
            "typeValueListElement": "SubmodelElementCollection",
            "value": [
                {"modelType": "SubmodelElementCollection", "value": [speed | {"value": "7"}]},
                {"modelType": "SubmodelElementCollection", "value": [speed | {"value": "INF"}]},
            ],
        },
        {
            "modelType": "Entity",
            "idShort": "Part",
            "entityType": "SelfManagedEntity",
            "globalAssetId": "urn:asset:9",
            "statements": [speed],
        },
        {"modelType": "Blob", "idShort": "Logo", "contentType": "text/plain", "value": "aGFsbG8="},
        {"modelType": "File", "idShort": "Manual", "contentType": "text/plain", "value": "/aasx/files/manual.txt"},
        {"modelType": "ReferenceElement", "idShort": "Ref", "value": reference},
        {"modelType": "RelationshipElement", "idShort": "Rel", "first": reference, "second": reference},
        {
            "modelType": "AnnotatedRelationshipElement",
            "idShort": "Note",
            "first": reference,
            "second": reference,
            "annotations": [speed],
        },
        {"modelType": "Capability", "idShort": "Turn"},
        {"modelType": "Operation", "idShort": "Start"},
    )


@pytest.fixture
def shell() -> dict[str, Any]:
    return {
        "modelType": "AssetAdministrationShell",
        "id": "urn:aas:1",
        "idShort": "Cell",
        "assetInformation": {
            "assetKind": "Instance",
            "globalAssetId": "urn:asset:1",
            "specificAssetIds": [{"name": "serialNumber", "value": "SN-1"}],
        },
        "submodels": [{"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:1"}]}],
    }


@pytest.fixture
def put(repository: Repository, run: Run) -> Callable[..., Any]:
    """Stores a document given as plain JSON."""
    return lambda kind, document: run(repository.put(kind, msgspec.json.encode(document)))
