"""What all pages share: language, headers, static files, errors."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from aas_server.ingest.state import FeedState
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.web import create_web

PAGE = "/pages/products/moulding-cell"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


def test_korean_where_nothing_is_said(client: TestClient) -> None:
    assert '<html lang="ko">' in client.get("/").text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en-US,en;q=0.9", "en"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en;q=0.3,ko;q=0.9", "ko"),
        ("de-DE,de;q=0.9", "en"),
        ("*", "ko"),
        ("en;q=x", "en"),
    ],
)
def test_the_browsers_language_is_heard(client: TestClient, header: str, language: str) -> None:
    assert f'<html lang="{language}">' in client.get("/", headers={"Accept-Language": header}).text


def test_the_switch_is_remembered_and_keeps_the_place(client: TestClient, keep_product) -> None:
    keep_product("press-2")
    assert 'href="?after=a&amp;lang=en"' in client.get("/?after=a").text
    assert '<html lang="en">' in client.get("/?after=a&lang=en").text
    assert '<html lang="en">' in client.get("/pages/feed").text
    client.get("/?lang=ko")
    assert '<html lang="ko">' in client.get("/pages/feed", headers=ENGLISH).text


def test_pages_allow_nothing_from_elsewhere(client: TestClient, finished) -> None:
    for path in ("/", PAGE, "/pages/feed", "/nowhere"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert 'src="http' not in answer.text
        assert 'rel="stylesheet" href="/static/' in answer.text


def test_plotly_comes_from_here_and_may_be_kept(client: TestClient) -> None:
    answer = client.get("/static/plotly.min.js")
    assert answer.status_code == 200
    assert b"plotly.js" in answer.content[:300]
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/pages.toml").status_code == 404


def test_a_missing_page_is_said_in_both_languages(client: TestClient) -> None:
    korean, english = client.get("/nowhere"), client.get("/nowhere", headers=ENGLISH)
    assert (korean.status_code, english.status_code) == (404, 404)
    assert "/nowhere 주소에는 페이지가 없습니다" in korean.text
    assert "There is no page at /nowhere" in english.text
    assert client.get("/pages/products/unknown").status_code == 404


def test_a_wrong_method_is_refused_in_both_languages(client: TestClient) -> None:
    korean, english = client.post("/"), client.post("/", headers=ENGLISH)
    assert (korean.status_code, english.status_code) == (405, 405)
    assert "/ 주소에서는 POST 요청을 처리할 수 없습니다(상태 405)" in korean.text
    assert "The request POST / cannot be answered (status 405)" in english.text


def test_every_page_leads_to_the_operations_in_its_language(client: TestClient) -> None:
    for path in ("/docs", "/api/v3.1/docs"):
        assert f'href="{path}?lang=ko"' in client.get("/").text
        assert f'href="{path}?lang=en"' in client.get("/", headers=ENGLISH).text


def test_a_fault_of_ours_tells_no_secrets(store: Store) -> None:
    def broken() -> FeedState:
        raise RuntimeError("password=secret")

    app = create_web(store, Settings(), broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/pages/feed")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "서버 로그" in answer.text
