"""Records put together and thinned out, and what is asked wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from aas_server.api.records.asked import duration
from aas_server.errors import AasError
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from aas_server.twin.series import sources
from submodels.field import Field
from submodels.text import both

ROWS, PARTS = 300, 5


def asked(client: TestClient, name: str = "shots", **query: Any) -> dict[str, Any]:
    answer = client.get(f"/streams/{name}/records", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("method", "values"),
    [("min", [0, 60]), ("max", [59, 119]), ("mean", [29.5, 89.5]), ("avg", [29.5, 89.5]), ("sum", [1770, 5370]),
     ("count", [60, 60]), ("first", [0, 60]), ("last", [59, 119])],
)  # fmt: skip
def test_an_interval_gives_one_value_each(client: TestClient, method: str, values: list[float]) -> None:
    found = asked(client, interval="PT1M", method=method, columns="사이클 시간", to="2026-03-01T00:02:00Z")
    assert [row["사이클 시간"] for row in found["records"]] == values
    assert [row["time"] for row in found["records"]] == ["2026-03-01T00:00:00Z", "2026-03-01T00:01:00Z"]
    assert (found["stream"], found["folded"]) == ("shots", PARTS * ROWS) and "cursor" not in found


def test_days_begin_at_the_plants_midnight(client: TestClient) -> None:
    (row,) = asked(client, interval="P1D", columns="사이클 시간", method="count")["records"]
    assert row == {"time": "2026-02-28T15:00:00Z", "사이클 시간": PARTS * ROWS}


def test_the_arrival_can_be_the_axis(client: TestClient) -> None:
    found = asked(client, by="arrival", interval="PT1M", method="count", columns="사이클 시간")
    assert list(found["records"][0]) == ["arrival", "사이클 시간"]
    assert [row["사이클 시간"] for row in found["records"]][:2] == [59, 60]
    records = asked(client, by="arrival", to="2026-03-01T00:00:02Z", columns="position")["records"]
    assert records == [{"position": 1}]


def test_points_are_extremes_unless_a_method_is_named(client: TestClient) -> None:
    found = asked(client, points=20, columns="사이클 시간")
    assert found["method"] == "minmax" and 2 <= len(found["records"]) <= 20
    values = [row["사이클 시간"] for row in found["records"]]
    assert (min(values), max(values)) == (0, ROWS - 1)
    thinned = asked(client, points=20, method="lttb", columns="사이클 시간")["records"]
    assert len(thinned) == 20
    assert thinned[0]["time"] == "2026-03-01T00:00:00Z" and thinned[-1]["time"] == "2026-03-01T00:24:59Z"


def test_tags_are_put_together_each_for_itself(client: TestClient) -> None:
    found = asked(client, "values", interval="PT5M", method="count")["records"]
    assert [(row["tag"], row["number"]) for row in found] == [("pressure", 100), ("state", 100), ("temp", 100)]
    two = asked(client, "values", interval="PT1M", method="max", tag=["temp", "pressure"])["records"]
    assert [(row["tag"], row["number"]) for row in two[:2]] == [("pressure", 58), ("temp", 57)]
    records = asked(client, "values", tag=["temp", "state"], limit=3)["records"]
    assert [row["tag"] for row in records] == ["temp", "state", "temp"]


def test_empty_buckets_come_where_they_are_wanted(client: TestClient) -> None:
    query = {
        "interval": "PT10M",
        "columns": "사이클 시간",
        "from": "2026-02-28T23:50:00Z",
        "to": "2026-03-01T00:20:00Z",
    }
    assert [row["사이클 시간"] for row in asked(client, empty="null", **query)["records"]] == [None, 149.5, 149.5]
    assert len(asked(client, **query)["records"]) == 2


def test_downsampled_records_come_in_every_form(client: TestClient) -> None:
    answer = client.get("/streams/shots/records.csv", params={"points": 4, "method": "max", "columns": "late"})
    assert answer.text.splitlines()[0] == "time,late" and len(answer.text.splitlines()) == 5


def described(store: Store, stream: str, *names: str) -> None:
    word = both("x", "x")
    fields = [Field(name, f"V{n}", "xs:double", "urn:x", "own", word, word) for n, name in enumerate(names)]
    sources.keep(store.catalogue, f"urn:{stream}", stream, fields)


def test_the_layout_of_the_time_series(growing: tuple[TestClient, Store]) -> None:
    client, store = growing
    described(store, "shots", "사이클 시간", "late", "gone")
    described(store, "values", "temp", "state", "pressure")
    lines = client.get("/streams/shots/records.csv?layout=series").text.splitlines()
    assert lines[0] == "Time,V0,V1,V2"
    assert lines[1] == "2026-03-01T00:00:00Z,0,," and lines[-1] == "2026-03-01T00:24:59Z,299,299,"
    records = asked(client, "values", layout="series")["records"]
    assert records[0] == {"Time": "2026-03-01T00:00:00Z", "V0": 0, "V1": None, "V2": None}
    assert records[2] == {"Time": "2026-03-01T00:00:02Z", "V0": None, "V1": "RUN", "V2": None}
    minutes = asked(client, "values", layout="series", interval="PT1M", method="max", columns="V0,V2")["records"]
    assert len(minutes) == 5
    assert minutes[0] == {"Time": "2026-03-01T00:00:00Z", "V0": 57, "V2": 58}


def test_what_was_sent_together_is_one_record_across_batches(
    growing: tuple[TestClient, Store], rows_of_fold: Callable[..., pa.Table]
) -> None:
    client, store = growing
    many = 45_000
    start = 1_772_323_200_000_000
    sweep = {
        "tag": ["temp", "state", "pressure"] * (many // 3),
        "number": list(range(many)),
        "text": [None] * many,
    }
    times = pa.array([start + row // 3 for row in range(many)], pa.timestamp("us", "UTC"))
    plain = {"flags": pa.nulls(many, pa.string()), "misfit": pa.nulls(many, pa.string())}
    own = {
        "tag": pa.array(sweep["tag"]),
        "number": pa.array(sweep["number"], pa.float64()),
        "text": pa.array(sweep["text"], pa.string()),
    }
    positions = {"position": pa.array([10_000] * many, pa.int64())}
    store.lake.fold("sweeps", pa.table({"time": times, "arrival": times, **positions, **plain, **own}), 10_000)
    described(store, "sweeps", "temp", "state", "pressure")
    records = asked(client, "sweeps", layout="series")["records"]
    assert len(records) == many // 3
    assert all(None not in record.values() for record in records)
    assert records[-1]["V2"] == many - 1


@pytest.mark.parametrize(
    ("name", "query", "key"),
    [
        ("shots", {"method": "mean"}, "records-buckets-missing"),
        ("shots", {"points": "5", "interval": "PT1M"}, "records-buckets-both"),
        ("shots", {"points": "5", "method": "median"}, "records-method-unknown"),
        ("shots", {"points": "0"}, "records-points-wrong"),
        ("shots", {"points": "many"}, "records-points-wrong"),
        ("shots", {"points": "99999999999"}, "records-points-wrong"),
        ("shots", {"interval": "P1M"}, "records-interval-wrong"),
        ("shots", {"interval": "PT0S"}, "records-interval-wrong"),
        ("shots", {"interval": "1m"}, "records-interval-wrong"),
        ("shots", {"interval": "P999999999999999W"}, "records-interval-wrong"),
        ("shots", {"from": "2026-03-02", "to": "2026-03-01"}, "records-range-backwards"),
        ("shots", {"from": "0001-01-01"}, "stream-time-wrong"),
        ("shots", {"interval": "PT1M", "columns": "none"}, "column-unknown"),
        ("shots", {"interval": "PT1M", "tag": "temp"}, "stream-has-no-tags"),
        ("shots", {"interval": "PT1M", "cursor": "MC4xQDU"}, "records-cursor-useless"),
        ("values", {"tag": "temperature"}, "records-tag-unknown"),
        ("values", {"interval": "PT1M", "columns": "number"}, "records-columns-of-tags"),
        ("shots", {"layout": "series"}, "records-not-described"),
        ("shots", {"interval": "PT0.000001S", "empty": "null"}, "series-buckets-many"),
        ("none", {"points": "5"}, "stream-not-found"),
    ],
)
def test_wrong_questions_get_clear_answers(client: TestClient, name: str, query: dict[str, str], key: str) -> None:
    for language in ("ko", "en"):
        answer = client.get(f"/streams/{name}/records", params=query, headers={"Accept-Language": language})
        assert (answer.status_code, answer.json()["error"]) == (404 if name == "none" else 400, key)
        assert answer.json()["message"]


class Slow:
    """Folding that doesn't come to an end."""

    def settle(self, timeout: float) -> bool:
        return False

    def waiting(self, stream: str) -> int | None:
        return 0


def test_who_waits_for_what_came_in_is_told_when_it_takes_too_long(
    store: Store, opened: Callable[..., TestClient]
) -> None:
    with opened(store, folding=Slow()) as client:
        answer = client.get("/streams/shots/records", params={"fresh": "true", "limit": 1})
        assert (answer.status_code, answer.json()["error"]) == (503, "records-not-folded")
        assert asked(client, limit=1)["lag"] > 10**9


@given(st.text(max_size=12) | st.from_regex(r"P\d*W?\d*D?T?\d*H?\d*M?[\d.]*S?", fullmatch=True))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    try:
        assert duration(text) >= 1
    except AasError as error:
        assert error.key == "records-interval-wrong"


@settings(max_examples=15)
@given(
    values=st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), min_size=1, max_size=120),
    points=st.integers(3, 40),
)
def test_thinned_records_hold_the_least_and_the_greatest(
    values: list[float],
    points: int,
    tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., TestClient],
    rows_of_fold: Callable[..., pa.Table],
) -> None:
    store = open_store(tmp_path_factory.mktemp("thin") / "data")
    table = rows_of_fold(0, {}).slice(0, len(values)).append_column("v", pa.array(values, pa.float64()))
    store.lake.fold("thin", table, 10**6)
    numbers = [value for value in values if value == value]
    try:
        with opened(store) as client:
            found = [row["v"] for row in asked(client, "thin", points=points, columns="v")["records"]]
            assert len(found) <= points
            assert [min(found), max(found)] == [min(numbers), max(numbers)] if numbers else found == []
    finally:
        store.close()
