"""One small tree of errors. Each says what was wrong, where, and what to do.

An error carries a *key* into ``messages/`` and the values for its sentence; the sentence itself is made at the
edge (``api``, ``web``, ``cli``), in the reader's language. ``status`` is the HTTP status the edge answers with.
"""

from __future__ import annotations


class AasError(Exception):
    """Base of all our errors. ``key`` names the sentence in ``messages/``; ``values`` fill it."""

    status = 500
    exit_code = 1

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key} {values}" if values else key)
        self.key = key
        self.values = values


class BadInput(AasError):
    """What came in cannot be understood or breaks a rule."""

    status = 400
    exit_code = 2


class Refused(AasError):
    """Understood, but not allowed."""

    status = 403
    exit_code = 2


class NotFound(AasError):
    """There is nothing under that name."""

    status = 404
    exit_code = 2


class NotAllowed(AasError):
    """It is there, but it is nothing that this can be done with."""

    status = 405
    exit_code = 2


class Conflict(AasError):
    """The present state forbids it (exists already, kept until a date)."""

    status = 409


class PreconditionFailed(AasError):
    """Someone else changed it meanwhile (``If-Match``, ``If-None-Match``)."""

    status = 412


class TooLarge(AasError):
    """Over a limit that a setting names."""

    status = 413


class WrongType(AasError):
    """Sent as a media type that is not read here."""

    status = 415
    exit_code = 2


class NotSupported(AasError):
    """A known thing that this server does not do."""

    status = 501


class Unavailable(AasError):
    """Something we need (broker, disk, port) is not there at the moment."""

    status = 503
    exit_code = 3
