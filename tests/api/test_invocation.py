"""Invoking Operations over a real server: synchronously, asynchronously, by values, in every place."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx2
import msgspec
import pytest
from fastapi import FastAPI

from aas_server import ids
from aas_server.api.app import mount_apis
from aas_server.api.guard import Guard
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.metamodel import decode, verified
from aas_server.twin.operations import Call, Operations
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Bundle, Repository

Json = dict[str, Any]
SHELL, SUBMODEL = ids.encode("urn:aas:1"), ids.encode("urn:sm:ops")
PLACES = [
    f"submodels/{SUBMODEL}",
    f"shells/{SHELL}/submodels/{SUBMODEL}",
    f"aas/submodels/{SUBMODEL}",
    "submodel",
]


def prop(name: str, value_type: str, value: str | None = None) -> Json:
    element = {"modelType": "Property", "idShort": name, "valueType": value_type}
    return element if value is None else element | {"value": value}


def wrapped(*elements: Json) -> list[Json]:
    return [{"value": element} for element in elements]


def operation(name: str, meaning: str, **roles: list[Json]) -> Json:
    semantic = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": meaning}]}
    variables = {f"{role}Variables": wrapped(*elements) for role, elements in roles.items()}
    return {"modelType": "Operation", "idShort": name, "semanticId": semantic} | variables


SCALE = operation(
    "Scale",
    "urn:op:scale",
    input=[prop("Factor", "xs:double")],
    inoutput=[prop("Speed", "xs:decimal")],
    output=[prop("Unit", "xs:string")],
)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens for the operation ``Wait``."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def operations(gate: threading.Event) -> Operations:
    made = Operations()

    def scale(call: Call) -> Json:
        speed = float(call.arguments["Speed"]) * call.arguments["Factor"]
        return {"Speed": f"{speed:.2f}", "Unit": "1/min"}

    async def hold(call: Call) -> Json:
        while not gate.is_set():
            await asyncio.sleep(0.005)
        return {"Done": True}

    made.register("urn:op:scale", scale)
    made.register("urn:op:wait", hold)
    made.register("urn:op:reset", lambda call: {})
    made.register("urn:op:fail", lambda call: {"Done": 1 // 0})
    return made


@pytest.fixture
def app(store: Store, settings: Settings, packages: Packages, operations: Operations) -> Guard:
    outer = FastAPI()
    settings = settings.model_copy(update={"single_submodel": "urn:sm:ops"})
    mount_apis(outer, store, Repository(store), packages, settings, operations)
    return Guard(outer, settings)


@pytest.fixture
def client(live: str, store: Store) -> Iterator[httpx2.Client]:
    done = prop("Done", "xs:boolean")
    nested = {
        "modelType": "SubmodelElementCollection",
        "idShort": "Cell",
        "value": [operation("Reset", "urn:op:reset")],
    }
    elements = [
        SCALE,
        operation("Wait", "urn:op:wait", output=[done]),
        operation("Fail", "urn:op:fail", output=[done]),
        operation("Unknown", "urn:op:unknown"),
        {"modelType": "Capability", "idShort": "Turn"},
        nested,
    ]
    reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:ops"}]}
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": "urn:aas:1",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:asset:1"},
        "submodels": [reference],
    }
    submodel = {"modelType": "Submodel", "id": "urn:sm:ops", "idShort": "Ops", "submodelElements": elements}
    checked = [
        verified("shell", decode(msgspec.json.encode(shell))),
        verified("submodel", decode(msgspec.json.encode(submodel))),
    ]
    asyncio.run(Repository(store).put_all(Bundle(checked)))
    with httpx2.Client(base_url=f"{live}/api/v3.1/", follow_redirects=False, timeout=60) as made:
        yield made


def ended(client: httpx2.Client, location: str) -> httpx2.Response:
    """The answer to the status once it is no longer 200."""
    deadline = time.monotonic() + 90
    while (answer := client.get(location)).status_code == 200:
        assert answer.json() == {"executionState": "Running"}
        assert time.monotonic() < deadline
    return answer


def sentence(answer: httpx2.Response) -> str:
    (message,) = answer.json()["messages"]
    return str(message["text"])


ARGUMENTS = {
    "inputArguments": wrapped(prop("Factor", "xs:double", "2")),
    "inoutputArguments": wrapped(prop("Speed", "xs:decimal", "1.50")),
}
VALUES = {"inputArguments": {"Factor": 2}, "inoutputArguments": {"Speed": 1.5}}


@pytest.mark.parametrize("place", PLACES)
def test_an_operation_is_invoked_and_answers_its_result(client: httpx2.Client, place: str) -> None:
    answer = client.post(f"{place}/submodel-elements/Scale/invoke", json=ARGUMENTS)
    assert answer.status_code == 200
    assert answer.json() == {
        "executionState": "Completed",
        "success": True,
        "outputArguments": wrapped(prop("Unit", "xs:string", "1/min")),
        "inoutputArguments": wrapped(prop("Speed", "xs:decimal", "3.00")),
    }


@pytest.mark.parametrize("place", PLACES)
def test_it_is_invoked_by_values(client: httpx2.Client, place: str) -> None:
    answer = client.post(f"{place}/submodel-elements/Scale/invoke/$value", json=VALUES)
    assert answer.status_code == 200
    assert b'"Speed":3.00' in answer.content
    assert answer.json() == {
        "executionState": "Completed",
        "success": True,
        "outputArguments": {"Unit": "1/min"},
        "inoutputArguments": {"Speed": 3.0},
    }


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("values", [False, True])
def test_it_is_begun_and_its_result_fetched_later(
    client: httpx2.Client, gate: threading.Event, place: str, values: bool
) -> None:
    modifier = "/$value" if values else ""
    begun = client.post(
        f"{place}/submodel-elements/Wait/invoke-async{modifier}", json={"clientTimeoutDuration": "PT60S"}
    )
    assert (begun.status_code, begun.content) == (202, b"")
    status = begun.headers["location"]
    assert f"/{place}/submodel-elements/Wait/operation-status/" in status
    assert client.get(status).json() == {"executionState": "Running"}
    running = client.get(status.replace("operation-status", "operation-results"))
    assert running.json() == {"executionState": "Running"}
    gate.set()
    redirect = ended(client, status)
    assert redirect.status_code == 302
    result = client.get(redirect.headers["location"]).json()
    shown = {"Done": True} if values else wrapped(prop("Done", "xs:boolean", "true"))
    assert result == {"executionState": "Completed", "success": True, "outputArguments": shown}
    plain = redirect.headers["location"].removesuffix("/$value")
    assert client.get(plain).json()["outputArguments"] == wrapped(prop("Done", "xs:boolean", "true"))
    assert client.get(f"{plain}/$value").json()["outputArguments"] == {"Done": True}


@pytest.mark.parametrize("name", ["invoke-async", "invoke-asnyc"])
@pytest.mark.parametrize("modifier", ["", "/$value"])
def test_both_spellings_are_served_at_the_single_shell(
    client: httpx2.Client, gate: threading.Event, name: str, modifier: str
) -> None:
    gate.set()
    path = f"{PLACES[2]}/submodel-elements/Wait/{name}{modifier}"
    for version in ("v3.1", "v3.0"):
        url = f"{client.base_url}".replace("v3.1", version) + path
        assert client.post(url, json={"clientTimeoutDuration": "PT1M"}).status_code == 202


def test_an_operation_deep_in_a_submodel_has_its_own_handles(client: httpx2.Client) -> None:
    at = f"{PLACES[0]}/submodel-elements"
    begun = client.post(f"{at}/Cell.Reset/invoke-async", json={"clientTimeoutDuration": "PT60S"})
    status = begun.headers["location"]
    assert ended(client, status).status_code == 302
    handle = status.rsplit("/", 1)[1]
    assert client.get(f"{at}/Cell.Reset/operation-status/{ids.decode(handle)}").status_code == 302
    assert client.get(f"{at}/Cell.Reset/operation-status/{ids.encode(handle)}").status_code == 302
    assert client.get(f"{at}/Wait/operation-status/{handle}").status_code == 404
    unknown = client.get(f"{at}/Wait/operation-results/{ids.encode('nothing')}")
    assert unknown.status_code == 404 and "handle" in sentence(unknown)


def test_what_fails_while_it_runs_is_told_by_the_result(client: httpx2.Client) -> None:
    at = f"{PLACES[0]}/submodel-elements/Fail"
    now = client.post(f"{at}/invoke", json={})
    begun = client.post(f"{at}/invoke-async", json={"clientTimeoutDuration": "PT60S"})
    later = client.get(ended(client, begun.headers["location"]).headers["location"])
    for answer in (now, later):
        assert answer.status_code == 200
        body = answer.json()
        assert (body["executionState"], body["success"]) == ("Failed", False)
        assert "ZeroDivisionError" in sentence(answer)
    korean = client.get(str(later.url), headers={"Accept-Language": "ko"})
    assert "오류가 났습니다" in sentence(korean)


def test_what_takes_too_long_is_stopped(client: httpx2.Client) -> None:
    at = f"{PLACES[0]}/submodel-elements/Wait"
    limit = {"clientTimeoutDuration": "PT0.05S"}
    now = client.post(f"{at}/invoke", json=limit)
    begun = client.post(f"{at}/invoke-async", json=limit)
    later = client.get(ended(client, begun.headers["location"]).headers["location"])
    for answer in (now, later):
        assert (answer.json()["executionState"], answer.json()["success"]) == ("Timeout", False)
        assert "0.05" in sentence(answer)


@pytest.mark.parametrize("kind", ["invoke", "invoke-async"])
@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("Gone", 404, "Gone"),
        ("Turn", 405, "no Operation"),
        ("Cell", 405, "no Operation"),
        ("Unknown", 501, "urn:op:unknown"),
        ("Scale", 400, "'Factor' is missing. It is a Property xs:double"),
    ],
)
def test_nothing_runs_where_it_cannot(
    client: httpx2.Client, kind: str, path: str, status: int, words: str
) -> None:
    for modifier in ("", "/$value"):
        answer = client.post(
            f"{PLACES[0]}/submodel-elements/{path}/{kind}{modifier}", json={"clientTimeoutDuration": "PT1S"}
        )
        assert (answer.status_code, list(answer.json())) == (status, ["messages"])
        assert words in sentence(answer)


@pytest.mark.parametrize(
    ("modifier", "body", "words"),
    [
        ("", b"[]", "OperationRequest"),
        ("", b"{", "JSON"),
        ("", b'{"inputArguments":{"Factor":2}}', "inputArguments"),
        ("", b'{"inputArguments":[2]}', "inputArguments"),
        ("/$value", b'{"inputArguments":[2]}', "inputArguments"),
        ("/$value", b'{"inputArguments":{"Factor":"two"}}', "xs:double"),
        ("/$value", b'{"inputArguments":{"Faktor":2}}', "'Faktor' is no variable"),
        ("", b'{"clientTimeoutDuration":"60"}', "clientTimeoutDuration"),
        ("", b'{"clientTimeoutDuration":"-PT1S"}', "clientTimeoutDuration"),
        ("", b'{"clientTimeoutDuration":60}', "clientTimeoutDuration"),
    ],
)
def test_a_wrong_request_is_refused_with_the_reason(
    client: httpx2.Client, modifier: str, body: bytes, words: str
) -> None:
    answer = client.post(f"{PLACES[0]}/submodel-elements/Scale/invoke{modifier}", content=body)
    assert answer.status_code == 400 and words in sentence(answer)


def test_who_does_not_wait_has_to_say_how_long_it_may_take(client: httpx2.Client) -> None:
    answer = client.post(f"{PLACES[0]}/submodel-elements/Wait/invoke-async", json={})
    assert answer.status_code == 400 and "PT60S" in sentence(answer)


def test_a_submodel_of_another_shell_is_not_found(client: httpx2.Client, live: str) -> None:
    other = f"shells/{ids.encode('urn:aas:2')}/submodels/{SUBMODEL}/submodel-elements/Scale/invoke"
    assert client.post(other, json=ARGUMENTS).status_code == 404


def test_a_host_that_may_not_be_called_is_named(client: httpx2.Client, store: Store) -> None:
    qualifier = {"type": "invocationDelegation", "valueType": "xs:string", "value": "http://169.254.169.254/x"}
    away = operation("Away", "urn:op:away") | {"qualifiers": [qualifier]}
    submodel = {"modelType": "Submodel", "id": "urn:sm:away", "idShort": "Ops", "submodelElements": [away]}
    asyncio.run(Repository(store).put("submodel", msgspec.json.encode(submodel)))
    at = f"submodels/{ids.encode('urn:sm:away')}/submodel-elements/Away"
    answer = client.post(f"{at}/invoke", json={})
    assert answer.status_code == 403 and "delegation_hosts" in sentence(answer)


def test_results_outlive_the_server(
    client: httpx2.Client,
    store: Store,
    settings: Settings,
    packages: Packages,
    serving: Callable[[Guard], AbstractContextManager[str]],
) -> None:
    limit = {"clientTimeoutDuration": "PT60S"}
    at = f"{PLACES[0]}/submodel-elements"
    status = client.post(f"{at}/Cell.Reset/invoke-async", json=limit).headers["location"]
    assert ended(client, status).status_code == 302
    cut_off = client.post(f"{at}/Wait/invoke-async", json=limit).headers["location"]
    by_value = client.post(f"{at}/Wait/invoke-async/$value", json=limit).headers["location"]
    outer = FastAPI()
    mount_apis(outer, store, Repository(store), packages, settings)
    with serving(Guard(outer, settings)) as url:
        paths = [one[one.index("/api/v3.1") :] for one in (status, cut_off)]
        again = [
            httpx2.get(url + path.replace("operation-status", "operation-results"), timeout=60) for path in paths
        ]
        asked = [httpx2.get(url + one[one.index("/api/v3.1") :], timeout=60) for one in (cut_off, by_value)]
    forms = [one.headers["location"].endswith("/$value") for one in asked]
    assert ([one.status_code for one in asked], forms) == ([302, 302], [False, True])
    assert [one.json()["executionState"] for one in again] == ["Completed", "Failed"]
    assert "server stopped" in sentence(again[1])
