"""Records in every form: the same values, whatever they are called and whatever is missing."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store

Row = dict[str, Any]
ROWS = 300
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
CELLS = {
    '온도 (°C), "실측"': st.none() | st.floats(),
    "정수": st.none() | st.integers(-(2**63), 2**63 - 1),
    "판정": st.none() | TEXT,
    "on": st.none() | st.booleans(),
}
TYPES = dict(zip(CELLS, (pa.float64(), pa.int64(), pa.string(), pa.bool_()), strict=True))


def read(client: TestClient, form: str, path: str = "/streams/made/records", **query: Any) -> list[Row]:
    """All records in a form, as plain values."""
    answer = client.get(path, params={"format": form, **query})
    assert answer.status_code == 200, answer.text
    return PARSED[form](answer.content)


def from_csv(content: bytes) -> list[Row]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


PARSED: Mapping[str, Callable[[bytes], list[Row]]] = {
    "json": lambda content: json.loads(content)["records"],
    "ndjson": lambda content: [json.loads(line) for line in content.splitlines()],
    "csv": from_csv,
    "arrow": lambda content: pa.ipc.open_stream(content).read_all().to_pylist(),
    "parquet": lambda content: pq.read_table(io.BytesIO(content)).to_pylist(),
}


def as_json(row: Row) -> Row:
    """What JSON has instead: no number that is none, times as texts."""
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in row.items()}


def as_csv(row: Row) -> Row:
    return {name: "" if v is None else str(v).lower() if isinstance(v, bool) else v for name, v in row.items()}


@settings(max_examples=25)
@given(rows=st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=20))
def test_all_forms_have_the_same_values(
    rows: list[Row],
    tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., TestClient],
    rows_of_fold: Callable[..., pa.Table],
) -> None:
    store = open_store(tmp_path_factory.mktemp("made") / "data")
    own = {name: pa.array([row[name] for row in rows], TYPES[name]) for name in CELLS}
    columns = rows_of_fold(0, {}).slice(0, len(rows))
    store.lake.fold("made", pa.table({**{name: columns[name] for name in columns.column_names}, **own}), 10**6)
    try:
        with opened(store) as client:
            wanted = {"columns": list(CELLS), "limit": 1000}
            expected = read(client, "parquet", **wanted)
            for ours, theirs in zip(rows, expected, strict=True):
                assert all(same(ours[name], theirs[name]) for name in CELLS)
            arrow = read(client, "arrow", **wanted)
            assert all(same(a[name], b[name]) for a, b in zip(arrow, expected, strict=True) for name in CELLS)
            assert read(client, "json", **wanted) == read(client, "ndjson", **wanted)
            assert read(client, "json", **wanted) == [as_json(row) for row in expected]
            for ours, theirs in zip(map(as_csv, expected), read(client, "csv", **wanted), strict=True):
                for name, value in ours.items():
                    shown = theirs[name]
                    assert same(float(shown), value) if isinstance(value, float) else shown == str(value)
            whole = read(client, "ndjson", columns=list(CELLS))
            assert whole == [as_json(row) for row in expected]
    finally:
        store.close()


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)


@pytest.mark.parametrize("form", ["ndjson", "csv", "arrow", "parquet"])
def test_without_a_limit_all_records_come(client: TestClient, form: str) -> None:
    records = read(client, form, "/streams/shots/records")
    assert [int(row["position"]) for row in records] == list(range(1, 5 * ROWS + 1))
    times = {"from": "2026-03-01T00:10:00Z", "to": "2026-03-01T00:10:05Z", "columns": "position"}
    assert [int(row["position"]) for row in read(client, form, "/streams/shots/records", **times)] == [
        *range(601, 606)
    ]


@pytest.mark.parametrize("form", ["ndjson", "csv", "arrow", "parquet"])
def test_pages_of_every_form_are_one_walk(client: TestClient, form: str) -> None:
    found: list[int] = []
    url: str | None = f"/streams/shots/records?format={form}&limit=700&columns=position"
    while url is not None:
        answer = client.get(url)
        found += [int(row["position"]) for row in PARSED[form](answer.content)]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert found == list(range(1, 5 * ROWS + 1))


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv; charset=utf-8; header=present"),
        ("application/xml, application/x-ndjson;q=0.5", "application/x-ndjson"),
        ("application/json;q=0.2, application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv;q=rubbish", "text/csv; charset=utf-8; header=present"),
    ],
)
def test_accept_chooses_the_form(client: TestClient, accept: str, media_type: str) -> None:
    answer = client.get("/streams/shots/records", headers={"Accept": accept}, params={"limit": 1})
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-stream-version"] and answer.headers["x-folded-position"] == "1500"


def test_csv_is_as_rfc_4180_says_and_opens_in_excel(client: TestClient) -> None:
    answer = client.get("/streams/shots/records.csv", params={"bom": "true", "columns": "time,사이클 시간,late"})
    lines = answer.content.decode("utf-8").split("\r\n")
    assert lines[0] == "\ufefftime,사이클 시간,late"
    assert lines[1] == "2026-03-01T00:00:00Z,0,"
    assert len(lines) == 5 * ROWS + 2 and lines[-1] == ""
    assert answer.headers["content-disposition"] == 'attachment; filename="shots.csv"'


def test_a_file_of_a_version_comes_in_every_form(client: TestClient, store: Store) -> None:
    version = store.lake.pin("shots").version
    for form in ("csv", "ndjson", "arrow", "parquet"):
        answer = client.get(f"/streams/shots/versions/{version}/records.{form}", params={"columns": "position"})
        assert len(PARSED[form](answer.content)) == 5 * ROWS
        assert f"shots-v{version}.{form}" in answer.headers["content-disposition"]


def test_a_form_that_is_not_there_is_said(client: TestClient) -> None:
    for path in ("/streams/shots/records?format=xlsx", "/streams/shots/records.xlsx"):
        answer = client.get(path, headers={"Accept-Language": "ko"})
        assert (answer.status_code, answer.json()["error"]) == (400, "records-format-unknown")
        assert "xlsx" in answer.json()["message"] and "parquet" in answer.json()["message"]
