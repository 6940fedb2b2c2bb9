"""Where a broker is and how it is spoken to, by its URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.errors import BrokerUrlError

Retain = Literal["always", "new", "never"]
"""When the broker sends its retained values: at every connection, for a new subscription only, or not at all."""

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_VERSIONS = {"3.1.1": 4, "4": 4, "5": 5}
_SWITCH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """``mqtt://user:password@host:port?version=5`` or ``mqtts://…`` in its parts. ``insecure_tls``: neither the
    certificate nor the server's name is checked. ``retain`` is ``new`` with MQTT 5 where the URL says nothing;
    MQTT 3.1.1 knows only ``always``. ``keepalive`` in seconds, ``None`` where the URL says nothing."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    version: int = 4
    insecure_tls: bool = False
    retain: Retain = "always"
    keepalive: int | None = None

    @property
    def shown(self) -> str:
        """The URL without user and password: for pages, logs and what is handed to buyers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def parse_url(url: str) -> BrokerUrl:
    """The parts of a broker's URL. Raises ``BrokerUrlError``, which never quotes the password."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        if not parts.hostname or parts.scheme not in _PORTS or parts.path not in ("", "/"):
            raise ValueError
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
    except (ValueError, KeyError):
        raise BrokerUrlError("broker-url-wrong", url=_without_login(url)) from None
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    tls = parts.scheme == "mqtts"
    try:
        version = _VERSIONS[options.pop("version", "3.1.1")]
        insecure_tls = _SWITCH[options.pop("insecure_tls", "false")]
        retain = _retain(options.pop("retain", None), version)
        keepalive = _seconds(options.pop("keepalive", None))
        if options or (insecure_tls and not tls):
            raise ValueError
    except (ValueError, KeyError):
        raise BrokerUrlError("broker-url-option-wrong", url=_without_login(url)) from None
    return BrokerUrl(parts.hostname, port, tls, user, password, version, insecure_tls, retain, keepalive)


def _retain(given: str | None, version: int) -> Retain:
    if given is None:
        return "new" if version == 5 else "always"
    if given not in ("always", "new", "never") or (version != 5 and given != "always"):
        raise ValueError(given)
    return cast(Retain, given)


def _seconds(given: str | None) -> int | None:
    """A keep-alive as MQTT knows it: 16 bits, and 0 would switch it off."""
    if given is None:
        return None
    if not given.isdecimal() or not 1 <= int(given) <= 0xFFFF:
        raise ValueError(given)
    return int(given)


def _without_login(url: str) -> str:
    return url.rpartition("@")[2]
