"""The page of operations: complete, in the reader's language, and out of the way of the pages for people."""

from __future__ import annotations

import re
from functools import partial

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.app import mount_apis
from aas_server.api.docs import docs_router
from aas_server.api.health import health_router
from aas_server.api.predictions import described
from aas_server.api.products import products_router
from aas_server.api.records import records_router
from aas_server.product.record import ProductRecord, StepRecord, put_product
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.web.app import create_web
from submodels.text import both


@pytest.fixture
def outer(store: Store, settings: Settings) -> TestClient:
    """The doors of products and streams beside their page, as the server puts them together."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(health_router(dict))
    app.include_router(docs_router(app))
    app.include_router(products_router(store, settings))
    app.include_router(records_router(store, settings))
    return TestClient(app)


def _page(outer: TestClient, language: str) -> str:
    """Without the marks where a long path may break."""
    return outer.get("/docs", headers={"Accept-Language": language}).text.replace("<wbr>", "")


def test_every_operation_of_the_open_api_is_listed_and_said(outer: TestClient) -> None:
    pages = {language: _page(outer, language) for language in ("ko", "en")}
    for path in outer.get("/openapi.json").json()["paths"]:
        assert all(f"<code>{path}</code>" in page for page in pages.values())
    assert "릴리스의 레코드를 페이지 단위로 읽습니다" in pages["ko"]
    assert "The release&#x27;s records, page by page" in pages["en"]
    assert "?table limit cursor columns" in pages["ko"]


def test_the_page_remembers_the_language_of_the_other_pages(outer: TestClient) -> None:
    english = {"Accept-Language": "en"}
    assert '<html lang="en">' in outer.get("/docs", headers=english).text
    assert '<html lang="ko">' in outer.get("/docs?lang=ko", headers=english).text
    assert '<html lang="ko">' in outer.get("/docs", headers=english | {"Cookie": "lang=ko"}).text


def test_headings_are_in_the_readers_language_and_code_is_marked(outer: TestClient, api: TestClient) -> None:
    korean, english = _page(outer, "ko"), _page(outer, "en")
    for ko, en in (("상품과 릴리스", "Products and releases"), ("스트림", "Streams"), ("서버 상태", "Health")):
        assert f"<h2>{ko}</h2>" in korean and f"<h2>{en}</h2>" in english
    specified = api.get("/api/v3.1/docs").text
    assert "``" not in korean + english + specified
    assert "with <code>aasId</code> those that hold this shell" in specified


def test_the_root_is_left_to_the_pages_for_people(outer: TestClient) -> None:
    assert outer.get("/").status_code == 404


def test_what_is_only_a_draft_comes_last(api: TestClient) -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", api.get("/api/v3.1/docs").text)
    assert [heading for heading in headings if "draft" in heading] == headings[-1:]


def test_the_aas_api_shows_its_operations_at_its_root_too(api: TestClient) -> None:
    for path in ("/api/v3.1/", "/api/v3.1/docs"):
        assert "GetAllAssetAdministrationShells" in api.get(path).text


@pytest.mark.parametrize("version", ["v3.1", "v3.0"])
def test_the_root_without_its_slash_leads_to_it(version: str, store: Store, settings: Settings) -> None:
    app = FastAPI()
    mount_apis(app, store, Repository(store), Packages(store), settings)
    app.mount("/", create_web(store, settings, lambda: None))
    client = TestClient(app, raise_server_exceptions=False)
    moved = client.get(f"/api/{version}?a=b", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, f"{version}/?a=b")
    assert "GetAllAssetAdministrationShells" in client.get(f"/api/{version}").text
    assert list(client.put(f"/api/{version}").json()) == ["messages"]


def test_models_with_a_description_of_their_own_are_linked(store: Store) -> None:
    steps = {"collect": StepRecord("done", "2026-03-20T00:00:00Z")}
    for id, release in (("a b", "a b-r1"), ("unfinished", "")):
        put_product(store.catalogue, ProductRecord(id, both("가", "a"), "ai-module", "x", steps, release, 1))
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(docs_router(app, models=partial(described, store.catalogue)))
    page = TestClient(app).get("/docs?lang=en").text
    assert 'href="/products/a%20b/releases/a%20b-r1/predict/openapi.json?lang=en">a b-r1</a>' in page
    assert "unfinished" not in page
