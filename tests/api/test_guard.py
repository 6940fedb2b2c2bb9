from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from aas_server.api.guard import Guard
from aas_server.settings import Settings


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


def client(**settings: object) -> TestClient:
    app = Starlette(routes=[Route("/{any:path}", hello, methods=["GET", "POST", "OPTIONS"])])
    guard = Guard(app, Settings(**settings))  # type: ignore[arg-type]
    return TestClient(guard, base_url="http://127.0.0.1:8080")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "[::1]:8080", "127.8.8.8", "LOCALHOST"]
)
def test_our_own_names_are_answered(host: str) -> None:
    assert client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "[::", "localhost.evil:80"]
)
def test_a_foreign_name_is_refused(host: str) -> None:
    page = client().get("/", headers={"Host": host, "Accept-Language": "ko"})
    assert page.status_code == 403 and "external_url" in page.text
    assert list(client().get("/api/v3.1/shells", headers={"Host": host}).json()) == ["messages"]


def test_the_external_name_is_ours() -> None:
    ours = client(external_url="https://twin.factory.example/base")
    assert ours.get("/", headers={"Host": "twin.factory.example"}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:3000", True),
        ("http://127.0.0.1:9", True),
        ("http://[::1]:3000", True),
        ("https://ui.factory.example", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("null", False),
    ],
)
def test_pages_of_known_origins_may_read_and_write(origin: str, allowed: bool) -> None:
    door = client(allowed_origins=["https://ui.factory.example"])
    read = door.get("/", headers={"Origin": origin})
    assert read.status_code == (200 if allowed else 403)
    assert allowed or ("reads" in read.text and "allowed_origins" in read.text)
    assert ("access-control-allow-origin" in read.headers) == allowed
    assert "Origin" in read.headers["vary"]
    assert door.post("/", headers={"Origin": origin}).status_code == (200 if allowed else 403)
    asked = {"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-y"}
    preflight = door.options("/", headers=asked)
    assert (preflight.headers.get("access-control-allow-headers") == "x-y") == allowed
    if allowed:
        assert preflight.status_code == 204 and "PUT" in preflight.headers["access-control-allow-methods"]


def test_a_page_that_hides_its_origin_may_not_write() -> None:
    hidden = {"Sec-Fetch-Site": "cross-site"}
    assert client().post("/", headers=hidden).status_code == 403
    assert client().get("/", headers=hidden).status_code == 200, "a link elsewhere may lead here"


def test_a_program_without_origin_may_write() -> None:
    assert client().post("/").status_code == 200


def test_insecure_lifts_it() -> None:
    door = client(insecure=True)
    answer = door.post("/", headers={"Host": "twin", "Origin": "https://evil.example"})
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "https://evil.example"
