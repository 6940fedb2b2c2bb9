"""What the BaSyx web user interface sends and reads, request by request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from aas_server import ids

BASE = "/api/v3.1"
ORIGIN = {"Origin": "http://localhost:3000"}
At = Callable[..., str]
SHELL, MOTOR, SPEED = ids.encode("urn:aas:1"), ids.encode("urn:sm:1"), "submodel-elements/Speed"
ASSET = ids.encode('{"name":"globalAssetId","value":"urn:asset:1"}')


@pytest.mark.parametrize(
    "path",
    [
        "/description",
        "/shell-descriptors",
        "/shell-descriptors?limit=100",
        f"/shells/{SHELL}",
        f"/shell-descriptors/{SHELL}",
        f"/shells/{SHELL}/asset-information",
        f"/submodel-descriptors/{MOTOR}",
        f"/submodels/{MOTOR}",
        "/shells?limit=1",
        "/submodels?limit=1&level=core",
        "/concept-descriptions?limit=1",
        "/submodel-descriptors?limit=1",
        "/lookup/shells?limit=1",
        "/submodels",
        "/shells?limit=1000",
    ],
)
def test_the_first_load_and_a_click_are_answered(path: str, shown: TestClient) -> None:
    answer = shown.get(BASE + path, headers=ORIGIN)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json", "anything else is taken for a file"
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    assert "status" not in answer.json() and "code" not in answer.json(), "it would be taken for a failure"


@pytest.mark.parametrize("kind", ["shells", "shell-descriptors", "submodels", "concept-descriptions"])
def test_a_limit_above_the_maximum_is_cut(kind: str, shown: TestClient) -> None:
    assert len(shown.get(f"{BASE}/{kind}?limit=1000").json()["result"]) >= 1


def test_descriptors_name_the_interfaces_that_are_looked_for(shown: TestClient) -> None:
    for path, wanted in (("shell-descriptors", {"AAS-3.0"}), ("submodel-descriptors", {"SUBMODEL-3.0"})):
        for descriptor in shown.get(f"{BASE}/{path}").json()["result"]:
            assert wanted <= {endpoint["interface"] for endpoint in descriptor["endpoints"]}


def test_a_concept_that_is_not_here_is_a_quiet_404(shown: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    missing = shown.get(f"{BASE}/concept-descriptions/{ids.encode('0173-1#02-AAW001#001')}", headers=ORIGIN)
    assert missing.status_code == 404 and missing.json()["messages"][0]["code"] == "404"
    assert missing.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    assert not [record for record in caplog.records if record.name.startswith(("aas_server", "uvicorn"))]


def test_the_description_is_public(shown: TestClient) -> None:
    assert shown.get(f"{BASE}/description", headers={"Authorization": "Bearer x"}).status_code == 200
    assert shown.get(f"{BASE}/description").status_code == 200


@pytest.mark.parametrize("given", [ASSET, f"{ASSET}==", f"{ASSET}%3D%3D", f"{ASSET}&assetIds={ASSET}"])
def test_an_asset_is_looked_up(given: str, shown: TestClient) -> None:
    assert shown.get(f"{BASE}/lookup/shells?assetIds={given}").json()["result"] == ["urn:aas:1"]


def test_a_file_is_uploaded(filled: TestClient, documents: list[tuple[str, dict[str, object]]]) -> None:
    environment = json.dumps({"submodels": [documents[2][1]]})
    for query in ("", "?ignore-duplicates=true"):
        sent = filled.post(f"{BASE}/upload{query}", files={"file": ("x.json", environment)}, headers=ORIGIN)
        assert sent.status_code == 200, sent.text


def test_a_value_is_patched_as_a_json_string(filled: TestClient, at: At) -> None:
    address = at("submodels", "urn:sm:1", f"/{SPEED}/$value")
    for text in ("99.25", "99.25"):
        assert filled.patch(address, content=json.dumps(text), headers=ORIGIN).status_code == 204
    assert filled.get(address).text == "99.25"
    assert filled.get(at("submodels", "urn:sm:1", f"/{SPEED}")).json()["value"] == "99.25"


def test_an_attachment_is_replaced(filled: TestClient, at: At) -> None:
    address = at("submodels", "urn:sm:1", "/submodel-elements/Manual/attachment")
    sent = filled.put(address, files={"file": ("b.pdf", b"%PDF")}, data={"fileName": "b.pdf"})
    assert sent.status_code == 204 and filled.get(address).content == b"%PDF"


@pytest.mark.parametrize("method", ["PATCH", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/shells", f"/submodels/{MOTOR}/{SPEED}/$value", "/no/such/place"])
def test_every_write_is_asked_for_beforehand(method: str, path: str, shown: TestClient) -> None:
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type, authorization",
    }
    answer = shown.options(BASE + path, headers=asked)
    assert answer.status_code == 204 and answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    assert method in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/shells/***", 400),
        ("GET", "/shells?limit=undefined", 400),
        ("PATCH", "/shells", 405),
        ("POST", "/shells", 400),
        ("PUT", f"/shells/{SHELL}", 415),
        ("GET", f"/shells/{SHELL}/asset-information/thumbnail", 404),
    ],
)
def test_errors_bear_cors_too(method: str, path: str, status: int, shown: TestClient) -> None:
    given: dict[str, Any] = {"headers": ORIGIN}
    if status == 415:
        given = {"headers": ORIGIN | {"Content-Type": "text/xml"}, "content": b"<shell/>"}
    answer = shown.request(method, BASE + path, **given)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    message = answer.json()["messages"][0]
    assert message["code"] == str(status) and list(answer.json()) == ["messages"]
