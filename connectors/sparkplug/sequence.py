"""A node's sequence numbers: each message of a session bears the next of 0 to 255 (specification 3.0, 6.4.1)."""

from __future__ import annotations

import msgspec

GAP = "sequence-gap"
OUT_OF_ORDER = "out-of-order"
"""Flags of a message: others are missing before it; it comes later than ones that were sent after it."""
_SIZE = 256
_REPEATED = 16
"""So far behind the last number a message is a repeated one; further behind the node has begun anew."""


class Sequence(msgspec.Struct, array_like=True):
    """``last``: the number that came last, ``None`` where none is known. ``missing``: numbers left out so far,
    which may still come: with shared subscriptions, two servers journal a node's messages side by side.
    ``untold``: a gap stands before messages of which no record bears its flag."""

    last: int | None = None
    missing: list[int] = []
    untold: bool = False

    def begin(self, number: int | None) -> None:
        """A birth of the node: counting begins with its number."""
        self.last = None if number is None else number % _SIZE
        self.missing = []

    def take(self, number: int | None) -> str:
        """The flag of the message with this number, empty where it is the next."""
        if number is None:
            return ""
        number %= _SIZE
        last = self.last
        if last is None:
            self.last = number
            return ""
        skipped = (number - last - 1) % _SIZE
        if not skipped:
            self.last = number
            if self.missing:
                self.missing = [one for one in self.missing if one != number]
            return ""
        if number in self.missing:
            self.missing = [one for one in self.missing if one != number]
            return OUT_OF_ORDER
        if skipped >= _SIZE - _REPEATED:
            return OUT_OF_ORDER
        between = [(last + 1 + one) % _SIZE for one in range(skipped)]
        self.missing = [] if skipped >= _SIZE // 2 else [*(o for o in self.missing if o not in between), *between]
        self.last = number
        return GAP
