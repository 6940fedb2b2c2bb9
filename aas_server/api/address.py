"""Under which address who asks reaches us; it stands in every descriptor and every ``Location``.

In this order: the setting ``external_url``, what a trusted proxy forwards (``X-Forwarded-Proto``, ``-Host``,
``-Prefix``, or ``Forwarded`` of RFC 7239), the request's own scheme and host. The guard has checked the hosts.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from aas_server.settings import Settings

_HOST = re.compile(r"[A-Za-z0-9._~-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*")
_PAIR = re.compile(r'\s*([A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*(?:;|$)')


@dataclass(frozen=True, slots=True)
class _Forwarded:
    """What the proxy says of the request it got; ``None`` where it says nothing."""

    scheme: str | None = None
    host: str | None = None
    prefix: str | None = None


class Address:
    """Makes absolute addresses."""

    def __init__(self, settings: Settings) -> None:
        self._external = settings.external_url.rstrip("/") if settings.external_url else None
        self._usual = settings.base_url
        self._proxies = [ipaddress.ip_network(one, strict=False) for one in settings.trusted_proxies]

    def base(self, request: HTTPConnection) -> str:
        """The address of the API that was asked, such as ``https://factory.example/twin/api/v3.1``."""
        root: str = request.scope.get("root_path", "")
        return self._server(request.scope) + root.rstrip("/")

    def url(self, request: HTTPConnection, path: str) -> str:
        """The absolute address of what lies at ``path`` (``/shells/…``) of the API that was asked."""
        return self.base(request) + path

    def forwarded_host(self, scope: Scope) -> str | None:
        """The host (with port) that a trusted proxy was asked for."""
        return self._forwarded(scope).host

    def _server(self, scope: Scope) -> str:
        if self._external is not None:
            return self._external
        forwarded = self._forwarded(scope)
        host = forwarded.host or Headers(scope=scope).get("host", "")
        if not _HOST.fullmatch(host):
            return self._usual
        scheme = forwarded.scheme or scope.get("scheme", "http")
        return f"{scheme}://{host}{forwarded.prefix or ''}"

    def _forwarded(self, scope: Scope) -> _Forwarded:
        if not self._proxies or not self._is_trusted(scope):
            return _Forwarded()
        headers = Headers(scope=scope)
        pairs = _pairs(_last(headers, "forwarded"))
        scheme = (_last(headers, "x-forwarded-proto") or pairs.get("proto", "")).lower()
        prefix = _last(headers, "x-forwarded-prefix").rstrip("/")
        return _Forwarded(
            scheme if scheme in ("http", "https") else None,
            _last(headers, "x-forwarded-host") or pairs.get("host") or None,
            prefix if _PREFIX.fullmatch(prefix) else None,
        )

    def _is_trusted(self, scope: Scope) -> bool:
        client = scope.get("client")
        try:
            peer = ipaddress.ip_address(client[0] if client else "")
        except ValueError:
            return False
        return any(peer in network for network in self._proxies)


def _last(headers: Headers, name: str) -> str:
    """The last of several values: the peer wrote it; those before it came with the request."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _pairs(element: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in _PAIR.findall(element)
    }
