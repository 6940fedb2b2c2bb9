"""Growing pauses between tries, spread so that many clients don't come back at the same moment."""

from __future__ import annotations

import random

_FIRST = 1.0


class Backoff:
    """Pauses in seconds: doubled with each try up to ``longest``, each between a half and the whole of it."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._next = min(_FIRST, longest)

    def pause(self) -> float:
        """How long to wait now."""
        whole, self._next = self._next, min(2 * self._next, self._longest)
        return whole * (1 + random.random()) / 2

    def over(self) -> None:
        """It worked: the next pause is a short one."""
        self._next = min(_FIRST, self._longest)
