"""Where a list goes on: opaque to clients, a key of the last row to us."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from aas_server.errors import BadInput
from aas_server.store.sql.texts import storable

_DIGITS = 18
"""As many as always fit into 64 bits."""
Order = Literal["s", "i", "t"]
"""What a list is in order of: sequence number, id, time."""


def made(order: Order, *last: object) -> str:
    text = order + ".".join(str(part) for part in last)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def number(cursor: str | None) -> int:
    """The sequence number in a cursor; 0 without one. Raises ``BadInput``."""
    return _numbers(cursor, "s", 1)[0] if cursor else 0


def moment(cursor: str | None) -> tuple[int, int]:
    """Time (µs) and position in a cursor; zeros without one. Raises ``BadInput``."""
    time, position = _numbers(cursor, "t", 2) if cursor else (0, 0)
    return time, position


def text(cursor: str | None) -> str:
    """The id in a cursor; empty without one. Raises ``BadInput``."""
    return _opened(cursor, "i") if cursor else ""


def _numbers(cursor: str, order: Order, count: int) -> list[int]:
    parts = _opened(cursor, order).split(".")
    if len(parts) != count or not all(part.isdecimal() and len(part) <= _DIGITS for part in parts):
        raise BadInput("cursor-wrong", cursor=cursor)
    return [int(part) for part in parts]


def _opened(cursor: str, order: Order) -> str:
    try:
        opened = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except (ValueError, binascii.Error, UnicodeError):
        raise BadInput("cursor-wrong", cursor=cursor) from None
    if not opened.startswith(order) or not storable(opened):
        raise BadInput("cursor-wrong", cursor=cursor)
    return opened[1:]
