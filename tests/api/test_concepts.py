"""The dictionary over REST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from aas_server.api.concepts import concepts_router
from aas_server.api.problems import install_problems
from aas_server.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = FastAPI()
    install_problems(app)
    app.include_router(concepts_router(Settings(data=tmp_path)))
    with TestClient(app) as opened:
        yield opened


def test_entries_are_found_by_name_and_unit(client: TestClient) -> None:
    found = client.get("/concepts", params={"search": "사출 압력", "unit": "bar"}).json()["result"]
    assert found[0]["key"] == "pressure" and 0 < found[0]["score"] <= 1
    assert len(client.get("/concepts", params={"quantity": "Temperature", "limit": 1}).json()["result"]) == 1


def test_one_entry_is_told_by_irdi_or_key(client: TestClient) -> None:
    for id in ("0112/2///61987#ABA927#005", "temperature"):
        assert client.get("/concepts/entry", params={"id": id}).json()["names"]["ko"] == "온도"


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/concepts", {}, 400),
        ("/concepts", {"unit": "furlong"}, 400),
        ("/concepts", {"quantity": "Nothing"}, 400),
        ("/concepts", {"search": "x" * 300}, 400),
        ("/concepts/entry", {"id": "nothing"}, 404),
        ("/concepts/other", {}, 404),
    ],
)
def test_wrong_questions_are_told(client: TestClient, path: str, params: dict[str, str], status: int) -> None:
    assert client.get(path, params=params).status_code == status
