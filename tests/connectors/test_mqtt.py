"""The subscription, against the embedded broker and against a real mosquitto with foreign clients."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import BrokerError
from connectors.mqtt import Subscription, parse_url
from connectors.replay import publish

Until = Callable[..., None]
Listen = Callable[..., Any]
Mosquittos = Callable[..., Any]


def numbered(count: int, start: int = 0) -> list[tuple[str, bytes]]:
    return [("line/press", str(number).encode()) for number in range(start, start + count)]


def bodies(count: int) -> list[bytes]:
    return [payload for _, payload in numbered(count)]


# --- addresses -------------------------------------------------------------------------------------------------


def test_a_url_is_taken_apart_and_shown_without_secrets() -> None:
    broker = parse_url("mqtt://gate%40way:se%3Acret@10.0.0.7:1884?version=5")
    assert (broker.host, broker.port, broker.user, broker.password, broker.version) == (
        "10.0.0.7",
        1884,
        "gate@way",
        "se:cret",
        5,
    )
    assert broker.shown == "mqtt://10.0.0.7:1884"
    assert "cret" not in repr(broker)
    assert parse_url("mqtts://plant").shown == "mqtts://plant:8883"
    assert parse_url("mqtt://[::1]").shown == "mqtt://[::1]:1883"
    assert Subscription("mqtt://a:b@host", ["#"], "x").name == "mqtt://host:1883"


@pytest.mark.parametrize(
    "url", ["host:1883", "http://host", "mqtt://", "mqtt://host:port", "mqtt://u:secret@host/x"]
)
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BrokerError) as fault:
        parse_url(url)
    assert fault.value.key == "broker-url-wrong"
    assert "secret" not in str(fault.value)


# --- in ---------------------------------------------------------------------------------------------------------


def test_every_message_arrives_once_in_order(
    embedded: str, collector: Any, until: Until, subscribed: Listen
) -> None:
    got = collector()
    with subscribed(embedded, got) as subscription:
        assert subscription.state().connected
        publish(embedded, numbered(3000), client_id="gateway")
        until(lambda: len(got.deliveries) >= 3000)
    assert got.payloads == bodies(3000)
    first = got.deliveries[0]
    assert first.message.topic == "line/press"
    assert first.message.source == embedded
    assert first.message.qos == 1
    assert first.message.packet_id > 0
    assert first.message.arrival > 1_700_000_000 * 10**9
    assert first.since_connect is None


def test_what_was_not_acknowledged_comes_again(
    embedded: str, collector: Any, until: Until, subscribed: Listen
) -> None:
    lazy = collector(acknowledge=False)
    with subscribed(embedded, lazy):
        publish(embedded, numbered(50), client_id="gateway")
        until(lambda: len(lazy.deliveries) == 50)
    for delivery in lazy.deliveries:
        delivery.acknowledge()  # too late: the connection is gone
    again = collector()
    with subscribed(embedded, again):
        until(lambda: len(again.deliveries) == 50)
    assert again.payloads == bodies(50)
    assert [d.message.packet_id for d in again.deliveries] == [d.message.packet_id for d in lazy.deliveries]
    assert [d.since_connect for d in again.deliveries] == list(range(50))


def test_acknowledgements_in_any_order_are_all_sent(
    embedded: str, collector: Any, until: Until, subscribed: Listen
) -> None:
    lazy = collector(acknowledge=False)
    with subscribed(embedded, lazy):
        publish(embedded, numbered(90), client_id="gateway")
        until(lambda: len(lazy.deliveries) == 90)
        for delivery in reversed(lazy.deliveries):
            delivery.acknowledge()
            delivery.acknowledge()
        # the broker still talks to us
        publish(embedded, [("line/press", b"last")], client_id="gateway")
        until(lambda: lazy.payloads[-1] == b"last")
        lazy.deliveries[-1].acknowledge()
    after = collector()
    with subscribed(embedded, after):
        publish(embedded, [("line/press", b"new")], client_id="gateway")
        until(lambda: bool(after.deliveries))
    assert after.payloads == [b"new"]


def test_messages_wait_for_an_absent_subscriber(
    embedded: str, collector: Any, until: Until, subscribed: Listen
) -> None:
    got = collector()
    with subscribed(embedded, got):
        pass
    publish(embedded, numbered(500), client_id="gateway")
    with subscribed(embedded, got):
        until(lambda: len(got.deliveries) == 500)
    assert got.payloads == bodies(500)


def test_without_a_broker_it_is_not_ready_and_says_why(free_port: int, collector: Any, until: Until) -> None:
    subscription = Subscription(f"mqtt://user:secret@127.0.0.1:{free_port}", ["#"], "x")
    subscription.start(collector())
    until(lambda: subscription.state().error == "broker-unreachable")
    assert not subscription.ready()
    assert subscription.state().values == {"url": f"mqtt://127.0.0.1:{free_port}"}
    subscription.stop()


# --- a real broker ---------------------------------------------------------------------------------------------


@pytest.mark.broker
def test_foreign_clients_korean_topics_and_blanks(
    mosquitto: Mosquittos, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    got = collector()
    with subscribed(broker.url, got):
        broker.publish("울산/사출 1호기/Shot", '{"설비명":"650톤-우진2호기"}')
        until(lambda: bool(got.deliveries))
    message = got.deliveries[0].message
    assert message.topic == "울산/사출 1호기/Shot"
    assert message.payload == '{"설비명":"650톤-우진2호기"}'.encode()


@pytest.mark.broker
def test_retained_values_are_told_apart(
    mosquitto: Mosquittos, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    broker.publish("state", "old", "-r")
    got = collector()
    with subscribed(broker.url, got):
        until(lambda: len(got.deliveries) == 1)
        broker.publish("state", "new", "-r")
        until(lambda: len(got.deliveries) == 2)
    assert [(d.message.payload, d.message.retain) for d in got.deliveries] == [(b"old", True), (b"new", False)]


@pytest.mark.broker
@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_mosquitto_says_what_it_sends_again(
    mosquitto: Mosquittos, collector: Any, until: Until, version: str, subscribed: Listen
) -> None:
    broker = mosquitto()
    url = f"{broker.url}?version={version}"
    lazy = collector(acknowledge=False)
    with subscribed(url, lazy):
        publish(broker.url, numbered(15), client_id="gateway")
        until(lambda: len(lazy.deliveries) == 15)
    again = collector()
    with subscribed(url, again):
        until(lambda: len(again.deliveries) == 15)
    assert again.payloads == bodies(15)
    assert all(delivery.duplicate for delivery in again.deliveries)
    assert [d.since_connect for d in again.deliveries] == list(range(15))


@pytest.mark.broker
def test_with_version_5_the_window_is_ours(
    mosquitto: Mosquittos, collector: Any, until: Until, subscribed: Listen
) -> None:
    broker = mosquitto()
    lazy = collector(acknowledge=False)
    with subscribed(f"{broker.url}?version=5", lazy, window=300):
        publish(broker.url, numbered(500), client_id="gateway")
        until(lambda: len(lazy.deliveries) >= 300)
        for delivery in lazy.deliveries[:100]:
            delivery.acknowledge()
        # mosquitto 2.0 sends a few more than the window once it has been full
        until(lambda: len(lazy.deliveries) >= 400)


@pytest.mark.broker
def test_it_connects_again_and_subscribes_again(
    mosquitto: Mosquittos, collector: Any, until: Until, tmp_path: Path, subscribed: Listen
) -> None:
    broker = mosquitto()
    got = collector()
    with subscribed(broker.url, got) as subscription:
        broker.stop()
        until(lambda: not subscription.ready())
        assert subscription.state().error in ("broker-lost", "broker-unreachable")
        broker.start()  # without persistence: it knows nothing of us any more
        until(subscription.ready)
        assert subscription.state().error == ""
        publish(broker.url, numbered(5), client_id="gateway")
        until(lambda: len(got.deliveries) == 5)


@pytest.mark.broker
def test_a_refused_subscription_is_not_ready(
    mosquitto: Mosquittos, collector: Any, until: Until, tmp_path: Path
) -> None:
    plugins = list(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    if not plugins:
        pytest.skip("mosquitto has no dynamic-security plug-in here")
    rules = tmp_path / "rules.json"
    rules.write_text('{"defaultACLAccess": {"subscribe": false}, "clients": [], "groups": [], "roles": []}')
    broker = mosquitto(f"allow_anonymous true\nplugin {plugins[0]}\nplugin_opt_config_file {rules}")
    subscription = Subscription(broker.url, ["line/#", "plant/#"], "aas-test")
    subscription.start(collector())
    until(lambda: subscription.state().error == "subscription-refused")
    assert subscription.state().connected
    assert not subscription.ready()
    assert subscription.state().values == {"url": broker.url, "filters": "line/#, plant/#"}
    subscription.stop()


@pytest.mark.broker
def test_a_wrong_password_is_told(
    mosquitto: Mosquittos, collector: Any, until: Until, tmp_path: Path, subscribed: Listen
) -> None:
    secrets = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(secrets), "plant", "right"], check=True)
    broker = mosquitto(f"allow_anonymous false\npassword_file {secrets}")
    wrong = broker.url.replace("//", "//plant:wrong@")
    subscription = Subscription(wrong, ["#"], "aas-test")
    subscription.start(collector())
    until(lambda: subscription.state().error == "broker-refused-login")
    assert not subscription.ready()
    subscription.stop()
    with pytest.raises(BrokerError, match="broker-refused-login"):
        publish(wrong, numbered(1), client_id="gateway")
    got = collector()
    with subscribed(broker.url.replace("//", "//plant:right@"), got):
        pass


@pytest.mark.broker
def test_a_slow_receiver_loses_nothing(
    mosquitto: Mosquittos, collector: Any, until: Until, tmp_path: Path, subscribed: Listen
) -> None:
    log = tmp_path / "mosquitto.log"
    broker = mosquitto(f"allow_anonymous true\nlog_dest file {log}\nlog_type all")
    got = collector()
    waited: list[bool] = []

    def slow(delivery: Any) -> None:
        if not waited:
            # longer than mosquitto bears a silent client: it throws us out
            until(lambda: "exceeded timeout" in log.read_text())
            waited.append(True)
        got(delivery)

    with subscribed(broker.url, slow, keepalive=1):
        publish(broker.url, numbered(10), client_id="gateway")
        until(lambda: set(got.payloads) == set(bodies(10)))
    assert waited


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_receiver_that_breaks_is_not_passed_over(embedded: str, until: Until) -> None:
    def broken(_: Any) -> None:
        raise RuntimeError("disk full")

    subscription = Subscription(embedded, ["#"], "aas-test")
    subscription.start(broken)
    until(subscription.ready)
    publish(embedded, numbered(1), client_id="gateway")
    until(lambda: subscription.state().error == "receiver-failed")
    assert not subscription.ready()
    assert "disk full" in subscription.state().values["fault"]
    subscription.stop()
