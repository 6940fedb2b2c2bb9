"""Records brought by HTTP: durable when they are answered, once for each key, refused whole where one is wrong."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

CSV = "time,설비,온도\n2026-03-01 00:00:00,우진2호기,61.5\n2026-03-01 00:00:01,우진2호기,62\n"


def test_an_object_is_durable_when_it_is_answered(running):
    answer = running.push("line/1/shots", {"time": "2026-03-01T00:00:00Z", "pressure": 61.5})
    assert answer.status == 202
    assert answer.json == {
        "topic": "line/1/shots",
        "streams": ["line_1_shots"],
        "records": 1,
        "messages": 1,
        "position": 1,
    }
    [entry] = running.house.store.journal.read(0, 10)
    assert (entry.position, entry.message.source, entry.message.topic) == (1, "http", "line/1/shots")
    assert running.rows("line_1_shots", "pressure") == [(61.5,)]


def test_json_is_kept_as_it_came(running):
    body = b'[ {"t": 1.50, "time": 1772323200},\n {"t": 2, "time": 1772323201} ]'
    assert running.push("a", body).json["records"] == 2
    assert running.house.store.journal.read(0, 10)[0].message.payload == body


def test_forms_of_gateways_are_read_as_by_mqtt(running):
    block = {
        "localtime": 1698218076000000000,
        "data": [{"tag": "state", "value": "RUN"}, {"tag": "qty", "value": "1"}],
    }
    answer = running.push("mos/type-4/press-1", block)
    assert answer.json["records"] == 2
    assert running.rows(answer.json["streams"][0], "tag, number, text") == [
        ("state", None, "RUN"),
        ("qty", 1.0, None),
    ]


@pytest.mark.parametrize(
    ("encoding", "type_"),
    [
        ("utf-8", "text/csv"),
        ("utf-8-sig", "text/csv"),
        ("cp949", "text/csv"),
        ("euc-kr", "text/csv; charset=euc-kr"),
        ("cp949", 'text/csv; charset="CP949"; header=present'),
        ("utf-16", "text/csv"),
    ],
)
def test_csv_in_the_encodings_of_factories(running, encoding, type_):
    answer = running.push("line/1", CSV.encode(encoding), Content_Type=type_)
    assert (answer.status, answer.json["records"], answer.json["messages"]) == (202, 2, 1)
    assert running.rows("line_1", "설비, 온도") == [("우진2호기", 61.5), ("우진2호기", 62.0)]


def test_json_in_euc_kr(running):
    body = json.dumps({"설비": "가동"}, ensure_ascii=False).encode("euc-kr")
    assert running.push("k", body, Content_Type="application/json; charset=euc-kr").status == 202
    assert running.rows("k", "설비") == [("가동",)]


def test_lines_of_json_in_a_zip(running):
    lines = "".join(f'{{"time": {1772323200 + n}, "n": {n}}}\n' for n in range(3))
    answer = running.push("n", lines, Content_Type="application/x-ndjson", Content_Encoding="gzip")
    assert answer.json["records"] == 3
    assert running.rows("n", "n") == [(0,), (1,), (2,)]


def test_two_members_of_gzip_are_one_body(running):
    body = gzip.compress(b'{"a": 1}\n', mtime=0) + gzip.compress(b'{"a": 2}\n')
    assert (
        running.push("g", body, Content_Type="application/x-ndjson", Content_Encoding="gzip").json["records"] == 2
    )


def test_many_rows_become_messages_of_bounded_size(start):
    running = start(max_message=2000)
    lines = "".join(f'{{"time": {1772323200 + n}, "n": {n}, "text": "{"x" * 50}"}}\n' for n in range(200))
    answer = running.push("n", lines, Content_Type="application/x-ndjson")
    assert answer.json["records"] == 200
    assert answer.json["messages"] == answer.json["position"] == running.messages > 5
    assert [row[0] for row in running.rows("n", "n")] == list(range(200))


# --- what is refused: in the reader's language, and nothing is stored -------------------------------------------


WRONG = [
    ("a", b"{", {}, 400, "payload-not-json"),
    ("a", b"", {}, 400, "body-empty"),
    ("a", b"\xff\xfe\x00", {}, 400, "payload-not-utf8"),
    ("a", b'[{"a":1}, 5]', {}, 400, "payload-array-of-values"),
    ("a", b"[" * 100_000, {}, 400, "payload-too-deep"),
    ("a", b'{"a": 1}\n{"a": 2\n', {"Content_Type": "application/x-ndjson"}, 400, "recording-not-object"),
    ("a", b"x,y\n1,2\n3\n", {"Content_Type": "text/csv"}, 400, "recording-ragged"),
    ("a", b"x,y\n", {"Content_Type": "text/csv"}, 400, "push-no-rows"),
    ("a", b"x,y\n1,\x00\n", {"Content_Type": "text/csv"}, 400, "recording-not-text"),
    ("a", b"x\n" + b"y" * 200_000, {"Content_Type": "text/csv"}, 400, "recording-unreadable"),
    ("a", b'x\n"' + b"y\n" * 100_000, {"Content_Type": "text/csv"}, 400, "recording-unreadable"),
    ("a", CSV.encode("cp949"), {"Content_Type": "text/csv; charset=utf-8"}, 400, "recording-not-text"),
    ("a", b"x", {"Content_Type": "text/csv; charset=klingon"}, 415, "push-charset-unknown"),
    ("a", b"a=1", {"Content_Type": "application/x-www-form-urlencoded"}, 415, "push-type-unknown"),
    ("a", b"{}", {"Content_Type": "text/plain"}, 415, "push-type-unknown"),
    ("a", b"{}", {"Content_Encoding": "br"}, 415, "push-packing-unknown"),
    ("a", b"\x1f\x8b{}", {"Content_Encoding": "gzip"}, 400, "push-gzip-broken"),
    ("a", gzip.compress(b'{"a":1}', mtime=0)[:-6], {"Content_Encoding": "gzip"}, 400, "push-gzip-broken"),
    ("a/%2B/b", b"{}", {}, 400, "topic-wrong"),
    ("%24SYS/a", b"{}", {}, 400, "topic-wrong"),
    ("a%00b", b"{}", {}, 400, "topic-wrong"),
    ("a", b"{}", {"Idempotency_Key": "x" * 300}, 400, "key-wrong"),
]


@pytest.mark.parametrize(("topic", "body", "headers", "status", "key"), WRONG)
def test_what_is_wrong_is_told_and_nothing_is_stored(running, topic, body, headers, status, key):
    told = {language: running.push(topic, body, Accept_Language=language, **headers) for language in ("ko", "en")}
    assert {answer.status for answer in told.values()} == {status}
    assert {answer.json["error"] for answer in told.values()} == {key}
    assert any("가" <= sign <= "힣" for sign in told["ko"].json["message"])
    assert not any("가" <= sign <= "힣" for sign in told["en"].json["message"])
    assert running.messages == 0
    assert "/tmp" not in told["en"].json["message"]


def test_a_wrong_row_is_told_by_its_line_though_thousands_before_it_are_right(start):
    running = start(max_message=5000)
    rows = "".join(f"2026-03-01 00:00:00,{n}\n" for n in range(5000))
    answer = running.push("a", f"time,n\n{rows}oops\n", Content_Type="text/csv")
    assert (answer.status, answer.json["line"]) == (400, 5002)
    assert running.messages == 0


def test_sizes_are_bounded(start):
    running = start(max_message=1000, max_upload=10_000)
    assert running.push("a", {"x": "y" * 2000}).json["setting"] == "max_message"
    assert running.push("a", "x" * 20_000, Content_Type="text/csv").status == 413
    row = json.dumps({"x": "y" * 2000})
    wide = running.push("a", f'{{"x": 1}}\n{row}\n', Content_Type="application/x-ndjson")
    assert (wide.status, wide.json["error"], wide.json["row"]) == (413, "row-too-large", 2)
    bomb = gzip.compress(b" " * 50_000_000, mtime=0)
    assert running.push("a", bomb, Content_Encoding="gzip").status == 413
    assert running.messages == 0


def test_pages_of_foreign_origins_bring_nothing(running):
    assert running.push("a", {"a": 1}, Origin="https://evil.example").status == 403
    assert running.push("a", {"a": 1}, Sec_Fetch_Site="cross-site").status == 403
    assert running.messages == 0


def test_only_post(running):
    answer = running.ask("GET", "/ingest/a")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


# --- once for each key ------------------------------------------------------------------------------------------


def test_the_same_key_stores_nothing_twice_also_after_a_restart(start):
    running = start()
    first = running.push("a", {"a": 1}, Idempotency_Key="one")
    again = running.push("a", {"a": 1}, Idempotency_Key="one")
    assert (again.status, again.body) == (202, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    running = start()
    assert running.push("a", {"a": 1}, Idempotency_Key="one").body == first.body
    assert running.messages == 1
    assert running.push("a", {"a": 1}, Idempotency_Key="two").json["position"] == 2
    assert running.push("b", {"a": 1}, Idempotency_Key="one").json["position"] == 3


def test_a_key_belongs_to_one_content(running):
    running.push("a", {"a": 1}, Idempotency_Key="one")
    answer = running.push("a", {"a": 2}, Idempotency_Key="one")
    assert (answer.status, answer.json["error"]) == (409, "key-of-another")
    assert running.messages == 1


def test_what_was_refused_does_not_use_its_key_up(running):
    assert running.push("a", b"{", Idempotency_Key="one").status == 400
    assert running.push("a", b"{}", Idempotency_Key="one").status == 202


def test_of_many_at_once_with_one_key_one_is_stored(running):
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: running.push("a", {"a": 1}, Idempotency_Key="one"), range(16)))
    assert {answer.status for answer in answers} <= {202, 409}
    assert running.messages == 1
