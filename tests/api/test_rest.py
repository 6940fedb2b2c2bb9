"""What is no operation below our own doors: JSON, never a page."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.health import health_router
from aas_server.api.problems import install_problems
from aas_server.api.products import products_router
from aas_server.api.records import records_router
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.web.app import create_web


@pytest.fixture
def doors(store: Store, settings: Settings) -> TestClient:
    """The doors with the pages behind them, as the server puts them together."""
    app = FastAPI()
    install_problems(app)
    app.include_router(products_router(store, settings))
    app.include_router(records_router(store, Settings()))
    app.include_router(health_router(dict))
    app.mount("/", create_web(store, settings, lambda: None))
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/products/x/nix"),
        ("DELETE", "/products/x/releases/y/records/z"),
        ("DELETE", "/streams/x"),
        ("GET", "/streams/x/nix"),
        ("GET", "/health"),
        ("GET", "/health/nix"),
        ("DELETE", "/products/x"),
    ],
)
def test_an_unknown_path_is_answered_as_json(doors: TestClient, method: str, path: str) -> None:
    answer = doors.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert set(answer.json()) >= {"error", "message"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/products", "GET"),
        ("PUT", "/products/x", "DELETE, GET"),
        ("DELETE", "/products/x/releases/y/records", "GET"),
        ("POST", "/products/x/listing", "DELETE"),
        ("DELETE", "/streams/x/records", "GET"),
        ("POST", "/health/live", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(doors: TestClient, method: str, path: str, allowed: str) -> None:
    answer = doors.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["error"] == "method-not-allowed"
