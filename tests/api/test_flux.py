"""Flux as BaSyx UI, Mnestix and Grafana send it, and read as they read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from aas_server.api.flux import flux_router
from aas_server.api.guard import Guard
from aas_server.api.problems import install_problems
from aas_server.product.series.segments import flux_query
from aas_server.settings import Settings
from aas_server.store.contract import LiveValue, Store
from aas_server.store.sqlite import open_store
from aas_server.twin.series import sources
from submodels.field import Field
from submodels.text import both

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)
STAMP = pa.timestamp("us", "UTC")
ROWS = 3600
URL = "/api/v2/query?org=aas"
BASYX = {"Authorization": "Token secret", "Accept": "application/csv", "Content-Type": "application/vnd.flux"}
ANNOTATED = {
    "header": True,
    "delimiter": ",",
    "annotations": ["datatype", "group", "default"],
    "commentPrefix": "#",
}


class Fixed:
    def now(self) -> datetime:
        return NOW


def fold(store: Store, stream: str, times: list[datetime], own: dict[str, pa.Array]) -> None:
    rows = len(times)
    common = {
        "time": pa.array(times, STAMP),
        "arrival": pa.array(times, STAMP),
        "position": pa.array(range(1, rows + 1), pa.int64()),
        "flags": pa.nulls(rows, pa.string()),
        "misfit": pa.nulls(rows, pa.string()),
    }
    store.lake.fold(stream, pa.table({**common, **own}), rows)
    store.catalogue.put("stream", stream, b"{}")


def described(store: Store, stream: str, **names: str) -> None:
    fields = [
        Field(name, short, "xs:double", "urn:x", "own", both("x", "x"), both("x", "x"))
        for short, name in names.items()
    ]
    sources.keep(store.catalogue, f"urn:{stream}", stream, fields)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An hour of a press, second by second, and of a cell with two tags; the second tag is text."""
    opened = open_store(tmp_path_factory.mktemp("flux") / "data")
    times = [START + timedelta(seconds=row) for row in range(ROWS)]
    numbers = [float(row) for row in range(ROWS)]
    own = {"온도": numbers, "shot": list(range(ROWS)), "state": ["RUN, 1"] * ROWS}
    fold(opened, "press 1", times, {name: pa.array(values) for name, values in own.items()})
    described(opened, "press 1", Temperature="온도", Shot="shot")
    tags = {
        "tag": pa.array(["Barrel", "State"] * (ROWS // 2)),
        "number": pa.array([None if row % 2 else float(row) for row in range(ROWS)]),
        "text": pa.array(["RUN" if row % 2 else None for row in range(ROWS)]),
    }
    fold(opened, "cell", times, tags)
    opened.live.put("cell", {"Barrel": LiveValue(1.0, 1), "State": LiveValue("RUN", 1)})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    app = FastAPI()
    install_problems(app)
    app.include_router(flux_router(store, Fixed()))
    with TestClient(Guard(app, Settings()), base_url="http://127.0.0.1:8080") as client:
        yield client


def as_basyx_reads(text: str, chosen: list[str]) -> dict[str, list[tuple[str, float]]]:
    """As TimeSeries_v1_1.vue does it: lines parted at commas, a table's first line left out."""
    tables: dict[str, list[list[str]]] = {}
    header: list[str] = []
    for line in text.strip().split("\n"):
        columns = line.split(",")
        if columns[1] == "result":
            header = [name.strip() for name in columns]
        else:
            tables.setdefault(columns[2], []).append(columns)
    found = {}
    for lines in tables.values():
        key = lines[0][header.index("_field")].strip()
        assert lines[0][-1].strip() == key, "older versions look into the last column"
        time, value = header.index("_time"), header.index("_value")
        found[key] = [(one[time], float(one[value])) for one in lines[1:]]
    return {name: found[name] for name in chosen}


def as_influx_clients_read(text: str) -> list[dict[str, str]]:
    """Annotated CSV as InfluxDB's libraries do: rows by name, defaults from the annotation."""
    rows: list[dict[str, str]] = []
    notes: dict[str, list[str]] = {}
    header: list[str] | None = None
    for line in csv.reader(io.StringIO(text)):
        if not line:
            header = None
        elif line[0].startswith("#"):
            notes[line[0]] = line
        elif header is None:
            header = line
            assert len(notes["#datatype"]) == len(notes["#group"]) == len(header)
        else:
            named = zip(header, line, notes["#default"], strict=True)
            rows.append({name: value or usual for name, value, usual in named if name})
    return rows


def ask(client: TestClient, query: str, **dialect: Any) -> list[dict[str, str]]:
    body = {"query": query, "type": "flux", "dialect": ANNOTATED | dialect}
    answer = client.post(URL, json=body)
    assert answer.status_code == 200, answer.text
    return as_influx_clients_read(answer.text)


def test_the_basyx_ui_draws_the_variable_that_was_chosen(client: TestClient) -> None:
    """The browser asks first; the query is the segment's with the idShort in it."""
    origin = {"Origin": "http://localhost:3000"}
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    allowed = client.options(URL, headers=origin | asked)
    assert allowed.headers["access-control-allow-origin"] == origin["Origin"]
    assert allowed.headers["access-control-allow-headers"] == "authorization,content-type"
    query = flux_query("press 1").replace("{{y-value}}", "Temperature", 1)
    answer = client.post(URL, content=query, headers=BASYX | origin)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    points = as_basyx_reads(answer.text, ["Temperature"])["Temperature"]
    assert len(points) == 359
    assert points[0] == ("2026-03-01T00:00:20Z", 14.5) and points[-1] == ("2026-03-01T01:00:00Z", 3594.5)


def test_a_newer_basyx_ui_puts_its_range_into_the_query(client: TestClient) -> None:
    query = flux_query("press 1").replace("{{y-value}}", "Shot")
    for name, text in (
        ("v.timeRangeStart", "2026-03-01T00:10:00.000Z"),
        ("v.timeRangeStop", "2026-03-01T00:11:00.000Z"),
        ("v.windowPeriod", "10000ms"),
    ):
        query = query.replace(name, text)
    points = as_basyx_reads(client.post(URL, content=query, headers=BASYX).text, ["Shot"])["Shot"]
    assert points == [(f"2026-03-01T00:{10 + second // 60}:{second % 60:02}Z", 604.5 + second - 10)
                      for second in range(20, 70, 10)]  # fmt: skip


def test_mnestix_sends_the_query_as_it_stands(client: TestClient) -> None:
    """Its library asks for annotations, and takes _time and _value of every row for one line."""
    answer = client.post(URL, json={"query": flux_query("press 1"), "type": "flux", "dialect": ANNOTATED})
    assert answer.text.splitlines()[:3] == [
        "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string",
        "#group,false,false,true,true,false,false,true,true",
        "#default,_result,,,,,,,",
    ]
    rows = as_influx_clients_read(answer.text)
    assert len(rows) == 360 and {row["_field"] for row in rows} == {"Temperature"}
    assert (rows[0]["_time"], rows[0]["_value"], rows[0]["result"]) == ("2026-03-01T00:00:10Z", "4.5", "_result")


def test_mnestix_puts_its_own_range_where_it_finds_one(client: TestClient) -> None:
    query = 'from(bucket:"aas") |> range(start: -1d) |> filter(fn: (r) => r["_field"] == "Barrel") |> last()'
    (row,) = ask(client, query)
    assert (row["_value"], row["_time"], row["_measurement"]) == ("3598.0", "2026-03-01T00:59:58Z", "cell")


def test_grafana_tries_the_connection_by_asking_for_buckets(client: TestClient) -> None:
    assert [row["name"] for row in ask(client, "buckets()")] == ["aas"]


def test_grafana_asks_for_several_fields_by_a_pattern(client: TestClient) -> None:
    query = """
    from(bucket: "aas")
      |> range(start: 2026-03-01T00:00:00Z, stop: 2026-03-01T00:02:00Z)
      |> filter(fn: (r) => r["_measurement"] =~ /^press/)
      |> filter(fn: (r) => r["_field"] == "Temperature" or r["_field"] == "Shot")
      |> aggregateWindow(every: 1m, fn: max, createEmpty: false)
      |> yield(name: "max")
    """
    rows = ask(client, query)
    assert [(row["table"], row["_field"], row["_time"], row["_value"]) for row in rows] == [
        ("0", "Temperature", "2026-03-01T00:01:00Z", "59.0"),
        ("0", "Temperature", "2026-03-01T00:02:00Z", "119.0"),
        ("1", "Shot", "2026-03-01T00:01:00Z", "59"),
        ("1", "Shot", "2026-03-01T00:02:00Z", "119"),
    ]
    assert {row["result"] for row in rows} == {"max"}


SECONDS = 'from(bucket: "aas") |> range(start: 2026-03-01T00:00:00Z, stop: 2026-03-01T00:00:05Z)'
SHOTS = 'filter(fn: (r) => r._field == "Shot")'
WINDOWS = 'window(every: 2s) |> mean() |> duplicate(column: "_stop", as: "_time") |> window(every: inf)'


@pytest.mark.parametrize(
    ("rest", "values"),
    [
        ('filter(fn: (r) => r._field == "온도")', ["0.0", "1.0", "2.0", "3.0", "4.0"]),
        ('filter(fn: (r) => r._field == "state") |> limit(n: 1)', ["RUN, 1"]),
        (f"{SHOTS} |> limit(n: 2, offset: 1)", ["1", "2"]),
        ('filter(fn: (r) => r._field == "Shot" and r._value >= 3)', ["3", "4"]),
        (f"{SHOTS} |> filter(fn: (r) => not r._value < 4)", ["4"]),
        (f'{SHOTS} |> sort(columns: ["_value"], desc: true) |> limit(n: 2)', ["4", "3"]),
        (f"{SHOTS} |> tail(n: 2)", ["3", "4"]),
        (f"{SHOTS} |> mean()", ["2.0"]),
        (f"{SHOTS} |> sum()", ["10.0"]),
        (f"{SHOTS} |> count()", ["5"]),
        (f"{SHOTS} |> max()", ["4.0"]),
        (f"{SHOTS} |> first()", ["0"]),
        ('filter(fn: (r) => r._field == "State") |> last()', ["RUN"]),
        ('filter(fn: (r) => r._field == "State") |> count()', ["2"]),
        (
            'filter(fn: (r) => contains(value: r._field, set: ["Shot", "x"]))'
            " |> aggregateWindow(every: 2s, fn: sum) |> max()",
            ["5.0"],
        ),
        (f"{SHOTS} |> {WINDOWS}", ["0.5", "2.5", "4.0"]),
        (f'{SHOTS} |> filter(fn: (r) => exists r._value) |> keep(columns: ["_time", "_value"])', list("01234")),
        (f'{SHOTS} |> drop(columns: ["_start", "_stop"]) |> yield()', list("01234")),
        ('filter(fn: (r) => r._measurement == "nothing")', []),
        ('filter(fn: (r) => r._field == "Nothing") |> count()', []),
    ],
)
def test_what_flux_says_is_done(client: TestClient, rest: str, values: list[str]) -> None:
    assert [row["_value"] for row in ask(client, f"{SECONDS} |> {rest}")] == values


def test_empty_windows_are_shown_where_they_are_wanted(client: TestClient) -> None:
    query = 'from(bucket: "aas") |> range(start: 2026-02-28T23:58:00Z, stop: 2026-03-01T00:01:30Z)'
    query += ' |> filter(fn: (r) => r._field == "Shot") |> aggregateWindow(every: 1m, fn: {}, createEmpty: true)'
    means = ask(client, query.format("mean"))
    assert [row["_value"] for row in means] == ["", "", "29.5", "74.5"]
    assert means[-1]["_time"] == "2026-03-01T00:01:30Z", "the last window ends where the range does"
    assert [row["_value"] for row in ask(client, query.format("count"))] == ["0", "0", "60", "30"]


def test_fields_can_stand_beside_each_other(client: TestClient) -> None:
    query = f'{SECONDS} |> filter(fn: (r) => r._measurement == "press 1" and r._field =~ /^[TS]/)'
    query += ' |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")'
    rows = ask(client, query)
    assert [(row["Temperature"], row["Shot"]) for row in rows[:2]] == [("0.0", "0"), ("1.0", "1")]
    grouped = f'{SECONDS} |> filter(fn: (r) => r._field == "Shot" or r._field == "Barrel") |> group()'
    assert len({row["table"] for row in ask(client, grouped)}) == 2, "whole numbers and others are no one table"


def test_an_answer_without_annotations_names_its_result_in_every_row(client: TestClient) -> None:
    query = f'{SECONDS} |> filter(fn: (r) => r._field == "Shot") |> limit(n: 1)'
    assert client.post(URL, content=query, headers=BASYX).text == (
        ",result,table,_start,_stop,_time,_value,_measurement,_field\r\n"
        ",_result,0,2026-03-01T00:00:00Z,2026-03-01T00:00:05Z,2026-03-01T00:00:00Z,0,press 1,Shot\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ('from(bucket: "a") |> range(start: -1h) |> derivative(unit: 1s)', "derivative"),
        ('import "influxdata/influxdb/schema" schema.measurements(bucket: "a")', "schema.measurements"),
        ('from(bucket: "a") |> range(start: -1h) |> aggregateWindow(every: 1m, fn: median)', "median"),
        ('from(bucket: "a") |> range(start: -1h) |> limit(n: 1, x: 2)', "limit(x"),
        ('from(bucket: "a") |> range(start: -1h) |> aggregateWindow(every: 1mo, fn: mean)', "every"),
        ('from(bucket: "a") |> range(start: now(), stop: -1h)', "start"),
        ('from(bucket: "a") |> range(start: -1h) |> filter(fn: (r) => r._field =~ /(/)', "RE2"),
        ('from(bucket: "a") |> range(start: 2026-13-01T00:00:00Z)', "2026-13-01"),
        ("import \"os\"", "∅"),
        ('x = from(bucket: "a")', "x ="),
        ("", "∅"),
        ("SELECT * FROM cpu", "*"),
        ("from(bucket: " + "(" * 100, "40"),
        ("a" * 100_000, "65536"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named(client: TestClient, query: str, says: str) -> None:
    answer = client.post(URL, content=query.encode(), headers=BASYX)
    assert answer.status_code == 400 and answer.headers["x-platform-error-code"] == "invalid"
    assert answer.json()["code"] == "invalid" and says in answer.json()["message"]


def test_other_bodies_and_paths_are_refused_as_influxdb_does(client: TestClient) -> None:
    for body, headers in ((b"\xff", BASYX), (b"{", {"Content-Type": "application/json"})):
        assert client.post(URL, content=body, headers=headers).json()["code"] == "invalid"
    assert "influxql" in client.post(URL, json={"query": "x", "type": "influxql"}).json()["message"]
    assert client.post(URL, content=b"x" * 300_000, headers=BASYX).status_code == 413
    assert client.post("/api/v2/write", content=b"x").json()["code"] == "not found"


PIECES = st.sampled_from(
    ["from", "(", ")", "bucket", ":", '"aas"', "|>", "range", "start", "-", "1h", "filter", "fn", "=>", "r", ".",
     "_field", "==", "=~", "/a/", "and", "or", "not", "exists", "[", "]", ",", "aggregateWindow", "every", "mean",
     "limit", "n", "5", "2.5", "true", "v.windowPeriod", "\n", "// x\n", "2026-03-01", '"', "\\", "온도",
     "{{y-value}}", "pivot", "rowKey", "sort", "desc", "columns", "9" * 40, "1y2mo", "last()", "window", "inf"]
)  # fmt: skip


@settings(max_examples=300)
@given(query=st.text(max_size=200) | st.lists(PIECES, max_size=60).map(" ".join) | st.lists(PIECES).map("".join))
def test_whatever_is_sent_is_answered_or_refused(client: TestClient, query: str) -> None:
    answer = client.post(URL, json={"query": query.encode("utf-8", "replace").decode()})
    assert answer.status_code in (200, 400)


CALLS = st.sampled_from(
    ["range(start: -1h)", "range(start: 0, stop: now())", "range(start: v.timeRangeStart, stop: v.timeRangeStop)",
     "filter(fn: (r) => r._measurement == \"press 1\")", "filter(fn: (r) => r._value > 5)",
     "filter(fn: (r) => r._field != \"Shot\" or r._time < 2026-03-01T00:00:09Z)", "limit(n: 3)", "tail(n: 2)",
     "mean()", "first()", "max()", "count()", "window(every: 20m)", "aggregateWindow(every: 30m, fn: last)",
     "aggregateWindow(every: v.windowPeriod, fn: mean, createEmpty: true)", "sort(columns: [\"_time\"])",
     "keep(columns: [\"_time\", \"_value\"])", "drop(columns: [\"_start\"])", "group(columns: [\"_measurement\"])",
     "pivot(rowKey: [\"_time\"], columnKey: [\"_field\"], valueColumn: \"_value\")", "yield(name: \"x\")"]
)  # fmt: skip


@settings(max_examples=60)
@given(calls=st.lists(CALLS, max_size=6))
def test_calls_in_any_order_are_answered_or_refused(client: TestClient, calls: list[str]) -> None:
    query = " |> ".join(['from(bucket: "aas")', "filter(fn: (r) => r._field =~ /^S/)", *calls])
    answer = client.post(URL, json={"query": query, "dialect": ANNOTATED})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        as_influx_clients_read(answer.text)
