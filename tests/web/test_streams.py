"""The streams' pages: what was discovered comes first, and forms that change something bear a token."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from aas_server.house import House
from aas_server.web import create_web

SHOT = {"timestamp": "2026-01-01T00:00:00Z", "oil": 41.5, "note": "<script>alert(1)</script>"}


@pytest.fixture
def pages(house: House, feed) -> Iterator[TestClient]:
    app = create_web(house.store, house.settings, feed, house.desk())
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=True) as opened:
        yield opened


def token(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_discovered_streams_come_first_with_a_sample(pages, publish):
    publish("line/press", SHOT)
    publish("line/oven", '{"cut off')
    page = pages.get("/pages/streams").text
    assert "발견된 스트림" in page and page.index("line/press") < page.index("채택된 스트림")
    assert "41.5" in page and "line/oven" in page
    assert "<script>alert(1)</script>" not in page
    assert "Discovered streams" in pages.get("/pages/streams?lang=en").text


def test_a_form_adopts_a_stream(pages, publish, house):
    publish("line/press", SHOT)
    said = {"token": token(pages.get("/pages/streams").text), "title": "프레스"}
    page = pages.post("/pages/streams/line_press/adopt", data=said)
    assert page.status_code == 200 and "채택했습니다" in page.text
    assert house.desk().row("line_press").state == "adopted"


def test_a_form_joins_topics(pages, publish, house, until):
    publish("line/a/shot", SHOT)
    publish("line/b/shot", SHOT)
    said = {"token": token(pages.get("/pages/streams").text), "topic": "line/+/shot", "as": "shots"}
    assert pages.post("/pages/streams/adopt", data=said).status_code == 200
    until(lambda: house.desk().replayed("shots"))
    assert [(row.name, row.records) for row in house.desk().all()] == [("shots", 2)]


@pytest.mark.parametrize("action", ["adopt", "product", "replay", "erase"])
def test_a_form_from_elsewhere_changes_nothing(pages, publish, house, action):
    publish("line/press", SHOT)
    path = f"/pages/streams/line_press/{action}"
    good = token(pages.get("/pages/streams").text)
    said = {"confirm": "line_press", "title": "x"}
    assert pages.post(path, data=said).status_code == 403
    assert pages.post(path, data=said | {"token": "0" * 64}).status_code == 403
    assert pages.post(path, data=said | {"token": "가"}).status_code == 403
    pages.cookies.clear()
    assert pages.post(path, data=said | {"token": good}).status_code == 403
    row = house.desk().row("line_press")
    assert (row.state, row.records) == ("discovered", 1)


def test_a_token_is_another_readers_nothing(pages, house, feed, publish):
    publish("line/press", SHOT)
    mine = token(pages.get("/pages/streams").text)
    app = create_web(house.store, house.settings, feed, house.desk())
    with TestClient(app, base_url="http://127.0.0.1") as other:
        assert token(other.get("/pages/streams").text) != mine
        assert other.post("/pages/streams/line_press/adopt", data={"token": mine}).status_code == 403
    cookie = pages.get("/pages/streams").headers
    assert "no-store" in cookie["cache-control"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(pages):
    header = pages.get("/pages/streams").headers["set-cookie"]
    assert "HttpOnly" in header and "SameSite=strict" in header


def test_erasing_asks_for_the_name(pages, publish, house):
    publish("line/press", SHOT)
    said = {"token": token(pages.get("/pages/streams/line_press").text)}
    assert pages.post("/pages/streams/line_press/erase", data=said | {"confirm": "line"}).status_code == 403
    assert house.desk().row("line_press").records == 1
    page = pages.post("/pages/streams/line_press/erase", data=said | {"confirm": "line_press", "reason": "시험"})
    assert page.status_code == 200 and "지웠습니다" in page.text
    assert not list(house.desk().all())


def test_replaying_is_started_and_shown(pages, publish, house, until):
    publish("line/press", SHOT)
    said = {"token": token(pages.get("/pages/streams/line_press").text)}
    assert pages.post("/pages/streams/line_press/replay", data=said).status_code == 200
    until(lambda: house.desk().replayed("line_press"))
    assert "다시 읽었습니다" in pages.get("/pages/streams/line_press").text


def test_a_form_is_bounded(pages):
    assert pages.post("/pages/streams/adopt", data={"token": "x" * 70_000}).status_code == 413
    assert pages.post("/pages/streams/adopt", data={f"f{n}": "x" for n in range(80)}).status_code == 413


def test_an_unknown_stream_is_told(pages):
    assert pages.get("/pages/streams/nothing").status_code == 404


def test_a_page_of_many_streams_is_paged(pages, publish):
    for number in range(25):
        publish(f"line/{number:02}x", SHOT)
    page = pages.get("/pages/streams").text
    assert "line/19x" in page and "line/20x" not in page
    following = re.search(r'href="(/pages/streams\?[^"]*discovered=[^"]+)"', page)
    assert following
    assert "line/24x" in pages.get(following[1].replace("&amp;", "&")).text
    assert "line/07x" in pages.get("/pages/streams?search=07X").text


def test_a_form_begins_a_product(pages, publish, house):
    publish("line/press", SHOT, SHOT | {"oil": 43.0})
    page = pages.get("/pages/streams/line_press").text
    assert 'name="product" required maxlength="60" autocomplete="off" value="line-press"' in page
    said = {"token": token(page), "product": "press-1", "title": "프레스 <1>", "label": "oil"}
    begun = pages.post("/pages/streams/line_press/product", data=said)
    assert begun.status_code == 200 and "상품을 시작했습니다" in begun.text
    assert "프레스 &lt;1&gt; 제조데이터" in begun.text
    assert house.recipe_file("press-1").is_file() and 'href="/pages/products/press-1"' in pages.get("/").text
    assert pages.get("/pages/products/press-1").status_code == 200
    again = pages.post("/pages/streams/line_press/product", data=said)
    assert again.status_code == 409 and "press-1" in again.text
