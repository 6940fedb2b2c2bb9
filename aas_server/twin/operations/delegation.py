"""Operations that another server performs: its address stands in a qualifier of the Operation.

The habit is BaSyx's (its feature *operation delegation*): a Qualifier of type ``invocationDelegation`` whose value
is an HTTP address. The input variables are posted there as a JSON list of OperationVariables; the answer is such a
list of the output variables. Whoever may write a submodel could make us call any address, so only the hosts that a
setting names are called, and redirects are not followed.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from aas_server.errors import AasError, BadInput, Refused, Unavailable
from aas_server.twin.plain import Json

QUALIFIER = "invocationDelegation"
_CHUNK = 65_536
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}


def target(operation: Json) -> str | None:
    """The address in an Operation's qualifier; ``None`` where it has none."""
    return next(
        (one.get("value", "") for one in operation.get("qualifiers", ()) if one["type"] == QUALIFIER), None
    )


class Delegation:
    """Calls the servers that perform our operations."""

    def __init__(self, hosts: Sequence[str] = (), most: int = 16 * 2**20) -> None:
        """``hosts``: ``name`` or ``name:port``, the only ones called. ``most``: bytes of an answer."""
        self._hosts = frozenset(host.lower() for host in hosts)
        self._most = most

    def check(self, url: str) -> None:
        """Raises ``BadInput`` for what is no HTTP address, ``Refused`` for a host that no setting names."""
        host, port = self._parted(url)
        name = f"[{host}]" if ":" in host else host
        if not self._hosts & {name, f"{name}:{port}"}:
            raise Refused("delegation-host-refused", host=f"{name}:{port}", url=url)

    def post(self, url: str, arguments: Sequence[Json], seconds: float) -> list[Json]:
        """Have the operation performed; blocks for at most about ``seconds``. Raises ``AasError`` with what the
        other server did, ``Unavailable`` where it could not be reached."""
        self.check(url)
        parts = urlsplit(url)
        body = msgspec.json.encode([{"value": argument} for argument in arguments])
        try:
            with closing(self._connection(parts, seconds)) as connection:
                connection.request("POST", _path(parts), body, _HEADERS)
                with connection.getresponse() as answer:
                    content = self._read(answer, url, time.monotonic() + seconds)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise Unavailable("delegation-unreachable", url=url, fault=str(fault) or repr(fault)) from None
        if answer.status != 200:
            shown = content[:200].decode(errors="replace")
            raise AasError("delegation-answered", url=url, status=answer.status, body=shown)
        return _results(url, content)

    def _parted(self, url: str) -> tuple[str, int]:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if host is None or parts.scheme not in ("http", "https") or parts.username is not None:
            raise BadInput("delegation-no-address", url=url)
        return host.lower(), port or (443 if parts.scheme == "https" else 80)

    def _connection(self, parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
        host, port = self._parted(parts.geturl())
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(host, port, timeout=seconds)

    def _read(self, answer: http.client.HTTPResponse, url: str, deadline: float) -> bytes:
        content = bytearray()
        while chunk := answer.read1(_CHUNK):
            content += chunk
            if len(content) > self._most:
                raise AasError("delegation-large", url=url, limit=self._most)
            if time.monotonic() > deadline:
                raise TimeoutError("the answer did not end")
        return bytes(content)


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _results(url: str, content: bytes) -> list[Json]:
    """The variables of an answer: a list of them, or an OperationResult (IDTA-01002)."""
    try:
        given: Any = msgspec.json.decode(content) if content.strip() else []
        if isinstance(given, dict):
            given = [*given.get("outputArguments", ()), *given.get("inoutputArguments", ())]
        return [dict(variable["value"]) for variable in given]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError, ValueError):
        raise AasError("delegation-answer-wrong", url=url, body=content[:200].decode(errors="replace")) from None
