"""Quality of service 2, shared subscriptions, filters that change, what we publish: against a real mosquitto."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.message import Letter
from connectors.mqtt import Plan, Presence, Subscription

Until = Callable[..., None]
Listen = Callable[..., Any]
Make = Callable[..., Any]
pytestmark = pytest.mark.broker


@contextmanager
def python(program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process of its own, killed at the end."""
    home = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(home)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class Memory:
    """What a house keeps in a file."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def filters(self) -> list[str]:
        return self.kept

    def keep(self, filters: Sequence[str]) -> None:
        self.kept = list(filters)


# --- quality of service ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_each_filter_has_its_quality_of_service(
    mosquitto: Make, collector: Any, until: Until, version: str, subscribed: Listen
) -> None:
    broker = mosquitto()
    got = collector()
    filters = ["zero/#;qos=0", "one/#;qos=1", "two/#"]
    with subscribed(f"{broker.url}?version={version}", got, filters, qos=2):
        for topic in ("zero/a", "one/a", "two/a"):
            broker.publish(topic, "1", "-q", "2")
        until(lambda: len(got.deliveries) == 3)
    assert {d.message.topic: d.message.qos for d in got.deliveries} == {"zero/a": 0, "one/a": 1, "two/a": 2}


def test_qos_2_is_not_answered_before_it_is_acknowledged(
    mosquitto: Make, collector: Any, until: Until, tmp_path: Path, subscribed: Listen
) -> None:
    log = tmp_path / "mosquitto.log"
    broker = mosquitto(f"allow_anonymous true\nlog_dest file {log}\nlog_type all")
    lazy = collector(acknowledge=False)
    with subscribed(broker.url, lazy, qos=2):
        broker.publish("line", "1", "-q", "2")
        until(lambda: len(lazy.deliveries) == 1)
    assert "Received PUBREC from aas-test" not in log.read_text()
    got = collector()
    with subscribed(broker.url, got, qos=2):
        until(lambda: len(got.deliveries) == 1)
        until(lambda: "Received PUBCOMP from aas-test" in log.read_text())
        broker.publish("line", "2", "-q", "2")
        until(lambda: got.payloads == [b"1", b"2"])
    assert (got.deliveries[0].duplicate, got.deliveries[1].duplicate) == (True, False)
    after = collector()
    with subscribed(broker.url, after, qos=2):
        broker.publish("line", "3", "-q", "2")
        until(lambda: after.payloads == [b"3"])


KILLED = """
import os, sys
from connectors.mqtt import Plan, Subscription
out = open(sys.argv[2], "ab", buffering=0)
def receive(delivery):
    out.write(delivery.message.payload + b"\\n")
    os.fsync(out)
    if len(delivery.message.payload) % 2:
        delivery.acknowledge()
    if delivery.message.payload == b"xxx":
        print("there", flush=True)
subscription = Subscription(sys.argv[1], ["#"], "aas-test", plan=Plan(qos=2))
subscription.start(receive)
sys.stdin.read()
"""


def test_a_process_killed_between_taking_and_acknowledging_gets_it_again(
    mosquitto: Make, collector: Any, until: Until, tmp_path: Path, subscribed: Listen
) -> None:
    broker = mosquitto()
    with subscribed(broker.url, collector(), qos=2):
        pass
    for payload in ("x", "xx", "xxx"):
        broker.publish("line", payload, "-q", "2")
    with python(KILLED, broker.url, str(tmp_path / "taken")) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        process.send_signal(signal.SIGKILL)
    got = collector()
    with subscribed(broker.url, got, qos=2):
        until(lambda: got.payloads[-1:] == [b"xxx"])
    # The first one's PUBREC may have left; of the others none may, since the second was never acknowledged.
    assert got.payloads[-2:] == [b"xx", b"xxx"]
    assert all(delivery.duplicate for delivery in got.deliveries[-2:])


# --- shared ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_shared_subscription_is_shared_out(
    mosquitto: Make, collector: Any, until: Until, version: str, subscribed: Listen
) -> None:
    broker = mosquitto()
    one, two = collector(), collector()
    url = f"{broker.url}?version={version}"
    with (
        subscribed(url, one, ["$share/servers/line/#"], "one"),
        subscribed(url, two, ["$share/servers/line/#"], "two"),
    ):
        for number in range(20):
            broker.publish("line/1", str(number))
        until(lambda: len(one.deliveries) + len(two.deliveries) == 20)
    assert sorted(map(int, one.payloads + two.payloads)) == list(range(20))
    assert one.deliveries
    assert two.deliveries


# --- filters that change ---------------------------------------------------------------------------------------


def test_filters_change_while_it_runs(mosquitto: Make, collector: Any, until: Until, subscribed: Listen) -> None:
    broker = mosquitto()
    got = collector()
    with subscribed(broker.url, got, ["a/#", "b/#"]) as subscription:
        subscription.set_filters(["b/#", "c/#"])
        until(subscription.ready)
        for topic in ("a/1", "b/1", "c/1"):
            broker.publish(topic, "1")
        until(lambda: len(got.deliveries) >= 2)
        subscription.set_filters([])
        until(subscription.ready)
        broker.publish("b/1", "none listens")
        until(lambda: subscription.idle() > 0.3)
    assert [d.message.topic for d in got.deliveries] == ["b/1", "c/1"]


def test_a_filter_that_was_given_up_between_two_starts_is_unsubscribed(
    mosquitto: Make, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    memory = Memory()
    with subscribed(broker.url, collector(), ["old/#", "both/#"], memory=memory):
        assert memory.kept == ["both/#", "old/#"]
    got = collector()
    with subscribed(broker.url, got, ["both/#"], memory=memory):
        broker.publish("old/1", "1")
        broker.publish("both/1", "2")
        until(lambda: b"2" in got.payloads)
    assert got.payloads == [b"2"]


def test_retained_values_come_once_a_session_with_version_5(
    mosquitto: Make, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    broker.publish("state", "old", "-r")
    for options, first, again in (("", 1, 0), ("&retain=always", 1, 1), ("&retain=never", 0, 0)):
        for expected in (first, again):
            got = collector()
            client = f"aas{options[-5:].replace('=', '')}"
            with subscribed(f"{broker.url}?version=5{options}", got, client=client) as subscription:
                until(lambda subscription=subscription: subscription.idle() > 0.3)
            assert [d.message.retain for d in got.deliveries] == [True] * expected


# --- out -------------------------------------------------------------------------------------------------------


def test_what_we_send_arrives_even_where_the_broker_comes_later(
    mosquitto: Make, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    broker.stop()
    got = collector()
    sender = Subscription(broker.url, [], "aas-sender")
    sender.start(collector())
    try:
        until(lambda: sender.state().error == "broker-unreachable")
        for number in range(100):
            assert sender.send("out/1", b"%d" % number, qos=number % 2)
        broker.start()
        with subscribed(broker.url, got, ["out/#"]):
            until(sender.ready)
            sender.send("out/1", b"last")
            until(lambda: got.payloads[-1:] == [b"last"])
    finally:
        sender.stop()
    assert not sender.send("out/1", b"too late")


def test_a_sender_never_waits_and_is_bounded(free_port: int, collector: Any) -> None:
    sender = Subscription(f"mqtt://127.0.0.1:{free_port}", [], "aas-sender")
    sender.start(collector())
    taken = [sender.send("out", b"x" * 100) for _ in range(5000)]
    sender.stop()
    assert taken[0]
    assert not taken[-1]
    assert sum(taken) <= 1000


def test_from_many_threads_nothing_is_lost(
    mosquitto: Make, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    got = collector()
    with (
        subscribed(broker.url, got, ["out/#"]),
        subscribed(broker.url, collector(), [], "aas-sender") as sender,
    ):

        def send(name: int) -> None:
            for number in range(50):
                assert sender.send(f"out/{name}", b"%d" % number)

        threads = [threading.Thread(target=send, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: len(got.deliveries) == 300)
    by_topic: dict[str, list[int]] = {}
    for delivery in got.deliveries:
        by_topic.setdefault(delivery.message.topic, []).append(int(delivery.message.payload))
    assert all(numbers == list(range(50)) for numbers in by_topic.values())


PRESENT = """
import sys
from connectors.message import Letter
from connectors.mqtt import Plan, Presence, Subscription
presence = Presence(*(Letter("STATE/aas", text, 1, True) for text in (b"offline", b"online")))
Subscription(sys.argv[1], ["x"], "aas-host", plan=Plan(presence=lambda: presence)).start(print)
sys.stdin.read()
"""


def test_the_will_is_published_when_we_vanish_and_the_greeting_when_we_come(
    mosquitto: Make, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    got = collector()
    with subscribed(broker.url, got, ["STATE/#"]), python(PRESENT, broker.url) as process:
        until(lambda: got.payloads == [b"online"])
        process.send_signal(signal.SIGKILL)
        until(lambda: got.payloads == [b"online", b"offline"])


def test_we_say_that_we_are_there_by_one_moment_a_connection_and_that_we_leave(
    mosquitto: Make, collector: Any, until: Until, subscribed: Listen
) -> None:
    """As Sparkplug 3.0 wants it of a host application; the farewell is not the will's."""
    broker = mosquitto()
    got, ours = collector(), collector()
    made: list[int] = []

    def presence() -> Presence:
        made.append(len(made))
        will, greeting = (Letter("STATE/aas", b"%s %d" % (text, made[-1]), 1, True) for text in (b"off", b"on"))
        return Presence(will, greeting, lambda: Letter("STATE/aas", b"left", 1, True))

    with subscribed(broker.url, got, ["STATE/#"]):
        for connection in range(2):
            host = Subscription(broker.url, ["x"], "aas-host", plan=Plan(presence=presence))
            host.start(ours)
            until(lambda expected=b"on %d" % connection: got.payloads[-1:] == [expected])
            host.stop()
            until(lambda: got.payloads[-1:] == [b"left"])
    assert got.payloads == [b"on 0", b"left", b"on 1", b"left"]
