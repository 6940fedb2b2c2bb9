"""The reads that go ahead of the router answer what the router would."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from aas_server import ids

SHELL = f"/shells/{ids.encode('urn:aas:1')}"
MOTOR = f"/submodels/{ids.encode('urn:sm:1')}"
ORIGIN = {"Origin": "http://localhost:3000"}


@pytest.mark.parametrize("version", ["/api/v3.1", "/api/v3.0"])
@pytest.mark.parametrize(
    "path",
    [
        SHELL,
        f"{SHELL}==",
        f"{SHELL}%3D%3D",
        MOTOR,
        f"{MOTOR}/submodel-elements/Speed/$value",
        f"{MOTOR}/submodel-elements/Axes[0].Speed/$value",
        f"{MOTOR}/submodel-elements/Axes%5B0%5D.Speed/$value",
        f"{MOTOR}/submodel-elements/Axes/$value",
        f"{MOTOR}/submodel-elements/None/$value",
        f"{MOTOR}/submodel-elements/Axes[7]/$value",
        f"{MOTOR}/submodel-elements/Speed[/$value",
        f"/shells/{ids.encode('urn:none')}",
        "/shells/***",
        "/submodels/$none",
    ],
)
def test_the_short_way_and_the_long_way_say_the_same(version: str, path: str, shown: TestClient) -> None:
    short = shown.get(version + path, headers=ORIGIN)
    long = shown.get(f"{version}{path}?", params={"x": "y"}, headers=ORIGIN)
    assert short.status_code == long.status_code
    if short.status_code == 200:
        assert short.content == long.content
    else:
        texts = [answer.json()["messages"][0]["text"] for answer in (short, long)]
        assert texts[0] == texts[1]
    unlike = {"content-length", "date"} if short.status_code != 200 else {"date"}
    assert {name: value for name, value in short.headers.items() if name not in unlike} == {
        name: value for name, value in long.headers.items() if name not in unlike
    }
    assert short.headers["access-control-allow-origin"] == ORIGIN["Origin"]


def test_the_short_way_knows_conditions_and_languages(shown: TestClient) -> None:
    for path in (SHELL, MOTOR):
        address = f"/api/v3.1{path}"
        etag = shown.get(address).headers["etag"]
        again = shown.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert shown.head(address).headers["etag"] == etag
    missing = shown.get(f"/api/v3.1/shells/{ids.encode('urn:x')}", headers={"Accept-Language": "ko"})
    assert "없습니다" in missing.json()["messages"][0]["text"]
