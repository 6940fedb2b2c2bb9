"""Why a thread of the feed stands still at present: told to people while it lasts, logged once when it begins."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from aas_server.errors import AasError

_log = structlog.get_logger()
_LONGEST = 200
_PAUSES = (0.5, 1.0, 2.0, 5.0)
"""Seconds until the next try: after the first failure, the second, …, the last one for all that follow."""


class Trouble:
    """``error`` is the reason as a sentence's key and values, ``None`` while all is well. ``part``: whose trouble
    it is, for the log. ``pauses``: seconds until the next try, growing with the tries that failed."""

    def __init__(self, part: str, pauses: Sequence[float] = _PAUSES) -> None:
        self._part = part
        self._pauses = pauses
        self._failures = 0
        self._logged = ""
        self.error: AasError | None = None

    def tell(self, fault: Exception) -> None:
        """It stands still for this reason."""
        self.error = error_of(fault)
        if repr(fault) != self._logged:
            self._logged = repr(fault)
            log(self._part, fault)

    def pause(self) -> float:
        """One more try has failed: the seconds to wait for the next."""
        pause = self._pauses[min(self._failures, len(self._pauses) - 1)]
        self._failures += 1
        return pause

    def over(self) -> None:
        """It goes on."""
        self.error, self._logged, self._failures = None, "", 0


def error_of(fault: Exception) -> AasError:
    """A fault as one of ours; one that nobody foresaw is told by what Python says of it."""
    return fault if isinstance(fault, AasError) else AasError("ingest-unexpected", fault=repr(fault)[:_LONGEST])


def log(part: str, fault: Exception) -> None:
    """Into the log, with the way to the place for what nobody foresaw."""
    _log.error(
        "ingest-stands-still",
        part=part,
        fault=repr(fault),
        exc_info=None if isinstance(fault, AasError) else fault,
    )
