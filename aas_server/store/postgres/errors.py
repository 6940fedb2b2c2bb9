"""What the driver's errors mean in our words."""

from __future__ import annotations

import psycopg

from aas_server.errors import AasError, BadInput, Unavailable

_DISK_FULL = "53100"
_LOCKED = "55P03"
_TOO_LONG = "54000"
_NO_TEXT = ("22021", "22P05")
_NOT_ALLOWED = ("42501", "25006")
_NO_DATABASE = "3D000"
_NO_ENTRY = ("28000", "28P01")
LOCK_SECONDS = 30
"""How long a write waits for another server's write: longer than any of ours takes, shorter than patience."""


def translation(fault: psycopg.Error, place: str) -> AasError:
    """Errors of a connection that stands, or did (PostgreSQL, appendix A: error codes)."""
    code = fault.sqlstate or ""
    said = _said(fault)
    if code == _DISK_FULL:
        return Unavailable("store-disk-full", file=place)
    if code == _LOCKED:
        return Unavailable("store-locked", file=place, seconds=LOCK_SECONDS)
    if code == _TOO_LONG:
        return BadInput("text-too-long", fault=said)
    if code in _NO_TEXT or (isinstance(fault, psycopg.DataError) and "NUL" in said):
        return BadInput("text-not-storable", text=said)
    if code in _NOT_ALLOWED:
        return Unavailable("database-not-allowed", database=place, fault=said)
    if code in _NO_ENTRY or code == _NO_DATABASE or isinstance(fault, psycopg.OperationalError):
        return unreachable(fault, place)
    return Unavailable("database-fault", database=place, fault=said)


def unreachable(fault: psycopg.Error, place: str) -> AasError:
    """No connection came about, or it broke. libpq tells no code then, only the server's words."""
    said = _said(fault)
    if fault.sqlstate in _NO_ENTRY or "authentication failed" in said or "no password supplied" in said:
        return Unavailable("database-refuses", database=place, fault=said)
    if fault.sqlstate == _NO_DATABASE or (said.startswith("database ") and said.endswith("does not exist")):
        return Unavailable("database-missing", database=place)
    return Unavailable("database-unreachable", database=place, fault=said)


def _said(fault: psycopg.Error) -> str:
    """The last thing the server or libpq said, on one line, without the address in front."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    fatal = [line.rpartition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return (fatal or lines or [type(fault).__name__])[0]
