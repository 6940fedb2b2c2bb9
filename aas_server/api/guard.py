"""Trust at the door before access control exists: who may ask from where.

The Host header, and the host that a trusted proxy forwards, must name us (or a page elsewhere could reach us by
rebinding a name to 127.0.0.1); what a page of a foreign origin asks is refused; CORS lets pages of loopback
origins and of those listed read and write. ``insecure`` lifts all of it.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aas_server.api.address import Address
from aas_server.api.errors import result_of
from aas_server.errors import AasError, Refused
from aas_server.messages import error_text, language_of
from aas_server.settings import Settings

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_EXPOSED = "ETag, Location, X-FileName, Content-Disposition"
_PREFLIGHT_SECONDS = "600"
"""Browsers would keep it for hours; ten minutes let a changed setting take effect soon."""


_REMEMBERED = 1000
"""Hosts and origins whose judgement is kept; clients use few, and a flood of others must not fill memory."""


class Guard:
    """Outermost ASGI layer, around every door."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._open = settings.insecure
        self._address = Address(settings)
        named = (settings.host, _host_of(settings.external_url), *settings.allowed_hosts)
        self._hosts = {name.lower() for name in named if name}
        self._origins = {origin.rstrip("/").lower() for origin in settings.allowed_origins}
        self._is_ours = lru_cache(_REMEMBERED)(self._names_us)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = origin is not None and self.allows(origin)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_cors(message, origin if allowed else None)
            await send(message)

        refusal = self._refusal(scope, headers, origin, allowed)
        if refusal is not None:
            await _refused(scope, headers, refusal)(scope, receive, sending)
        elif allowed and scope["type"] == "http" and _is_preflight(scope, headers):
            await _preflight(headers)(scope, receive, sending)
        else:
            await self._app(scope, receive, sending)

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may read and write."""
        if self._open or origin.rstrip("/").lower() in self._origins:
            return True
        return self._is_ours(origin)

    def _refusal(self, scope: Scope, headers: Headers, origin: str | None, allowed: bool) -> AasError | None:
        if self._open:
            return None
        host, forwarded = headers.get("host", ""), self._address.forwarded_host(scope)
        if not self._is_ours(f"//{host}"):
            return Refused("host-unknown", host=host)
        if forwarded is not None and not self._is_ours(f"//{forwarded}"):
            return Refused("host-forwarded-unknown", host=forwarded)
        if origin is not None and not allowed:
            return Refused("origin-foreign", origin=origin)
        # a browser that keeps the origin to itself still says that the page is elsewhere; a link may be followed
        writes = scope["type"] == "websocket" or scope["method"] in _WRITES
        if writes and origin is None and headers.get("sec-fetch-site") == "cross-site":
            return Refused("origin-foreign", origin="cross-site")
        return None

    def _names_us(self, url: str) -> bool:
        host = _host_of(url)
        if host is None:
            return False
        if host == "localhost" or host.endswith(".localhost") or host in self._hosts:
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def _host_of(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def _preflight(headers: Headers) -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": headers.get("access-control-request-headers", "content-type"),
            "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
        },
    )


def _add_cors(message: Message, origin: str | None) -> None:
    # Put to the raw headers: on a hot read this costs a fifth of what going by Starlette's objects does.
    added = [(b"vary", b"Origin")]
    if all(name != b"x-content-type-options" for name, _ in message["headers"]):
        added.append((b"x-content-type-options", b"nosniff"))
    if origin is not None:
        added.append((b"access-control-allow-origin", origin.encode("latin-1")))
        added.append((b"access-control-expose-headers", _EXPOSED.encode()))
    message["headers"] = [*message["headers"], *added]


def _refused(scope: Scope, headers: Headers, error: AasError) -> ASGIApp:
    if scope["type"] == "websocket":
        return _close
    language = headers.get("accept-language")
    if scope["path"].startswith("/api/"):
        return result_of(error, language)
    return PlainTextResponse(error_text(error, language_of(language)), error.status)


async def _close(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})
