"""The state of the feed, as a page and as figures."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from aas_server.clock import iso
from aas_server.errors import Unavailable
from aas_server.ingest.state import BrokerState, FeedState, StreamState
from aas_server.store.contract import Quarantined, Store

ENGLISH = {"Accept-Language": "en"}
STATE = FeedState(
    streams=(
        StreamState(
            "shots", "factory/cell/+/shots", 12345, 12340, 3, 4.25, 0.5, datetime(2026, 3, 9, 1, 2, 3, tzinfo=UTC)
        ),
        StreamState("values", "mos/type-4/#", 0, 0, 0, 0.0, None, None),
    ),
    brokers=(
        BrokerState("mqtt://10.0.0.5:1883", True),
        BrokerState("mqtt://10.0.0.6:1883", False, "web-page-missing", {"path": "broker"}),
    ),
    redelivered=17,
    quarantined=51,
    error=None,
)


def quarantine(store: Store, count: int) -> None:
    store.journal.quarantine(
        [
            Quarantined(
                n, "mqtt", f"cell/{n}", 1_772_000_000_000_000_000, "web-page-missing", {"path": f"<b>{n}</b>"}
            )
            for n in range(1, count + 1)
        ]
    )


def test_shows_streams_connections_and_counts(client: TestClient, feed) -> None:
    feed.state = STATE
    html = client.get("/pages/feed").text
    assert "12,345" in html
    assert "2026-03-09 10:02:03 KST" in html
    assert "연결됨" in html
    assert "끊김" in html
    assert "broker 주소에는 페이지가 없습니다" in html


def test_a_broker_tells_when_it_is_tried_again_and_that_it_is_not_checked(client: TestClient, feed) -> None:
    later = datetime.now(UTC) + timedelta(seconds=30)
    broker = BrokerState("mqtts://10.0.0.6:8883", False, "broker-lost", {"url": "x"}, later, True)
    feed.state = replace(STATE, brokers=(broker,))
    told = client.get("/pages/data/feed", headers=ENGLISH).json()["brokers"][0]
    assert told["insecure"]
    assert told["retry"] == iso(later)
    said = re.search(r"was lost.*Next try in (\d+) seconds.*neither certificate nor name", told["error"])
    assert said and 0 < int(said[1]) <= 30


def test_the_figures_are_given_as_they_are(client: TestClient, feed) -> None:
    feed.state = STATE
    told = client.get("/pages/data/feed", headers=ENGLISH).json()
    assert (told["messages"], told["records"], told["redelivered"], told["quarantined"]) == (12345, 12340, 17, 51)
    shots, values = told["streams"]
    assert (shots["rate"], shots["lag"], shots["last"]) == (4.25, 0.5, "2026-03-09T01:02:03Z")
    assert (values["lag"], values["last"]) == (None, None)
    assert told["brokers"][1]["error"].startswith("There is no page at broker")
    assert told["error"] == ""


def test_says_why_nothing_is_kept(client: TestClient, feed) -> None:
    feed.state = replace(STATE, error=Unavailable("web-file-missing", file="journal"))
    assert "journal 파일이 없습니다" in client.get("/pages/feed").text
    assert "journal" in client.get("/pages/data/feed").json()["error"]


def test_without_anything_says_what_to_check(client: TestClient) -> None:
    html = client.get("/pages/feed").text
    assert "aas serve --broker" in html
    assert "브로커 연결과 게이트웨이의 발행 토픽을 확인" in html
    assert "격리된 메시지가 없습니다" in html


def test_the_quarantine_gives_reasons_page_by_page(client: TestClient, store: Store) -> None:
    quarantine(store, 51)
    first = client.get("/pages/feed").text
    assert first.count("주소에는 페이지가 없습니다") == 50
    assert "&lt;b&gt;1&lt;/b&gt; 주소에는" in first
    assert 'href="/pages/feed?after=50#quarantine"' in first
    second = client.get("/pages/feed?after=50", headers=ENGLISH).text
    assert second.count("There is no page at") == 1
    assert "cell/51" in second


def test_a_wrong_position_is_said(client: TestClient) -> None:
    answer = client.get("/pages/feed?after=x")
    assert answer.status_code == 400
    assert "after 값 x" in answer.text
