"""The streams' door: records as they were collected, page by page and as Parquet."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PARTS, ROWS = 5, 300


def walk(client, name="shots", **query):
    records = []
    while True:
        page = client.get(f"/streams/{name}/records", params=query).json()
        records += page["records"]
        if "cursor" not in page:
            return records
        query["cursor"] = page["cursor"]


def test_every_record_comes_once_in_order(client):
    records = walk(client, limit=7)
    assert [record["position"] for record in records] == list(range(1, PARTS * ROWS + 1))
    assert records[0]["사이클 시간"] == 0
    assert records[0]["late"] is None and records[-1]["late"] == ROWS - 1


def test_new_records_do_not_disturb_a_walk(growing, rows_of_fold):
    client, store = growing
    first = client.get("/streams/shots/records", params={"limit": 1000}).json()
    store.lake.fold("shots", rows_of_fold(PARTS, {"사이클 시간": pa.array([0.5] * ROWS)}), (PARTS + 1) * ROWS)
    rest = client.get("/streams/shots/records", params={"limit": 1000, "cursor": first["cursor"]}).json()
    assert len(first["records"]) + len(rest["records"]) == PARTS * ROWS
    assert rest["version"] == first["version"]
    assert len(walk(client)) == (PARTS + 1) * ROWS


def test_an_earlier_version_stays_readable(growing, rows_of_fold):
    client, store = growing
    pinned = store.lake.pin("shots")
    store.lake.fold("shots", rows_of_fold(PARTS, {"사이클 시간": pa.array([0.5] * ROWS)}), (PARTS + 1) * ROWS)
    assert len(walk(client, version=pinned.version)) == PARTS * ROWS


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ({"from": "2026-03-01T00:10:00Z", "to": "2026-03-01T00:10:05Z"}, range(601, 606)),
        ({"from": "2026-03-01T09:10:00", "to": "2026-03-01T09:10:05"}, range(601, 606)),
        ({"from": "2026-03-01T09:10:00+09:00", "to": "2026-03-01T00:10:05Z"}, range(601, 606)),
        ({"from": "2026-03-01T00:24:58Z"}, range(1499, 1501)),
        ({"to": "2026-03-01T00:00:03Z"}, range(1, 4)),
        ({"from": "2027-01-01T00:00:00Z"}, range(0)),
    ],
)
def test_a_period_can_be_asked_for(client, query, positions):
    """Without a zone the plant's (Asia/Seoul) is meant."""
    assert [record["position"] for record in walk(client, **query)] == list(positions)
    assert [record["position"] for record in walk(client, **query, limit=2)] == list(positions)


def test_a_time_column_that_is_not_asked_for_still_filters(client):
    records = walk(client, columns="사이클 시간", **{"from": "2026-03-01T00:00:05Z", "to": "2026-03-01T00:00:07Z"})
    assert records == [{"사이클 시간": 5.0}, {"사이클 시간": 6.0}]


def test_one_tag_can_be_asked_for(client):
    records = walk(client, "values", tag="state", limit=30)
    assert len(records) == ROWS / 3
    assert {record["text"] for record in records} == {"RUN"}


def test_a_version_as_one_parquet_file(client, store):
    version = store.lake.pin("shots").version
    answer = client.get(f"/streams/shots/versions/{version}/records.parquet")
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.column("position").to_pylist() == list(range(1, PARTS * ROWS + 1))
    assert table.column("late").null_count == 3 * ROWS
    assert answer.headers["content-disposition"] == f'attachment; filename="shots-v{version}.parquet"'
    single = client.get("/streams/values/versions/0/records.parquet")
    assert pq.read_table(io.BytesIO(single.content)).num_rows == ROWS


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("/streams/none/records", 404, "stream-not-found"),
        ("/streams/shots/records?version=99", 404, "stream-version-not-found"),
        ("/streams/shots/versions/99/records.parquet", 404, "stream-version-not-found"),
        ("/streams/shots/records?cursor=rubbish!", 400, "cursor-wrong"),
        ("/streams/shots/records?cursor=MC4xMEB4", 400, "cursor-wrong"),
        ("/streams/shots/records?from=yesterday", 400, "stream-time-wrong"),
        ("/streams/shots/records?tag=temp", 400, "stream-has-no-tags"),
        ("/streams/shots/records?columns=none", 400, "column-unknown"),
        ("/streams/..%2f..%2fetc/records", 404, None),
    ],
)
def test_wrong_questions_get_clear_answers(client, path, status, key):
    answer = client.get(path)
    assert answer.status_code == status
    assert key is None or answer.json()["error"] == key
    assert answer.json()["message"]
