"""One variable over time, thinned out."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from aas_server.product.record import ReleaseRecord

PATH = "/pages/data/products/moulding-cell/series"


def test_a_thinned_series_is_bounded_and_keeps_its_peak(client: TestClient, finished) -> None:
    told = client.get(PATH, params={"column": "BarrelTemperature1", "points": 300}).json()
    assert told["rows"] == 6000
    assert told["thinned"]
    assert 150 < len(told["y"]) <= 300
    assert len(told["x"]) == len(told["y"])
    assert max(value for value in told["y"] if value is not None) == 431.5
    assert (told["unit"], told["title"]) == ("°C", "배럴 온도 1")


def test_never_more_than_two_thousand_points(client: TestClient, finished) -> None:
    told = client.get(PATH, params={"column": "CycleTime"}).json()
    assert len(told["y"]) <= 2000


def test_times_are_local_and_in_order_and_a_break_is_a_gap(client: TestClient, finished) -> None:
    told = client.get(PATH, params={"column": "CycleTime", "points": 600}).json()
    assert told["x"][0].startswith("2026-03-03T08:3")
    assert told["x"] == sorted(told["x"])
    assert told["y"].count(None) == 1


def test_empty_cells_are_left_out_and_booleans_drawn(client: TestClient, finished) -> None:
    assert client.get(PATH, params={"column": "CushionPosition"}).json()["rows"] == 6000 - 62
    assert set(client.get(PATH, params={"column": "Defect"}).json()["y"]) <= {0.0, 1.0, None}


def test_few_values_are_all_drawn(client: TestClient, finished: ReleaseRecord) -> None:
    table = pa.table({"Time": pa.nulls(3, pa.timestamp("us", tz="UTC")), "CycleTime": [1.0, None, 3.0]})
    pq.write_table(table, finished.prepared.main.path)
    told = client.get(PATH, params={"column": "CycleTime"}).json()
    assert (told["timed"], told["thinned"]) == (False, False)
    assert (told["x"], told["y"]) == ([1, 3], [1.0, 3.0])


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"column": "Nothing"}, 404, "Nothing"),
        ({"column": "Note"}, 404, "Note"),
        ({"column": 'CycleTime" FROM data; --'}, 404, "CycleTime"),
        ({"column": "CycleTime", "stream": "other"}, 404, "other"),
        ({"column": "CycleTime", "points": "99999"}, 400, "99999"),
        ({"column": "CycleTime", "points": "many"}, 400, "many"),
    ],
)
def test_what_cannot_be_drawn_is_said(client: TestClient, finished, asked, status, says) -> None:
    answer = client.get(PATH, params=asked)
    assert answer.status_code == status
    assert says in answer.json()["message"]


def test_a_file_that_is_gone_is_said(client: TestClient, finished: ReleaseRecord) -> None:
    finished.prepared.main.path.unlink()
    answer = client.get(PATH, params={"column": "CycleTime"})
    assert answer.status_code == 404
    assert "shots.parquet" in answer.json()["message"]


def test_a_product_without_release_has_no_series(client: TestClient, keep_product) -> None:
    keep_product("press-9")
    assert client.get("/pages/data/products/press-9/series?column=A").status_code == 404
