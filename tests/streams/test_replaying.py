"""The journal is read again as a stream is described by now; streams that one filter joins become one."""

from __future__ import annotations

import fcntl
import json
import threading

import pytest

from aas_server.errors import Conflict
from aas_server.streams.adopting import Wish
from aas_server.streams.replaying import Replaying, running

SHOT = {"timestamp": "2026-01-01T00:00:00Z", "made": "2025-12-31T00:00:00Z", "pp": "1.5"}


def edited(house, id, change):
    """Change a submodel as REST would."""
    document = json.loads(house.runner.run(house.repository.get("submodel", id)).body)
    change(document)
    house.runner.run(house.repository.put("submodel", json.dumps(document).encode()))
    house.configuration.catch_up()


def member(document, name):
    """The described member of the first topic."""
    properties = document["submodelElements"][0]["value"][2]["value"][0]["value"]
    members = next(one for one in properties[0]["value"] if one["idShort"] == "properties")["value"]
    return next(one for one in members if one["idShort"] == name)


def test_a_corrected_description_is_replayed(house, publish):
    publish("line/press", SHOT, SHOT | {"pp": "2.5"})
    adopted = house.desk().adopt(Wish("line/press"))
    fields = {one.name: one.type for one in house.desk().show("line_press").fields}
    assert fields["pp"] == "string"

    def corrected(document):
        for one in member(document, "pp")["value"]:
            if one["idShort"] == "type":
                one["value"] = "number"

    edited(house, adopted.submodels[0], corrected)
    (told,) = [one for found in house.desk().configured() for one in found.findings]
    assert (told.key, told.values["records"]) == ("stream-read-formerly", "2")
    done = house.desk().replay("line_press")
    assert (done.records, done.messages) == (2, 2)
    fields = {one.name: (one.type, one.example) for one in house.desk().show("line_press").fields}
    assert fields["pp"] == ("double", 2.5)
    assert not [one for found in house.desk().configured() for one in found.findings]


def test_another_time_column_moves_the_history(house, publish):
    publish("line/press", SHOT)
    house.desk().adopt(Wish("line/press"))
    house.desk().adopt(Wish("line/press", time="made"))
    house.desk().replay("line_press")
    assert house.desk().show("line_press").sample[0]["time"] == "2025-12-31T00:00:00Z"


def test_a_filter_joins_streams_and_their_history(house, publish):
    publish("line/a/shot", SHOT)
    publish("line/b/shot", SHOT, SHOT | {"q": 4})
    publish("line/b/other", {"z": 1})
    adopted = house.desk().adopt(Wish("line/+/shot", name="shots"))
    assert adopted.replay and adopted.joined == ("line_a_shot", "line_b_shot")
    done = house.desk().replay("shots")
    assert done.joined == adopted.joined and done.records == 3
    rows = {row.name: (row.state, row.records) for row in house.desk().all()}
    assert rows == {"shots": ("adopted", 3), "line_b_other": ("discovered", 1)}
    assert {one.name for one in house.desk().show("shots").fields} >= {"pp", "q", "made"}
    publish("line/c/shot", SHOT)
    assert house.desk().row("shots").records == 4
    assert "line_a_shot" not in house.store.lake.streams()


def test_what_could_not_be_read_is_released_once_it_can(house, publish):
    publish("line/press", SHOT)
    adopted = house.desk().adopt(Wish("line/press"))

    def form(name):
        def change(document):
            properties = document["submodelElements"][0]["value"][2]["value"][0]["value"]
            said = {one["name"]: one for one in properties[0]["extensions"]}
            said["payload"]["value"] = name

        return change

    edited(house, adopted.submodels[0], form("umh"))
    publish("line/press", SHOT, SHOT)
    assert (house.desk().row("line_press").records, house.desk().row("line_press").quarantined) == (1, 2)
    edited(house, adopted.submodels[0], form("flat-json"))
    done = house.desk().replay("line_press")
    assert (done.released, done.records) == (2, 3)
    assert (house.desk().row("line_press").records, house.desk().row("line_press").quarantined) == (3, 0)


def test_one_replay_at_a_time(house, publish, until):
    publish("line/press", SHOT)
    begun, go_on = threading.Event(), threading.Event()

    def slow(stream, after):
        begun.set()
        go_on.wait(90)
        raise Conflict("replay-running", stream=stream)

    replaying = Replaying(house.store, house.clock, slow)
    replaying.start("line_press", 0)
    assert begun.wait(90)
    assert running(house.store.folder).stream == "line_press"
    with pytest.raises(Conflict):
        house.desk().replay("line_press")
    with pytest.raises(Conflict):
        house.desk().start_replay("line_press")
    assert replaying.last("line_press") is None
    go_on.set()
    until(lambda: replaying.running() is None)
    assert replaying.last("line_press").error.key == "replay-running"


def test_who_only_looks_keeps_nobody_from_replaying(house, publish):
    publish("line/press", SHOT)
    with (house.store.folder / "replay.lock").open("wb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        ends = threading.Timer(0.1, fcntl.flock, (looking, fcntl.LOCK_UN))
        ends.start()
        assert house.desk().replay("line_press").records == 1
        ends.join()


def test_a_replay_in_the_background_ends_and_says_how(house, publish, until):
    publish("line/press", SHOT)
    desk = house.desk()
    started = desk.start_replay("line_press")
    assert started.stream == "line_press"
    until(lambda: desk.replaying() is None)
    assert desk.replayed("line_press").records == 1 and desk.replayed("line_press").error is None
