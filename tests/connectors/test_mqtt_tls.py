"""Encryption, login and client certificates, against a real mosquitto."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import BrokerError
from connectors.mqtt import Plan, Subscription, Tls

Until = Callable[..., None]
Listen = Callable[..., Any]
Make = Callable[..., Any]
pytestmark = pytest.mark.broker


@pytest.fixture
def secured(mosquitto: Make, authority: Make, tmp_path: Path) -> Callable[..., tuple[str, Any]]:
    """A mosquitto that wants TLS, user ``plant`` with password ``right`` and a client certificate of the plant's
    own authority; gives its URL without login, and that authority."""

    def start(days: int = 30, host: str = "IP:127.0.0.1") -> tuple[str, Any]:
        own = authority("plant")
        server = own.issue("broker", days=days, host=host)
        secrets = tmp_path / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(secrets), "plant", "right"], check=True)
        broker = mosquitto(
            f"cafile {own.root}\ncertfile {server.certificate}\nkeyfile {server.key}\nrequire_certificate true\n"
            f"allow_anonymous false\npassword_file {secrets}"
        )
        return broker.url.replace("mqtt://", "mqtts://"), own

    return start


def plan(own: Any, **changed: Any) -> Plan:
    ours = own.issue("gateway")
    files = {"ca": own.root, "certificate": ours.certificate, "key": ours.key} | changed
    return Plan(user="plant", password=files.pop("broker_password", "right"), tls=Tls(**files))


@pytest.mark.parametrize("options", ["", "?version=5"])
def test_messages_come_in_encrypted(
    secured: Make, collector: Any, until: Until, options: str, listening: Listen
) -> None:
    url, own = secured()
    got = collector()
    with listening(url + options, got, plan=plan(own)) as subscription:
        until(subscription.ready)
        ours = own.issue("press")
        port = url.rpartition(":")[2]
        subprocess.run(
            [
                *("mosquitto_pub", "-h", "127.0.0.1", "-p", port, "--cafile", str(own.root)),
                *("--cert", str(ours.certificate), "--key", str(ours.key), "-u", "plant", "-P", "right"),
                *("-q", "1", "-t", "line/press", "-m", "x" * 100_000),
            ],
            check=True,
        )
        until(lambda: got.payloads == [b"x" * 100_000])
        assert got.deliveries[0].message.source == url
        assert not subscription.state().insecure


def test_a_broker_signed_by_nobody_we_trust_is_not_talked_to(
    secured: Make, authority: Make, collector: Any, until: Until, listening: Listen
) -> None:
    url, own = secured()
    with listening(url, collector(), plan=plan(own, ca=authority("other").root)) as subscription:
        until(lambda: subscription.state().error == "broker-tls-unknown-signer")
        assert not subscription.ready()
    with listening(url, collector(), plan=plan(own, ca=None)) as subscription:
        until(lambda: subscription.state().error == "broker-tls-unknown-signer")


def test_an_expired_certificate_is_told(secured: Make, collector: Any, until: Until, listening: Listen) -> None:
    url, own = secured(days=-1)
    with listening(url, collector(), plan=plan(own)) as subscription:
        until(lambda: subscription.state().error == "broker-tls-expired")
        until(lambda: subscription.state().retry is not None)


def test_a_certificate_for_another_name_is_refused_unless_it_is_said_aloud(
    secured: Make, collector: Any, until: Until, listening: Listen
) -> None:
    url, own = secured(host="DNS:broker.plant.example")
    with listening(url, collector(), plan=plan(own)) as subscription:
        until(lambda: subscription.state().error == "broker-tls-other-name")
    with listening(url + "?insecure_tls=true", collector(), plan=plan(own)) as subscription:
        until(subscription.ready)
        assert subscription.state().insecure


@pytest.mark.parametrize("version", ["", "?version=5"])
def test_a_broker_that_wants_a_certificate_says_so(
    secured: Make, collector: Any, until: Until, version: str, listening: Listen
) -> None:
    url, own = secured()
    with listening(url + version, collector(), plan=plan(own, certificate=None, key=None)) as subscription:
        until(lambda: subscription.state().error == "broker-tls-wants-certificate")


def test_our_own_certificate_may_be_refused_or_expired(
    secured: Make, authority: Make, collector: Any, until: Until, listening: Listen
) -> None:
    url, own = secured()
    foreign = authority("other").issue("gateway")
    wrong = plan(own, certificate=foreign.certificate, key=foreign.key)
    with listening(url, collector(), plan=wrong) as subscription:
        until(lambda: subscription.state().error == "broker-tls-own-refused")
    old = own.issue("old", days=-1)
    with listening(url, collector(), plan=plan(own, certificate=old.certificate, key=old.key)) as subscription:
        until(lambda: subscription.state().error == "broker-tls-own-expired")
        # renewed in place: no new start is needed
        new = own.issue("new")
        old.certificate.write_bytes(new.certificate.read_bytes())
        old.key.write_bytes(new.key.read_bytes())
        until(subscription.ready)


def test_a_wrong_password_is_told_without_the_password(
    secured: Make, collector: Any, until: Until, listening: Listen
) -> None:
    url, own = secured()
    with listening(url, collector(), plan=plan(own, broker_password="s3cret")) as subscription:
        until(lambda: subscription.state().error == "broker-refused-login")
        assert "s3cret" not in repr(subscription.state()) + repr(plan(own, broker_password="s3cret"))


def test_plain_and_encrypted_are_told_apart(
    secured: Make, mosquitto: Make, collector: Any, until: Until, authority: Make, listening: Listen
) -> None:
    url, own = secured()
    with listening(url.replace("mqtts", "mqtt"), collector(), plan=Plan()) as subscription:
        until(lambda: subscription.state().error == "broker-silent")
    plain = mosquitto()
    with listening(plain.url.replace("mqtt", "mqtts"), collector(), plan=plan(own)) as subscription:
        until(lambda: subscription.state().error in ("broker-tls-failed", "broker-unreachable"))
        assert not subscription.ready()


def test_a_key_with_a_password(secured: Make, collector: Any, until: Until, listening: Listen) -> None:
    url, own = secured()
    ours = own.issue("locked", password="four-words")
    good = plan(own, certificate=ours.certificate, key=ours.key, password="four-words")
    with listening(url, collector(), plan=good) as subscription:
        until(subscription.ready)
    for wrong in ("nonsense", None):
        with pytest.raises(BrokerError, match="broker-tls-own-unusable"):
            Subscription(
                url, ["#"], "x", plan=plan(own, certificate=ours.certificate, key=ours.key, password=wrong)
            )


def test_files_that_are_no_certificates_are_refused_at_once(authority: Make, tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    for ca in (tmp_path / "text.pem", tmp_path / "missing.pem"):
        with pytest.raises(BrokerError, match="broker-tls-ca-unusable"):
            Subscription("mqtts://plant", ["#"], "x", plan=Plan(tls=Tls(ca=ca)))
    one, other = authority("plant").issue("one"), authority("other").issue("two")
    with pytest.raises(BrokerError, match="broker-tls-own-unusable"):
        Subscription("mqtts://plant", ["#"], "x", plan=Plan(tls=Tls(certificate=one.certificate, key=other.key)))
