"""The official OpenAPI files with their known errors mended, and a filled app to hold against them."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.api.app import mount_apis
from aas_server.api.guard import Guard
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from aas_server.twin.metamodel import decode, verified
from aas_server.twin.operations import Call, Operations
from aas_server.twin.package import import_file
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Attachment, Bundle, Repository

HERE = Path(__file__).parent
FILES = {
    "3.1": "openapi/Entire-API-Collection_V3.1.yaml",
    "3.0": "openapi-3.0/Entire-API-Collection_V3.0.yaml",
}
SHARED = Path(__file__).parents[4] / "shared" / "aas"
Json = dict[str, Any]


class Official:
    """One official file: what an operation may answer."""

    def __init__(self, version: str) -> None:
        self.document = mended(version)
        self._uri = f"urn:official:{version}"
        resource = Resource(contents=self.document, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(self._uri, resource)

    def operation(self, method: str, path: str) -> Json:
        found: Json = self.document["paths"][path][method.lower()]
        return found

    def answer(self, method: str, path: str, status: int) -> Mapping[str, Json]:
        """The media types of an answer, each with what the file says of it. Raises ``KeyError`` where the file
        knows no such answer."""
        answers = self.operation(method, path)["responses"]
        answer = answers.get(str(status), answers.get("default"))
        if answer is None:
            raise KeyError(status)
        if "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        content: Mapping[str, Json] = answer.get("content", {})
        return content

    def fault(self, schema: Json, body: Any) -> str | None:
        """Where a body does not fit a schema of the file, and why."""
        placed = json.loads(json.dumps(schema).replace('"#/', f'"{self._uri}#/'))
        validator = Draft202012Validator(placed, registry=self._registry)
        worst = best_match(validator.iter_errors(body))
        return None if worst is None else f"{worst.json_path}: {worst.message[:500]}"


def mended(version: str) -> Json:
    """The official file with its known errors mended. Each has to be there still."""
    document: Json = yaml.load((SHARED / FILES[version]).read_text("utf-8"), yaml.CSafeLoader)
    known = tomllib.loads((HERE / "known_errors.toml").read_text("utf-8"))
    for error in known["error"]:
        if version in error["versions"]:
            _mend(document, error)
    text = json.dumps(document)
    for error in known["pattern"]:
        if version in error["versions"]:
            said = json.dumps(error["found"])
            assert said in text, f"no longer found: {error['found']}"
            text = text.replace(said, json.dumps(error["mended"]))
    loaded: Json = json.loads(text)
    return loaded


def _mend(document: Json, error: Json) -> None:
    *way, last = error["at"].lstrip("/").split("/")
    place: Any = document
    for step in way:
        place = place[int(step) if isinstance(place, list) else step.replace("~1", "/").replace("~0", "~")]
    last = last.replace("~1", "/").replace("~0", "~")
    assert (last in place) != ("added" in error), f"{error['at']} is no longer as it was"
    assert place.get(last) == error.get("found", place.get(last)), f"{error['at']} is no longer as it was"
    found = place.pop(last, None)
    if "renamed" in error:
        place[error["renamed"]] = found
    elif "mended" in error or "added" in error:
        place[last] = error.get("mended", error.get("added"))


IDENTIFIABLES = ("shells", "submodels", "concept-descriptions")


@dataclass(frozen=True)
class Served:
    store: Store
    settings: Settings
    client: TestClient


@pytest.fixture(scope="session")
def official() -> Callable[[str], Official]:
    """The official file of a version; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    return cache(Official)


@pytest.fixture
def documents(documents: list[tuple[str, Json]]) -> list[tuple[str, Json]]:
    """With an Operation, too."""
    meaning = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:op:scale"}]}
    variables = {
        f"{role}Variables": [{"value": {"modelType": "Property", "idShort": name, "valueType": "xs:double"}}]
        for role, name in (("input", "Factor"), ("output", "Product"))
    }
    operation = {"modelType": "Operation", "idShort": "Scale", "semanticId": meaning} | variables
    for _, document in documents:
        if document["id"] == "urn:sm:1":
            document["submodelElements"] = [*document["submodelElements"], operation]
    return documents


def scaled(call: Call) -> Json:
    return {"Product": 1.5 * call.arguments["Factor"]}


@contextmanager
def serving_in(folder: Path) -> Iterator[Served]:
    store = open_store(folder / "data")
    settings = Settings(data=folder / "data", max_upload=2**20)
    operations = Operations()
    operations.register("urn:op:scale", scaled)
    outer = mount_apis(FastAPI(), store, Repository(store), Packages(store), settings, operations)
    app = Guard(outer, settings)
    with TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False) as client:
        yield Served(store, settings, client)
    store.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One app for all of these tests (to build its routes takes a second), and one event loop for all requests:
    work goes on between them."""
    with serving_in(tmp_path_factory.mktemp("official")) as made:
        yield made


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Another, over a store that rubbish may be written to; it holds the conformance engine's documents."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    with serving_in(tmp_path_factory.mktemp("scratch")) as made:
        package = SHARED.parent / "conformance" / "testdata" / "env.aasx"
        asyncio.run(import_file(Repository(made.store), made.store.files, package, made.settings))
        yield made


@pytest.fixture
def client(served: Served, documents: list[tuple[str, Json]]) -> TestClient:
    """Over a store that holds nothing but the documents."""
    for listed in ("shell-descriptors", "submodel-descriptors", "packages", *IDENTIFIABLES):
        for one in served.client.get(f"/api/v3.1/{listed}").json()["result"]:
            id = ids.encode(one["packageId"] if listed == "packages" else one["id"])
            if listed == "shells":
                served.client.delete(f"/api/v3.1/lookup/shells/{id}")
            answer = served.client.delete(f"/api/v3.1/{listed}/{id}")
            assert answer.status_code == 204 or listed.endswith("descriptors"), answer.text
    checked = [verified(kind, decode(msgspec.json.encode(one))) for kind, one in documents]  # type: ignore[arg-type]
    file = Attachment("urn:sm:1", "Manual", "text/html", served.store.files.add(b"<script>alert(1)</script>"))
    asyncio.run(Repository(served.store).put_all(Bundle(checked, [file])))
    return served.client
