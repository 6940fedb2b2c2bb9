"""Messages as a gateway sends them, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from connectors import payloads
from connectors.message import Message, Part
from connectors.payloads import Reading

ARRIVAL = 1_764_000_000_000_000_000
"""2025-11-24."""
Read = Callable[..., list[Part]]


@pytest.fixture
def read() -> Read:
    """Decodes a payload (bytes, text, or what JSON is made of) that came on a topic."""

    def decode(topic: str, payload: object, reading: Reading | None = None, *, retain: bool = False) -> list[Part]:
        if not isinstance(payload, bytes | str):
            payload = json.dumps(payload, ensure_ascii=False)
        content = payload.encode() if isinstance(payload, str) else payload
        return payloads.decode(Message("m", topic, content, ARRIVAL, 1, retain), reading or Reading())

    return decode
