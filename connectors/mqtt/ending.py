"""The end of a session that nobody will take up again."""

from __future__ import annotations

import time

from connectors.mqtt.address import BrokerUrl
from connectors.mqtt.client import new_client
from connectors.mqtt.tls import Tls

_PATIENCE = 10.0
_TICK = 0.1


def end_session(broker: BrokerUrl, client_id: str, tls: Tls) -> None:
    """Connect with a new session, which ends the old one, and disconnect, which ends it, too (MQTT 3.1.1, 3.1.2.4;
    MQTT 5, 3.1.2.11.2). Raises ``OSError`` where the broker is not there or does not take us."""
    client = new_client(broker, client_id, persistent=False, tls=tls)
    client.connect(broker.host, broker.port)
    deadline = time.monotonic() + _PATIENCE
    while not client.is_connected():
        if client.loop(_TICK) or time.monotonic() > deadline:
            raise ConnectionRefusedError(broker.shown)
    client.disconnect()
    while not client.loop(_TICK):
        pass
