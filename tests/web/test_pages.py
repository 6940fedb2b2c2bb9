"""What a reader finds on the pages."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_first(client: TestClient, finished: object) -> None:
    assert client.get("/").status_code == 200
    page = client.get("/pages/products/moulding-cell")
    assert page.status_code == 200
    assert client.get("/pages/feed").status_code == 200
