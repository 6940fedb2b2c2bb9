"""Every operation of IDTA-01002, asked something sensible: the status, what it does, and the official schema.

What is asked stands in ``scenarios/``. The operations of a shell and of a submodel are served in several places;
there they are asked the same.
"""

from __future__ import annotations

import base64
import json
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from aas_server import ids
from aas_server.api.operations import Operation, operations

pytestmark = pytest.mark.shared

Json = dict[str, Any]
PLACES = {
    "{submodel}": (
        "/shells/{aasIdentifier}/submodels/{submodelIdentifier}",
        "/aas/submodels/{submodelIdentifier}",
        "/submodels/{submodelIdentifier}",
        "/submodel",
    ),
    "{shell}": ("/shells/{aasIdentifier}", "/aas"),
}
NAMED = {
    "aasIdentifier": ids.encode("urn:aas:1"),
    "submodelIdentifier": ids.encode("urn:sm:1"),
    "cdIdentifier": ids.encode("urn:cd:1"),
}
SCENARIOS: dict[str, Json] = {}
for table in sorted((Path(__file__).parent / "scenarios").glob("*.toml")):
    SCENARIOS |= tomllib.loads(table.read_text("utf-8"))


def placed(path: str) -> tuple[str, str]:
    """A path as the scenarios write it, and the prefix that stands for its place."""
    path = path.replace("invoke-asnyc", "invoke-async")
    for sign, prefixes in PLACES.items():
        for prefix in prefixes:
            if path == prefix or path.startswith(prefix + "/"):
                return sign + path.removeprefix(prefix), prefix
    return path, ""


def asked(version: str) -> list[Any]:
    released = [one for one in operations().values() if one.since <= version]
    return [pytest.param(version, one, id=f"{version}-{one.method}-{one.path}") for one in released]


class Asking:
    """Asks the app what a scenario says, at one place, and holds every answer against the official file."""

    def __init__(self, client: TestClient, official: Any, version: str, prefix: str) -> None:
        self._client = client
        self._official = official
        self._base = f"/api/v{version}"
        self._prefix = prefix
        self._named = dict(NAMED)

    def run(self, scenario: str) -> None:
        """What has to be asked before, the operation itself, and what has to be asked until its work has ended."""
        for earlier in SCENARIOS[scenario].get("before", ()):
            self.run(earlier)
        self._step(scenario)
        if ending := SCENARIOS[scenario].get("ending"):
            self._step(ending)

    def _step(self, scenario: str) -> None:
        told = SCENARIOS[scenario]
        method, _, path = scenario.partition(" ")
        path = path.replace("{submodel}", self._prefix).replace("{shell}", self._prefix)
        address = self._address(path, told)
        answer = self._asked(method, path, address, told)
        self._remember(answer)
        fits(answer, told)
        if then := told.get("then"):
            seen = answer.headers["location"] if then.get("at") == "Location" else address
            later = self._client.get(seen)
            assert later.status_code == then.get("status", 200), later.text
            fits(later, then)

    def _address(self, path: str, told: Json) -> str:
        named = self._named | {"idShortPath": told.get("path", "Speed")}
        for name, value in named.items():
            path = path.replace(f"{{{name}}}", value)
        return self._base + path

    def _asked(self, method: str, path: str, address: str, told: Json) -> httpx2.Response:
        wanted = told.get("status", 200)
        deadline = time.monotonic() + 90
        while True:
            answer = self._client.request(
                method,
                address,
                params={key: encoded(key, value) for key, value in told.get("query", {}).items()},
                json=told.get("json"),
                files=self._files(told),
                data=told.get("form"),
                headers=told.get("headers"),
                follow_redirects=False,
            )
            self._conforms(method, path, answer)
            if answer.status_code != told.get("while"):
                break
            assert time.monotonic() < deadline
        assert answer.status_code in (wanted if isinstance(wanted, list) else [wanted]), answer.text
        return answer

    def _files(self, told: Json) -> Any:
        if not (file := told.get("file")):
            return None
        return {"file": (file["name"], self._package() if "package" in file else file["content"], file["type"])}

    def _package(self) -> bytes:
        answer = self._client.get(
            f"{self._base}/serialization",
            params={"aasIds": NAMED["aasIdentifier"]},
            headers={"Accept": "application/asset-administration-shell-package+xml"},
        )
        assert answer.status_code == 200
        return answer.content

    def _conforms(self, method: str, path: str, answer: httpx2.Response) -> None:
        content = self._official.answer(method, self._spelled(method, path), answer.status_code)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if not answer.content:
            assert "application/json" not in content, f"{answer.status_code} without a body"
        elif kind == "application/json":
            schema = content[kind].get("schema", {})
            if fault := self._official.fault(schema, answer.json()):
                pytest.fail(f"{fault}\n{answer.text[:3000]}")

    def _spelled(self, method: str, path: str) -> str:
        """V3.1.2 has a slip in one path, V3.0.4 in another."""
        slip = path.replace("invoke-async", "invoke-asnyc")
        return path if path in self._official.document["paths"] else slip

    def _remember(self, answer: httpx2.Response) -> None:
        """Handles and packages are named by the ``Location`` of what began or created them."""
        last = answer.headers.get("location", "").removesuffix("/$value").rpartition("/")[2]
        if last:
            self._named |= {"handleId": last, "packageId": last}


def encoded(key: str, value: Any) -> str:
    if key == "assetIds":
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    return ids.encode(value) if key == "aasIds" else str(value)


def fits(answer: httpx2.Response, told: Json) -> None:
    if "content" in told:
        assert answer.text == told["content"]
    if "holds" in told:
        assert holds(answer.json(), told["holds"]), answer.text[:3000]


def holds(found: Any, wanted: Any) -> bool:
    """Whether everything wanted is there: more keys may be, and more items of a list in any order."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and holds(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and all(any(holds(one, item) for one in found) for item in wanted)
    return bool(found == wanted)


@pytest.mark.parametrize(("version", "operation"), [*asked("3.1"), *asked("3.0")])
def test_an_operation(
    version: str, operation: Operation, client: TestClient, official: Callable[[str], Any]
) -> None:
    path, prefix = placed(operation.path)
    Asking(client, official(version), version, prefix).run(f"{operation.method} {path}")


def test_every_scenario_is_that_of_an_operation() -> None:
    known = {f"{one.method} {placed(one.path)[0]}" for one in operations().values() if one.since <= "3.1"}
    assert set(SCENARIOS) == known
