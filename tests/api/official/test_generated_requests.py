"""Requests that schemathesis makes of the official V3.1.2 file, right ones and wrong ones: never a 5xx, and every
answer has a status and a body that the file knows. ``known_errors.toml`` lists where the file itself is in error.

Half of the requests go to documents that are there, so that more than 404 is seen.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import status_code_conformance

from aas_server import ids
from aas_server.api.operations import Operation, operations

pytestmark = pytest.mark.shared

BASE = "http://127.0.0.1:8080/api/v3.1"
NOT_SUPPORTED = 501
"""The status for an Operation behind which nothing stands (IDTA-01002, ServerNotImplementedError)."""
RELEASED = [one for one in operations().values() if one.since <= "3.1"]
USUAL = [
    pytest.param(
        one,
        marks=[pytest.mark.long]
        if re.match(r"/aas|/submodel(/|$)|/shells/.*/submodels/|/bulk/", one.path)
        else [],
    )
    for one in RELEASED
]
"""The same operations lie at several places, and bulk bodies take seconds to make: those are for the long run."""
NAMES = [f"{one.method}-{one.path}" for one in RELEASED]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def whole(official: Callable[[str], Any]) -> Any:
    return schemathesis.openapi.from_dict(official("3.1").document)


@pytest.fixture(scope="module")
def quick(official: Callable[[str], Any]) -> Any:
    """The file with less depth in what is made of it (answers are held against the whole): elements are Properties
    without extensions and data specifications. A body of the whole takes seconds to make."""
    document = copy.deepcopy(official("3.1").document)
    schemas = document["components"]["schemas"]
    schemas["SubmodelElement_choice"] = {"$ref": "#/components/schemas/Property"}
    schemas["HasExtensions"] = schemas["HasDataSpecification"] = {"type": "object"}
    return schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="module")
def session(scratch: Any) -> Iterator[requests.Session]:
    """Speaks to the app without a socket."""
    with get_client(scratch.client.app) as client:
        yield client


@dataclass(frozen=True)
class There:
    """What is stored: path parameters that lead to something, and the documents to put back."""

    places: list[Mapping[str, str]]
    documents: Mapping[str, Json]


@pytest.fixture(scope="module")
def there(scratch: Any) -> There:
    """Each shell with each of its submodels and some of its elements."""
    get = scratch.client.get
    documents = {
        f"{BASE}/{kind}/{ids.encode(one['id'])}": one
        for kind in ("shells", "submodels", "concept-descriptions")
        for one in get(f"{BASE}/{kind}", params={"extent": "withBlobValue", "limit": 500}).json()["result"]
    }
    concepts = [one["id"] for one in documents.values() if one["modelType"] == "ConceptDescription"]
    places = []
    for shell in [one for one in documents.values() if one["modelType"] == "AssetAdministrationShell"]:
        for submodel in [reference["keys"][0]["value"] for reference in shell.get("submodels", ())]:
            paths = get(f"{BASE}/submodels/{ids.encode(submodel)}/$path")
            for path in paths.json() if paths.status_code == 200 else ():
                concept = concepts[len(places) % len(concepts)]
                named = {"aasIdentifier": shell["id"], "submodelIdentifier": submodel, "cdIdentifier": concept}
                places.append({name: ids.encode(id) for name, id in named.items()} | {"idShortPath": path})
    assert len(places) > 10
    return There(places, documents)


@pytest.fixture(autouse=True)
def restored(scratch: Any, there: There, operation: Operation) -> Iterator[None]:
    """Brings back what requests changed or removed."""
    yield
    if operation.method in ("PUT", "PATCH", "DELETE"):
        for address, document in there.documents.items():
            assert scratch.client.put(address, json=document).status_code in (201, 204)


@pytest.mark.parametrize("operation", USUAL, ids=NAMES)
def test_answers_to_generated_requests(
    operation: Operation, quick: Any, official: Any, session: requests.Session, there: There
) -> None:
    hold(operation, quick, official("3.1"), session, there.places, examples=2)


@pytest.mark.long
@pytest.mark.parametrize("operation", RELEASED, ids=NAMES)
def test_answers_to_many_generated_requests(
    operation: Operation, whole: Any, official: Any, session: requests.Session, there: There
) -> None:
    hold(operation, whole, official("3.1"), session, there.places, examples=25)


def hold(
    operation: Operation,
    schema: Any,
    official: Any,
    session: requests.Session,
    places: list[Mapping[str, str]],
    *,
    examples: int,
) -> None:
    """Send so many right requests and so many wrong ones."""
    described = schema[operation.path][operation.method]
    # Any text may be an id: where nothing but ids is given, nothing can be wrong by the file.
    could_be_wrong = list(described.query) or list(described.body)
    for mode in GenerationMode if could_be_wrong else [GenerationMode.POSITIVE]:

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=described.as_strategy(generation_mode=mode), place=st.sampled_from([None, *places]))
        def send(case: Case, place: Mapping[str, str] | None) -> None:
            if place is not None:
                known = {name: value for name, value in place.items() if name in case.path_parameters}
                case.path_parameters = {**case.path_parameters, **known}
            answer = case.call(base_url=BASE, session=session)
            assert answer.status_code < 500 or answer.status_code == NOT_SUPPORTED, answer.text
            if answer.status_code != NOT_SUPPORTED:
                case.validate_response(answer, checks=[status_code_conformance])
                conforms(operation, official, answer)

        send()


def conforms(operation: Operation, official: Any, answer: Any) -> None:
    content = official.answer(operation.method, operation.path, answer.status_code)
    if answer.content and answer.headers["content-type"][0].startswith("application/json"):
        fault = official.fault(content["application/json"].get("schema", {}), answer.json())
        assert fault is None, f"{fault}\n{answer.text[:2000]}"
