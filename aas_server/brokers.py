"""From settings to subscriptions: one a broker, with a stable client id and a persistent session."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import structlog
from pydantic import SecretStr

from aas_server.broker_settings import BrokerSettings
from aas_server.errors import BadInput, Refused
from aas_server.settings import Settings
from aas_server.slots import Slot
from connectors.mqtt import Plan, Presence, Subscription, Tls, parse_url, read_filter
from connectors.sparkplug import announcement

_log = structlog.get_logger()


def configured(settings: Settings) -> list[BrokerSettings]:
    """All brokers of the settings: those given by URL alone, then those with a table of their own."""
    return [BrokerSettings(url=url) for url in settings.broker] + settings.brokers


def subscriptions(brokers: Sequence[BrokerSettings], settings: Settings, slot: Slot) -> list[Subscription]:
    """Raises ``BrokerError``, ``BadInput`` where a broker is named twice, ``Refused`` where a further server on
    the folder would be sent what the first one gets."""
    made: dict[str, Subscription] = {}
    for broker in brokers:
        subscription = subscribe(broker, settings, slot)
        if subscription.name in made:
            raise BadInput("broker-twice", url=subscription.name)
        made[subscription.name] = subscription
    return list(made.values())


def subscribe(broker: BrokerSettings, settings: Settings, slot: Slot, drain: bool = False) -> Subscription:
    """One broker's subscription. With ``drain`` it is to whatever the session holds already."""
    address = parse_url(broker.url)
    memory = slot.memory(address.shown)
    filters = memory.filters() if drain else broker.filters or settings.filter
    plain = [one for one in filters if not read_filter(one).shared]
    if plain and slot.number > 1 and not drain:
        raise Refused("filter-not-shared", url=address.shown, filters=", ".join(plain))
    if address.insecure_tls:
        _log.warning("broker-certificate-not-checked", url=address.shown)
    plan = Plan(
        qos=settings.qos if broker.qos is None else broker.qos,
        user=broker.username or address.user or settings.broker_username,
        password=_secret(broker.password) or address.password or _secret(settings.broker_password),
        tls=Tls(
            broker.ca or settings.broker_ca,
            broker.certificate or settings.broker_certificate,
            broker.key or settings.broker_key,
            _secret(broker.key_password) or _secret(settings.broker_key_password),
        ),
        largest=settings.max_message,
        longest_wait=settings.reconnect_seconds,
        name=slot.source(address.shown),
        memory=memory,
        presence=_presence(settings, slot),
    )
    client_id = slot.client_id(settings.client_id)
    keepalive = broker.keepalive or settings.keepalive
    return Subscription(broker.url, filters, client_id, settings.receive_window, keepalive, plan)


def _presence(settings: Settings, slot: Slot) -> Callable[[], Presence]:
    """The first of the servers on a folder says that the host application is there, where it has a name."""
    host = settings.sparkplug_host
    if not host or slot.number > 1:
        return Presence

    def made() -> Presence:
        moment = time.time_ns() // 10**6
        return Presence(
            announcement(host, False, moment),
            announcement(host, True, moment),
            lambda: announcement(host, False, time.time_ns() // 10**6),
        )

    return made


def _secret(given: SecretStr | None) -> str | None:
    return (given.get_secret_value() or None) if given is not None else None
