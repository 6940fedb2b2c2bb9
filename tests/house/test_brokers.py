"""From settings to subscriptions, places of servers, and the files by which servers know each other."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aas_server import brokers, server_file, slots
from aas_server.broker_settings import BrokerSettings
from aas_server.errors import BadInput, Conflict, Refused
from aas_server.messages import error_text
from aas_server.server_file import Running
from aas_server.settings import Settings, load
from aas_server.slots import Slot
from connectors.errors import BrokerError
from connectors.message import Delivery
from connectors.mqtt import Subscription, parse_url


@pytest.fixture
def slot(tmp_path: Path) -> Iterator[Slot]:
    taken = slots.take(tmp_path, True)
    yield taken
    taken.release()


@pytest.mark.broker
def test_a_host_application_says_that_it_is_there_and_that_it_leaves(
    mosquitto: Callable[[], Any], until: Callable[[Callable[[], bool]], None], tmp_path: Path, slot: Slot
) -> None:
    """As Sparkplug nodes look for it: retained, by JSON with a time."""
    broker = mosquitto()
    heard: list[tuple[str, bool]] = []

    def hear(delivery: Delivery) -> None:
        heard.append((delivery.message.topic, json.loads(delivery.message.payload)["online"]))

    settings = Settings(data=tmp_path, broker=[broker.url], filter=["spBv1.0/#"], sparkplug_host="plant")
    (ours,) = brokers.subscriptions(brokers.configured(settings), settings, slot)
    ours.start(lambda _: None)
    until(lambda: ours.ready())
    other = Subscription(broker.url, ["spBv1.0/STATE/+"], "node")
    other.start(hear)
    until(lambda: heard == [("spBv1.0/STATE/plant", True)])
    ours.stop()
    until(lambda: heard[1:] == [("spBv1.0/STATE/plant", False)])
    other.stop()


@pytest.mark.parametrize("name", ["", "a/b", "a+", "#"])
def test_a_host_has_a_name_that_topics_can_bear(name: str) -> None:
    with pytest.raises(BadInput):
        load(None, sparkplug_host=name)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    return file


def test_each_broker_may_have_a_table(tmp_path: Path, slot: Slot) -> None:
    file = written(
        tmp_path,
        """
        broker = ["mqtt://one"]
        filter = ["plant/#"]
        broker_password = "of-all"
        [[brokers]]
        url = "mqtt://two:1884?version=5"
        filters = ["line/+/shot;qos=2", "$share/g/x"]
        qos = 0
        username = "gateway"
        password = "own-secret"
        keepalive = 20
        """,
    )
    settings = load(file, data=tmp_path)
    one, two = brokers.configured(settings)
    assert (one.url, two.qos, two.keepalive) == ("mqtt://one", 0, 20)
    assert [source.name for source in brokers.subscriptions([one, two], settings, slot)] == [
        "mqtt://one:1883",
        "mqtt://two:1884",
    ]
    assert "own-secret" not in repr(settings)
    assert "of-all" not in repr(settings)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ('pasword = "hunter2"', "brokers.0.pasword"),
        ("password = 7777", "brokers.0.password"),
        ("qos = 3", "brokers.0.qos"),
        ('username = "hunter2"', "brokers.0.url"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_without_secrets(tmp_path: Path, table: str, name: str) -> None:
    url = "" if name.endswith("url") else 'url = "mqtt://one"'
    with pytest.raises(BadInput) as fault:
        load(written(tmp_path, f"[[brokers]]\n{url}\n{table}\n"), data=tmp_path)
    assert fault.value.values["name"] == name
    assert "hunter2" not in str(fault.value)
    assert "7777" not in str(fault.value)


def test_a_broker_is_named_once(tmp_path: Path, slot: Slot) -> None:
    twice = [BrokerSettings(url="mqtt://a:x@one"), BrokerSettings(url="mqtt://one?version=5")]
    with pytest.raises(BadInput, match="broker-twice"):
        brokers.subscriptions(twice, Settings(data=tmp_path), slot)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("mqtt://one?insecure_tls=true", "broker-url-option-wrong"),
        ("mqtts://one?insecure_tls=yes", "broker-url-option-wrong"),
        ("mqtt://one?retain=new", "broker-url-option-wrong"),
        ("mqtt://u:secret@one?version=4.5", "broker-url-option-wrong"),
        ("mqtt://one?keepalive=0", "broker-url-option-wrong"),
        ("mqtt://one?insecure=true", "broker-url-option-wrong"),
    ],
)
def test_options_that_are_none_are_refused(url: str, key: str) -> None:
    with pytest.raises(BrokerError, match=key) as fault:
        parse_url(url)
    assert "secret" not in str(fault.value)


def test_a_certificate_that_is_not_checked_is_logged(
    tmp_path: Path, slot: Slot, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = BrokerSettings(url="mqtts://u:secret@one?insecure_tls=true")
    brokers.subscribe(broker, Settings(data=tmp_path), slot)
    said = "".join(capsys.readouterr())
    assert "broker-certificate-not-checked" in said
    assert "mqtts://one:8883" in said
    assert "secret" not in said


# --- places ------------------------------------------------------------------------------------------------------


def test_each_server_has_a_place_with_its_own_client_id(tmp_path: Path) -> None:
    one, two = slots.take(tmp_path, True), slots.take(tmp_path, True)
    assert (one.number, two.number) == (1, 2)
    ids = [one.client_id(None), two.client_id(None)]
    assert len(set(ids)) == 2
    assert [one.client_id("plant"), two.client_id("plant")] == ["plant", "plant-2"]
    assert [one.source("mqtt://b:1883"), two.source("mqtt://b:1883")] == ["mqtt://b:1883", "mqtt://b:1883#2"]
    one.release()
    again = slots.take(tmp_path, True)
    assert (again.number, again.client_id(None)) == (1, ids[0])
    for slot in (again, two):
        slot.release()


def test_a_folder_that_is_not_shared_keeps_its_first_client_id(tmp_path: Path) -> None:
    (tmp_path / "client-id").write_text("aas-server-of-old")
    assert slots.take(tmp_path, False).client_id(None) == "aas-server-of-old"


def test_a_place_is_left_when_it_bears_a_session_and_nobody_holds_it(tmp_path: Path) -> None:
    one, two = slots.take(tmp_path, True), slots.take(tmp_path, True)
    for slot in (one, two):
        slot.client_id(None)
        slot.memory("mqtt://b:1883").keep(["$share/g/#"])
    assert list(slots.left(tmp_path)) == []
    two.release()
    assert list(slots.left(tmp_path)) == [2]
    heir = slots.take_over(tmp_path, 2)
    assert heir is not None
    assert heir.brokers() == ["mqtt://b:1883"]
    assert slots.take_over(tmp_path, 2) is None
    heir.forget()
    heir.release()
    assert list(slots.left(tmp_path)) == []
    one.release()


def test_a_further_server_needs_shared_filters(tmp_path: Path) -> None:
    one, two = slots.take(tmp_path, True), slots.take(tmp_path, True)
    settings = Settings(data=tmp_path, filter=["line/#", "$share/g/x"])
    broker = BrokerSettings(url="mqtt://one")
    brokers.subscribe(broker, settings, one)
    with pytest.raises(Refused) as fault:
        brokers.subscribe(broker, settings, two)
    assert fault.value.values["filters"] == "line/#"
    assert "$share/" in error_text(fault.value, "ko")
    brokers.subscribe(broker, settings.model_copy(update={"filter": ["$share/g/x"]}), two)
    for slot in (one, two):
        slot.release()


# --- servers -----------------------------------------------------------------------------------------------------


def test_one_server_a_folder_unless_it_is_shared(tmp_path: Path) -> None:
    first, second = Running("http://127.0.0.1:1", ()), Running("http://127.0.0.1:2", ())
    assert server_file.running(tmp_path) is None
    with server_file.held(tmp_path, first):
        with pytest.raises(Conflict, match="server-runs-already"), server_file.held(tmp_path, second):
            pass
        assert server_file.running(tmp_path) == first
    with server_file.held(tmp_path, second, True):
        with server_file.held(tmp_path, first, True):
            assert server_file.all_running(tmp_path) == [second, first]
        assert server_file.all_running(tmp_path) == [second]
    assert server_file.running(tmp_path) is None
    with server_file.held(tmp_path, first, True), server_file.held(tmp_path, second, True):
        pass


def test_the_second_of_two_is_found_when_the_first_is_gone(tmp_path: Path) -> None:
    first, second = Running("http://127.0.0.1:1", ()), Running("http://127.0.0.1:2", ())
    holding = server_file.held(tmp_path, first, True)
    holding.__enter__()
    with server_file.held(tmp_path, second, True):
        holding.__exit__(None, None, None)
        assert server_file.running(tmp_path) == second


def test_a_server_that_has_not_yet_said_where_it_is_is_not_named(tmp_path: Path) -> None:
    with (tmp_path / server_file.NAME).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert server_file.running(tmp_path) is None
        with (
            pytest.raises(Conflict, match="server-runs-already"),
            server_file.held(tmp_path, Running("http://a", ())),
        ):
            raise AssertionError("unreachable")
