"""A TimeSeries shows what its stream holds by now, and its stored document stays as it was written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
from basyx.aas.adapter.json import AASToJsonEncoder

from aas_server.product.series import segments
from aas_server.store.contract import Store, StreamFacts
from aas_server.twin.elements import find
from aas_server.twin.live import Overlay
from aas_server.twin.series import sources
from aas_server.twin.series.current import PREVIEW
from submodels import time_series
from submodels.field import Field
from submodels.text import both

Json = dict[str, Any]
START = datetime(2026, 3, 1, tzinfo=UTC)
ID = "urn:sm:series"
STAMP = pa.timestamp("us", "UTC")
FIELDS = tuple(
    Field(name, short, kind, f"urn:cd:{short}", "own", both(name, name), both(name, name))
    for name, short, kind in (("온도", "Temperature", "xs:double"), ("상태", "State_1", "xs:string"))
)


class Moment:
    """A clock for what is kept a while."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def fold(
    store: Store, first: int, own: dict[str, pa.Array], upto: int, times: list[datetime] | None = None
) -> None:
    rows = len(next(iter(own.values())))
    at = times or [START + timedelta(seconds=row) for row in range(first, first + rows)]
    common = {
        "time": pa.array(at, STAMP),
        "arrival": pa.array(at, STAMP),
        "position": pa.array([upto] * rows, pa.int64()),
        "flags": pa.nulls(rows, pa.string()),
        "misfit": pa.nulls(rows, pa.string()),
    }
    store.lake.fold("press", pa.table({**common, **own}), upto)
    ns = int(at[-1].timestamp()) * 10**9
    start = int(START.timestamp()) * 10**9
    facts = StreamFacts("press", "plant/press", "mqtt", "wide", upto, first + rows, 0, start, ns, ns)
    store.catalogue.put("stream", "press", msgspec.json.encode(facts))


def described(store: Store) -> bytes:
    """The submodel as it is stored, and the overlay told of it."""
    held = segments.Held("press", "plant/press", 0, "", "", "")
    made = segments.time_series(ID, "TimeSeries", held, FIELDS, "http://127.0.0.1:8080")
    sources.keep(store.catalogue, ID, "press", FIELDS)
    return json.dumps(time_series.to_submodel(made), cls=AASToJsonEncoder).encode()


def read(overlay: Overlay, body: bytes) -> dict[str, Json]:
    binding = overlay.binding(ID)
    assert binding is not None and overlay.bound() == {ID}
    document = msgspec.json.decode(overlay.laid_over(body, binding))
    return {
        one["idShort"]: {part["idShort"]: part.get("value") for part in one["value"]}
        for one in find(document, "Segments")["value"]
    }


def values(record: Json) -> Json:
    return {one["idShort"]: one["value"] for one in record["value"]}


def test_segments_say_what_the_stream_holds_by_now(store: Store) -> None:
    body, clock = described(store), Moment()
    overlay = Overlay(store, clock)
    assert read(overlay, body)["RecentRecords"]["RecordCount"] == "0"
    clock.now += 60
    fold(store, 0, {"온도": pa.array([1.5 * row for row in range(80)]), "상태": pa.array(["RUN"] * 80)}, 1)
    found = read(overlay, body)
    for name in ("StoredRecords", "StoredTable", "LiveRecords"):
        assert (found[name]["RecordCount"], found[name]["EndTime"]) == ("80", "2026-03-01T00:01:19Z")
        assert found[name]["State"] == "in progress"
    recent = found["RecentRecords"]
    assert (recent["RecordCount"], recent["StartTime"]) == (str(PREVIEW), "2026-03-01T00:00:30Z")
    assert values(recent["Records"][-1]) == {
        "Time": "2026-03-01T00:01:19Z", "Time01": "49", "Temperature": "118.5", "State_1": "RUN",
    }  # fmt: skip
    clock.now += 60
    fold(store, 80, {"온도": pa.array([7.0]), "상태": pa.array([None], pa.string())}, 2)
    found = read(overlay, body)
    assert found["LiveRecords"]["RecordCount"] == "81"
    assert "State_1" not in values(found["RecentRecords"]["Records"][-1])


def test_every_record_and_value_has_a_name_and_a_meaning(store: Store) -> None:
    body = described(store)
    fold(store, 0, {"온도": pa.array([1.5]), "상태": pa.array(["RUN"])}, 1)
    (record,) = read(Overlay(store), body)["RecentRecords"]["Records"]
    for one in (record, *record["value"]):
        assert one["idShort"] and one["semanticId"]["keys"][0]["value"]


def test_what_tags_said_at_one_instant_is_one_record(store: Store) -> None:
    body = described(store)
    own = {
        "tag": pa.array(["온도", "상태", "온도"]),
        "number": pa.array([20.5, None, 21.0]),
        "text": pa.array([None, "RUN", None]),
    }
    fold(store, 0, own, 1, [START, START, START + timedelta(seconds=1)])
    records = read(Overlay(store), body)["RecentRecords"]["Records"]
    assert values(records[0]) == {
        "Time": "2026-03-01T00:00:00Z", "Time01": "0", "Temperature": "20.5", "State_1": "RUN",
    }  # fmt: skip
    assert values(records[1])["Temperature"] == "21.0"


def test_a_submodel_that_people_changed_is_still_read(store: Store) -> None:
    described(store)
    binding = Overlay(store).binding(ID)
    assert binding is not None
    changed = {"modelType": "Submodel", "id": ID, "idShort": "TimeSeries"}
    assert msgspec.json.decode(Overlay(store).laid_over(msgspec.json.encode(changed), binding)) == changed
