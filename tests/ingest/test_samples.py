"""Every recording of a form met in the field, through a real broker into the lake: each record once, as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from aas_server.ingest.service import Ingest
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message, Record, Undecodable, records
from connectors.payloads import Reading, decode
from connectors.sparkplug import Births

Listen = Callable[..., Ingest]
Recording = Callable[[str], Iterator[Message]]
COMMON = {"time", "place", "arrival", "position", "flags", "misfit"}
SAMPLES = {
    "bare_value_per_topic_retained.jsonl": (435, 435, 2),
    "fischertechnik_like.jsonl": (21, 21, 2),
    "flat_row_device_at_tag_us.jsonl": (60, 60, 1),
    "opcua_pubsub_json.jsonl": (50, 400, 2),
    "recorded_lab.json": (120, 120, 8),
    "shot_record_json_kamp.jsonl": (40, 40, 1),
    "sparkplug_b.jsonl": (54, 368, 2),
    "thingsboard.jsonl": (32, 47, 3),
    "umh_one_tag_per_topic.jsonl": (480, 480, 1),
    "uns_rich_object.jsonl": (120, 120, 1),
}
"""Messages, records and streams; one message of Sparkplug speaks of what nobody announced."""


@pytest.fixture
def publish() -> Callable[[int, list[Message]], None]:
    """Sends messages in order, as the client of a gateway does, and returns once the broker has them all."""

    def send(port: int, messages: list[Message]) -> None:
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(1)
        client.connect("127.0.0.1", port)
        client.loop_start()
        sent = [client.publish(one.topic, one.payload, 1, one.retain) for one in messages]
        for one in sent:
            one.wait_for_publish(90)
        client.disconnect()
        client.loop_stop()

    return send


@pytest.mark.shared
@pytest.mark.broker
@pytest.mark.parametrize("name", SAMPLES)
def test_a_recording_is_in_the_lake_to_the_last_value(
    name: str,
    recording: Recording,
    mosquitto: Any,
    listen: Listen,
    publish: Callable[[int, list[Message]], None],
    store: Store,
    until: Any,
) -> None:
    broker = mosquitto()
    ingest = listen(broker.url, sparkplug_rebirth_seconds=0)
    sent = list(recording(name))
    publish(broker.port, sent)
    messages, count, streams = SAMPLES[name]
    assert len(sent) == messages
    until(lambda: store.journal.last() >= messages)
    assert ingest.settle()
    assert store.journal.last() == messages
    expected, refused = understood(sent)
    assert Counter(one.key for one in store.journal.quarantined()) == refused
    assert refused == ({"sparkplug-unknown-alias": 1} if "sparkplug" in name else {})
    assert set(store.lake.streams()) == set(expected) and len(expected) == streams
    assert sum(store.lake.pin(stream).records for stream in expected) == count
    for stream, told in expected.items():
        assert stored(store, stream) == [(time, fields) for time, fields, _ in told], stream
        assert all(flags <= kept for (_, _, flags), kept in zip(told, kept_flags(store, stream), strict=True))


@pytest.mark.shared
@pytest.mark.broker
def test_what_a_broker_kept_is_flagged_at_the_next_subscription(
    recording: Recording,
    mosquitto: Any,
    listen: Listen,
    publish: Callable[[int, list[Message]], None],
    store: Store,
    until: Any,
) -> None:
    broker = mosquitto()
    sent = list(recording("bare_value_per_topic_retained.jsonl"))
    publish(broker.port, sent)
    # a topic's last message is kept, and none where that was empty
    last = {one.topic: one.payload.decode() for one in sent}
    kept = {topic: value for topic, value in last.items() if value}
    ingest = listen(broker.url, sparkplug_rebirth_seconds=0)
    until(lambda: store.journal.last() >= len(kept))
    assert ingest.settle()
    found: list[tuple[str, str]] = []
    for stream in store.lake.streams():
        assert all("retained" in flags for flags in kept_flags(store, stream))
        found += [(row["tag"], str(row.get("text", row.get("number")))) for _, row in stored(store, stream)]
    tags = {
        topic.rsplit("/", 1)[-1] if "Status" not in topic else "Status/StateCurrentStr": v
        for topic, v in kept.items()
    }
    assert {tag: value if "State" in tag else float(value) for tag, value in found} == {
        tag: value if "State" in tag else float(value) for tag, value in tags.items()
    }


def understood(
    sent: list[Message],
) -> tuple[dict[str, list[tuple[int | None, dict[str, Any], set[str]]]], Counter[str]]:
    """What the messages hold, by stream, told by the reader alone, and why some can't be read."""
    births = Births()
    found: dict[str, list[tuple[int | None, dict[str, Any], set[str]]]] = defaultdict(list)
    refused: Counter[str] = Counter()
    for message in sent:
        try:
            # to a session that is there already a broker does not say that it keeps a message
            parts = decode(replace(message, retain=False), Reading(zone="UTC"), births)
        except Undecodable as fault:
            refused[fault.key] += 1
            continue
        for record in records(parts):
            found[record.stream].append(_row(record))
    return dict(found), refused


def _row(record: Record) -> tuple[int | None, dict[str, Any], set[str]]:
    fields = {name: value for name, value in record.fields.items() if value is not None}
    return None if record.time is None else record.time // 1000, fields, set(record.flags)


def stored(store: Store, stream: str) -> list[tuple[int | None, dict[str, Any]]]:
    """The time (µs since 1970, UTC) and the fields of a stream's records, in the order of the journal."""
    rows = _select(store, stream, "* EXCLUDE (time), epoch_us(time) AS at")
    return [(row.pop("at"), _fields(row)) for row in rows]


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """Without the lake's own columns. A field whose name differs from another's in case alone, or is one of the
    lake's, has got a number."""
    taken = {name.lower() for name in row if not name.endswith("_2")} | COMMON
    return {
        name.removesuffix("_2") if name.removesuffix("_2").lower() in taken else name: value
        for name, value in row.items()
        if name not in COMMON and value is not None
    }


def kept_flags(store: Store, stream: str) -> list[set[str]]:
    return [set((row["flags"] or "").split(",")) - {""} for row in _select(store, stream, "flags")]


def _select(store: Store, stream: str, what: str) -> list[dict[str, Any]]:
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        found = database.execute(f"SELECT {what}, position AS place FROM records")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    # records of one message keep the order in which they were written
    rows.sort(key=lambda row: int(row["place"]))
    return rows
