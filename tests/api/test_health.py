from __future__ import annotations

from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.health import Ready, health_router


def client(ready: Ready) -> TestClient:
    app = FastAPI()
    app.include_router(health_router(ready))
    return TestClient(app)


def test_ready_says_what_is_waited_for() -> None:
    state = {"mqtt://127.0.0.1:1883": False, "store": True}
    answer = client(lambda: state).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "waiting": ["mqtt://127.0.0.1:1883"]}
    state["mqtt://127.0.0.1:1883"] = True
    assert client(lambda: state).get("/health/ready").json() == {"ready": True, "waiting": []}


def test_it_lives_before_it_is_ready() -> None:
    assert client(lambda: {"ingest": False}).get("/health/live").status_code == 200
