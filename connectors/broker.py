"""A real MQTT broker by pip, for demonstrations and tests: iotcore (rumqttd), a child process on loopback.

It keeps everything in memory and writes no file. The child ends when its standard input closes, so it ends with
us however we end. It does not set the DUP flag on what it sends again, and sends a subscriber at most 100 messages
ahead of its acknowledgements (fixed when rumqttd was compiled; so packet ids run from 1 to 100).
"""

from __future__ import annotations

import socket
from types import TracebackType

from iotcore import Broker

from connectors.errors import BrokerError

_HOST = "127.0.0.1"
_LARGEST_PAYLOAD = 16 * 2**20
"""As large as the server's own limit of a message; iotcore's default of 20 kB would cut pictures and batches."""
_READ_AT_ONCE = 1000
"""Packets taken from a connection in one go (``max_inflight_count``: its name misleads, rumqttd reads it so)."""
_START_SECONDS = 20.0
_TRIES = 5


class EmbeddedBroker:
    """A broker on ``port`` or, without one, on a free port. Also a context manager that gives itself."""

    def __init__(self, port: int | None = None) -> None:
        self._wanted = port
        self._broker: Broker | None = None

    @property
    def url(self) -> str:
        """``mqtt://127.0.0.1:port`` once started."""
        if self._broker is None:
            raise BrokerError("embedded-broker-not-started")
        return f"mqtt://{_HOST}:{self._broker.port}"

    def start(self) -> str:
        """Start and wait until connections are accepted; returns the URL.

        Raises ``BrokerError`` where the port is taken or the process does not come up.
        """
        if self._broker is not None:
            return self.url
        # between finding a free port and listening on it someone else may take it: then another one is tried
        for _ in range(1 if self._wanted is not None else _TRIES):
            port = self._wanted if self._wanted is not None else _free_port()
            broker = Broker(
                port=port, listen=_HOST, max_payload_size=_LARGEST_PAYLOAD, max_inflight_count=_READ_AT_ONCE
            )
            try:
                broker.start(timeout=_START_SECONDS)
            except OSError:
                continue
            except RuntimeError as fault:
                raise BrokerError("embedded-broker-failed", port=port, fault=str(fault)) from None
            self._broker = broker
            return self.url
        raise BrokerError("embedded-broker-port-taken", port=port)

    def stop(self) -> None:
        """End the process and free the port. Safe to call twice."""
        broker, self._broker = self._broker, None
        if broker is not None:
            broker.stop()

    def __enter__(self) -> EmbeddedBroker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
