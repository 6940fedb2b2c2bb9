"""Where a request says we are: the setting, a trusted proxy's headers, its own Host, in this order."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from aas_server.api.address import Address
from aas_server.api.guard import Guard
from aas_server.errors import BadInput
from aas_server.settings import Settings, load

PROXY = "10.1.2.3"


def told(headers: dict[str, str], peer: str = PROXY, **settings: object) -> str:
    """The address the server gives of itself, or the status where it refuses."""
    set_up = Settings(**settings)  # type: ignore[arg-type]

    async def where(request: Request) -> Response:
        return PlainTextResponse(Address(set_up).url(request, "/shells"))

    app = Starlette(routes=[Mount("/api/v3.1", routes=[Route("/here", where)])])
    client = TestClient(Guard(app, set_up), base_url="http://127.0.0.1:8080", client=(peer, 5000))
    answer = client.get("/api/v3.1/here", headers=headers)
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def test_the_requests_own_host_where_nothing_else_is_said() -> None:
    assert told({}) == "http://127.0.0.1:8080/api/v3.1/shells"
    assert told({"Host": "localhost:99"}) == "http://localhost:99/api/v3.1/shells"


def test_the_setting_comes_first_with_its_path() -> None:
    headers = {"X-Forwarded-Host": "localhost:1"}
    url = told(headers, external_url="https://factory.example/twin/", trusted_proxies=PROXY)
    assert url == "https://factory.example/twin/api/v3.1/shells"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "twin.example", "X-Forwarded-Prefix": "/a/b/"},
        {"Forwarded": 'for=1.2.3.4;host="twin.example";proto=https', "X-Forwarded-Prefix": "/a/b"},
        {"X-Forwarded-Proto": "http, https", "X-Forwarded-Host": "evil.example, twin.example"}
        | {"X-Forwarded-Prefix": "/evil, /a/b"},
    ],
)
def test_a_trusted_proxy_is_believed(headers: dict[str, str]) -> None:
    url = told(headers, trusted_proxies="10.1.0.0/16", allowed_hosts="Twin.example")
    assert url == "https://twin.example/a/b/api/v3.1/shells"


@pytest.mark.parametrize("trusted", ["", "10.9.9.9"])
def test_nobody_else_is_believed(trusted: str) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/x"}
    assert told(headers, trusted_proxies=trusted) == "http://127.0.0.1:8080/api/v3.1/shells"
    assert told(headers, peer="unix", trusted_proxies=trusted) == "http://127.0.0.1:8080/api/v3.1/shells"


def test_a_forwarded_host_must_be_ours_too() -> None:
    assert told({"X-Forwarded-Host": "evil.example"}, trusted_proxies=PROXY) == "403"
    assert told({"X-Forwarded-Host": "evil.example"}, trusted_proxies=PROXY, allowed_hosts="a.example") == "403"
    door = Guard(Starlette(), Settings(trusted_proxies=[PROXY]))
    client = TestClient(door, base_url="http://127.0.0.1:8080", client=(PROXY, 5000))
    refused = client.get("/", headers={"X-Forwarded-Host": "pub.example"}).text
    assert "proxy" in refused and "pub.example" in refused and "allowed_hosts" in refused


def test_what_is_no_scheme_host_or_prefix_is_passed_over() -> None:
    headers = {"X-Forwarded-Proto": "javascript", "X-Forwarded-Prefix": "//evil.example/ x"}
    assert told(headers, trusted_proxies=PROXY) == "http://127.0.0.1:8080/api/v3.1/shells"
    assert told({"Host": 'a"b'}, insecure=True, port=81) == "http://127.0.0.1:81/api/v3.1/shells"


def test_a_proxy_that_is_no_address_is_a_wrong_setting() -> None:
    with pytest.raises(BadInput, match="settings-wrong"):
        load(None, trusted_proxies="nginx")
