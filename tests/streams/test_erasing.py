"""A stream is erased with proof; afterwards no byte of it is in the data folder."""

from __future__ import annotations

import base64
import json

import pytest

from aas_server.errors import Conflict, NotFound
from aas_server.ingest.declared import Declarations
from aas_server.ingest.decode import Decoder
from aas_server.ingest.fold import MARK, fold
from aas_server.streams.adopting import Wish
from aas_server.streams.erasing import Erasing, erasures
from connectors.message import Message

MARKER = "SECRET-7741-marker"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def found_in(folder, marker=MARKER):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and marker.encode() in path.read_bytes()
    )


def test_no_byte_of_a_stream_is_left(house, publish):
    secret = {"timestamp": "2026-01-01T00:00:00Z", "note": MARKER, "p": 1}
    publish("line/press", *[secret | {"p": number} for number in range(50)])
    publish("line/press", '{"note": "' + MARKER)
    publish("line/oven", {"note": "stays"})
    house.desk().adopt(Wish("line/press"))
    publish("line/press", secret)
    assert found_in(house.store.folder)
    done = house.desk().erase("line_press", reason="개인정보", by="tester")
    assert found_in(house.store.folder) == []
    assert (done.messages, done.records, done.reason, done.by) == (52, 51, "개인정보", "tester")
    assert len(done.digest) == 64 and done.bytes > 51 * len(MARKER)
    assert erasures(house.store) == [done]
    assert house.desk().row("line_oven").records == 1


def test_what_a_server_still_holds_in_memory_does_not_come_back(house, publish, settings):
    publish("line/press", {"note": "first"})
    house.store.journal.append([Message("m", "line/press", json.dumps({"note": MARKER}).encode(), 1, 1)])
    decoder = Decoder(settings, house.store.journal.mark(MARK))
    entries = house.store.journal.read(decoder.upto, 100)
    decoder.take(entries, Declarations(house.store.catalogue).now())
    erasing = Erasing(house.store, house.clock, house.runner.run, patience=0.1)
    erasing.erase(house.desk().row("line_press"), "", "tester")
    fold(house.store, decoder)
    assert found_in(house.store.folder) == []
    publish("line/press", {"note": "later"})
    assert house.desk().row("line_press").records == 1


def test_a_stream_starts_anew_after_its_erasure(house, publish):
    publish("line/press", {"p": 1}, {"p": 2})
    house.desk().erase("line_press", reason="", by="tester")
    with pytest.raises(NotFound):
        house.desk().row("line_press")
    publish("line/press", {"p": "text"})
    assert house.desk().row("line_press").records == 1


def test_what_an_adopted_stream_means_stays_described(house, publish):
    publish("line/press", {"p": 1})
    house.desk().adopt(Wish("line/press"))
    house.desk().erase("line_press", reason="", by="tester")
    row = house.desk().row("line_press")
    assert (row.state, row.records) == ("adopted", 0)
    assert house.desk().show("line_press").sample == ()


def test_pictures_go_unless_something_else_names_them(house, publish):
    own = PNG + b"own"
    for topic, picture in (("cam/1", PNG), ("cam/1", own), ("cam/two", PNG)):
        publish(topic, json.dumps({"image": base64.b64encode(picture).decode(), "label": "ok"}))
    files = [path for path in (house.store.folder / "files").rglob("*") if path.is_file()]
    streams = {row.topic: row.name for row in house.desk().all()}
    assert len(files) == 2 and len(streams) == 2
    house.desk().erase(next(name for name in streams.values() if name != "cam_two"), "", "tester")
    left = [path.read_bytes() for path in (house.store.folder / "files").rglob("*") if path.is_file()]
    assert left == [PNG]


def test_a_released_stream_is_not_erased_unasked(house, publish, release):
    publish("line/press", {"p": 1})
    release(house.store.lake.pin("line_press"))
    with pytest.raises(Conflict) as refused:
        house.desk().erase("line_press", reason="", by="tester")
    assert refused.value.values["releases"] == "moulding-r1"
    done = house.desk().erase("line_press", reason="", by="tester", even_released=True)
    assert done.releases == ("moulding-r1",)
