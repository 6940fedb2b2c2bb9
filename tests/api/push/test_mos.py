"""The REST form of MOS gateways."""

from __future__ import annotations

import json

import pytest

T0 = 1698218076000000000
"""2023-10-25 07:14:36 UTC."""


def post(running, path, value, **headers):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return running.ask("POST", path, body, **({"Content_Type": "application/json"} | headers))


def test_a_block_is_stored_and_read_again(running):
    tag = "Product.CA03.Operation.RunState"
    block = [
        {"tag": tag, "value": "RUN", "timestamp": T0},
        {"tag": "Qty", "value": "1", "timestamp": T0},
        {"tag": "Qty", "value": 2.5, "timestamp": T0 + 10**9},
    ]
    answer = post(running, "/api/tag/block?device=press-1", {"block": block})
    assert (answer.status, answer.json) == (200, {"code": 200, "count": 3, "position": 1})
    post(running, "/api/tag?device=press-1", {"tag": "Qty", "value": "3", "timestamp": str(T0 + 2 * 10**9)})
    assert running.rows("mos_type-4_press-1", "tag, number, text")[0] == (tag, None, "RUN")
    message = running.house.store.journal.read(0, 1)[0].message
    assert message.topic == "mos/type-4/press-1"
    read = running.ask("GET", "/api/tag?tag=Qty&from=20231025071436&to=20231025071437")
    assert read.json == {
        "block": [
            {"tag": "Qty", "value": "1", "timestamp": T0},
            {"tag": "Qty", "value": "2.5", "timestamp": T0 + 10**9},
        ]
    }
    assert len(running.ask("GET", "/api/tag?tag=Qty").json["block"]) == 3
    assert running.ask("GET", "/api/meta").json == {
        "meta": [
            {"tag": tag, "type": "string", "device": "press-1"},
            {"tag": "Qty", "type": "double", "device": "press-1"},
        ]
    }


def test_a_value_keeps_its_spelling_in_the_journal(running):
    post(running, "/api/tag", b'{"tag": "a", "value": 1.50}')
    message = running.house.store.journal.read(0, 1)[0].message
    assert (message.topic, b"1.50" in message.payload) == ("mos/type-4/mos", True)


def test_a_value_without_time_is_read_at_its_arrival(running):
    post(
        running,
        "/api/tag/block",
        {"block": [{"tag": "a", "value": 1}, {"tag": "a", "value": "2", "timestamp": T0}]},
    )
    post(running, "/api/tag", {"tag": "a", "value": None})
    running.rows("mos_type-4_mos", "tag")
    arrivals = [one.message.arrival for one in running.house.store.journal.read(0, 2)]
    block = running.ask("GET", "/api/tag?tag=a").json["block"]
    assert [(one["value"], one["timestamp"]) for one in block] == [
        ("2", T0),
        ("1", arrivals[0] // 1000 * 1000),
        (None, arrivals[1] // 1000 * 1000),
    ]
    early = running.ask("GET", "/api/tag?tag=a&from=20231025000000&to=20231026000000").json["block"]
    assert [one["value"] for one in early] == ["2"]


def test_a_tag_has_a_name(running):
    answer = post(running, "/api/tag/block", {"block": [{"tag": "a", "value": 1}, {"tag": "", "value": 1}]})
    assert (answer.status, answer.json["error"], running.messages) == (400, "mos-body-wrong", 0)


@pytest.mark.parametrize("path", ["/api/tag", "/api/tag/block", "/api/meta"])
def test_another_method_is_refused_in_the_same_form(running, path):
    answer = running.ask("DELETE", path, Accept="*/*")
    assert (answer.status, answer.json["error"]) == (405, "method-not-allowed")
    assert set(answer.json) == {"code", "error", "message"}
    assert answer.headers["Allow"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_errors_have_the_form_that_is_documented(running, language):
    wrong = [
        post(running, "/api/tag", b"{", Accept_Language=language),
        post(running, "/api/tag", {"value": 1}, Accept_Language=language),
        post(running, "/api/tag/block", {"block": {"tag": "a"}}, Accept_Language=language),
        post(
            running, "/api/tag/block?device=%23", {"block": [{"tag": "a", "value": 1}]}, Accept_Language=language
        ),
        running.ask("GET", "/api/tag", Accept_Language=language),
        running.ask("GET", "/api/tag?tag=a&from=yesterday", Accept_Language=language),
    ]
    for answer in wrong:
        assert set(answer.json) == {"code", "error", "message"}
        assert answer.status == answer.json["code"] == 400
        assert any("가" <= sign <= "힣" for sign in answer.json["message"]) == (language == "ko")
    missing = running.ask("GET", "/api/tag?tag=a")
    assert (missing.status, missing.json["error"]) == (404, "tag-unknown")
    assert running.messages == 0


def test_with_a_key_it_is_asked_for(start):
    running = start(mos_api_key="비밀-1")
    block = {"block": [{"tag": "a", "value": "1", "timestamp": T0}]}
    key = "Api-Key 비밀-1".encode().decode("latin-1")
    for given in ({}, {"Authorization": "Api-Key x"}, {"Authorization": key.replace("Api-Key", "Bearer")}):
        answer = post(running, "/api/tag/block", block, **given)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Api-Key")
        assert running.ask("GET", "/api/meta", **given).status == 401
        assert "비밀" not in answer.body.decode()
    assert running.messages == 0
    assert post(running, "/api/tag/block", block, Authorization=key).status == 200


def test_health_is_still_that_of_other_clients(running):
    assert running.ask("GET", "/api/health").json == {"status": "UP"}
