"""The API behind the guard, over a store of its own with a shell, two submodels and a concept description."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import fastapi.routing
import msgspec
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.api.app import mount_apis
from aas_server.api.guard import Guard
from aas_server.api.health import health_router
from aas_server.settings import Settings
from aas_server.store import postgres
from aas_server.store.contract import Change, Store
from aas_server.store.sqlite import open_store
from aas_server.twin.metamodel import decode, verified
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Attachment, Bundle, Repository

BASE = "/api/v3.1"


@pytest.fixture(scope="session", autouse=True)
def _analysed_once() -> Iterator[None]:
    """An operation's parameters are analysed once a session, not for each of a thousand apps: it is nine tenths of
    putting one together. The framework does it for each app, with the same result."""
    analyse = fastapi.routing.get_dependant
    known: dict[tuple[Any, ...], Any] = {}

    def remembering(*, path: str, call: Callable[..., Any], **more: Any) -> Any:
        function = getattr(call, "__func__", call)
        key = (path, getattr(function, "__code__", function), *sorted(more.items()))
        if key not in known:
            known[key] = analyse(path=path, call=call, **more)
        found = dataclasses.replace(known[key], call=call)
        found.dependencies = list(found.dependencies)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastapi.routing, "get_dependant", remembering)
        yield


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """In SQLite, or in the database that a test names as this fixture's parameter."""
    if getattr(request, "param", "sqlite") == "postgres":
        opened = postgres.open_store(tmp_path / "data", request.getfixturevalue("new_postgres")())
    else:
        opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return _settings(tmp_path / "data")


def _settings(data: Path) -> Settings:
    return Settings(data=data, page_limit=5, page_size=3, max_upload=2**20)


@pytest.fixture
def packages(store: Store) -> Packages:
    return Packages(store)


@pytest.fixture
def app(store: Store, settings: Settings, packages: Packages) -> Guard:
    return _app(store, settings, packages)


def _app(store: Store, settings: Settings, packages: Packages) -> Guard:
    outer = FastAPI()
    outer.include_router(health_router(dict))
    repository = Repository(store, settings.max_json_depth)
    return Guard(mount_apis(outer, store, repository, packages, settings), settings)


@pytest.fixture
def api(app: Guard) -> TestClient:
    return _client(app)


def _client(app: Guard) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False)


@pytest.fixture
def documents() -> list[tuple[str, dict[str, Any]]]:
    return _documents()


def _documents() -> list[tuple[str, dict[str, Any]]]:
    reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:1"}]}
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:cd:1"}]}
    speed = {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double", "value": "1.50"}
    axes = {
        "modelType": "SubmodelElementList",
        "idShort": "Axes",
        "typeValueListElement": "SubmodelElementCollection",
        "value": [{"modelType": "SubmodelElementCollection", "value": [speed]}],
    }
    manual = {"modelType": "File", "idShort": "Manual", "contentType": "text/html", "value": "/aasx/files/a.html"}
    logo = {"modelType": "Blob", "idShort": "Logo", "contentType": "text/plain", "value": "aGFsbG8="}
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": "urn:aas:1",
        "idShort": "Cell",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:asset:1"},
        "submodels": [reference],
    }
    first = {"modelType": "Submodel", "id": "urn:sm:1", "idShort": "Motor", "semanticId": meaning}
    return [
        ("shell", shell),
        ("submodel", first | {"submodelElements": [speed, axes, manual, logo]}),
        ("submodel", {"modelType": "Submodel", "id": "urn:sm:2", "idShort": "Other"}),
        ("concept-description", {"modelType": "ConceptDescription", "id": "urn:cd:1", "idShort": "SpeedConcept"}),
    ]


@pytest.fixture
def filled(api: TestClient, store: Store, documents: list[tuple[str, dict[str, Any]]]) -> TestClient:
    """The client over a filled store."""
    _fill(store, documents)
    return api


def _fill(store: Store, documents: list[tuple[str, dict[str, Any]]]) -> None:
    checked = [verified(kind, decode(msgspec.json.encode(one))) for kind, one in documents]  # type: ignore[arg-type]
    file = Attachment("urn:sm:1", "Manual", "text/html", store.files.add(b"<script>alert(1)</script>"))
    asyncio.run(Repository(store).put_all(Bundle(checked, [file])))


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Like ``filled``, for tests that change nothing: laying out the routes takes longer than most of them."""
    data = tmp_path_factory.mktemp("shown") / "data"
    store = open_store(data)
    _fill(store, _documents())
    yield _client(_app(store, _settings(data), Packages(store)))
    store.close()


@pytest.fixture
def at() -> Callable[..., str]:
    """The address of a resource: ``at("submodels", "urn:sm:1", "/$value")``."""
    return lambda kind, id, rest="": f"{BASE}/{kind}/{ids.encode(id)}{rest}"


@pytest.fixture
def changes(store: Store) -> Callable[[], int]:
    """How many changes the log holds."""
    return lambda: len(asyncio.run(_changes(store)))


async def _changes(store: Store) -> Sequence[Change]:
    return await store.documents.changes(0, 1000)


@pytest.fixture
def live(app: Guard, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The address of a real server on a free port."""
    with serving(app) as url:
        yield url
