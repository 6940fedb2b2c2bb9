"""Where a form of an interface leads: broker and topic of an ``href`` (IDTA 02017, annex on MQTT)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def place(base: str, href: str) -> tuple[str | None, str]:
    """Broker and topic of an ``href``, which is relative to ``base`` or a whole address."""
    whole = re.match(r"mqtts?://", href, re.IGNORECASE)
    if whole:
        server, _, topic = href[whole.end() :].partition("/")
        broker, relative = href[: whole.end()] + server, topic
    else:
        broker, relative = base, f"/{href[3:]}" if href.startswith(".//") else href.removeprefix("./")
        below = _path(base)
        relative = f"{below}/{relative}" if below else relative
    topic = re.sub("%23", "#", relative).replace("%2B", "+").replace("%2b", "+").replace("%25", "%")
    return _broker(broker), topic


def _path(base: str) -> str:
    """What a base has behind its host: topics lie below it."""
    if "://" not in base:
        return ""
    try:
        return urlsplit(base).path.strip("/")
    except ValueError:
        return ""


def _broker(base: str) -> str | None:
    """``mqtt://host:port`` without user and password; empty where nothing is said, ``None`` where it is wrong."""
    if "://" not in base:
        return ""  # the name of a source that is no broker, or nothing at all
    try:
        parts = urlsplit(base)
        port = parts.port or {"mqtt": 1883, "mqtts": 8883, "tcp": 1883}[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{'mqtts' if parts.scheme == 'mqtts' else 'mqtt'}://{host}:{port}"
