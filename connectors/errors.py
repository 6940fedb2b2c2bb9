"""What a door to another system may fail with. The sentences stand in ``aas_server/messages/connectors.toml``."""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of the connectors' errors: ``key`` names the sentence, ``values`` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key} {values}" if values else key)
        self.key = key
        self.values = values


class RecordingError(ConnectorError):
    """A file that cannot be replayed as a recording."""


class BrokerError(ConnectorError):
    """A broker that is not there, went away or refused us."""


class BrokerUrlError(BrokerError):
    """A URL that names no broker."""


class DoorError(ConnectorError):
    """A door that takes nothing at present: too much waits for its commit, or the server ends."""
