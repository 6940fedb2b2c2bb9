"""What every request to the AAS API passes first: query spelling, trailing slash, HEAD, size of the body."""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_plus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aas_server.api.errors import result_of
from aas_server.errors import TooLarge

HEAD = "aas.head"
"""Set in the scope where only the headers are wanted."""

_CANONICAL = {
    name.lower(): name
    for name in (
        *("limit", "cursor", "level", "extent", "idShort", "semanticId", "assetIds", "isCaseOf", "aasId"),
        *("dataSpecificationRef", "aasIds", "submodelIds", "includeConceptDescriptions", "ignore-duplicates"),
        *("query", "date", "createdFrom", "updatedFrom"),
        *("assetKind", "assetType", "assetId", "on-conflict", "strict", "metamodel", "form", "fileName"),
    )
} | {"encodedcursor": "cursor"}
"""How each is spelled here, by its small letters; clients generated from 3.0's schema say ``encodedCursor``."""
_ALIASES = {"/query/conceptdescriptions": "/query/concept-descriptions"}
"""Paths as a client of the field spells them (AASX Package Explorer)."""

_SLASH = re.compile("%2f", re.IGNORECASE)


class Door:
    """ASGI layer of the AAS API. Query keys are read without regard to case (clients differ), ids may be standard
    base64, a trailing slash is dropped, HEAD is GET without the body, a body larger than ``max_body`` bytes is
    refused (413)."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self._app = app
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        error = TooLarge("body-large", limit=self._max_body, setting="max_upload")
        if _length(headers) > self._max_body:
            await result_of(error, headers.get("accept-language"))(scope, receive, send)
            return
        scope = _tidied(scope)
        sending = send
        if scope["method"] == "HEAD":
            scope.update({"method": "GET", HEAD: True})
            sending = _bodiless(send)
        await self._app(scope, _bounded(receive, self._max_body, error), sending)


def _length(headers: Headers) -> int:
    given = headers.get("content-length", "0")
    return int(given) if given.isascii() and given.isdigit() else 0


def _tidied(scope: Scope) -> Scope:
    tidy = dict(scope)
    query: bytes = scope["query_string"]
    if query:
        tidy["query_string"] = b"&".join(_spelled(part) for part in query.split(b"&"))
    path = tidy["path"] = _path(scope)
    for other, name in _ALIASES.items():
        if path.rstrip("/").endswith(other):
            path = tidy["path"] = path.rstrip("/").removesuffix(other) + name
    if path.endswith("/") and path.rstrip("/") != scope.get("root_path", ""):
        tidy["path"] = path.rstrip("/")
    return tidy


def _path(scope: Scope) -> str:
    """The path, decoded. A slash that was sent as ``%2F`` belongs to an id in standard base64, since nothing else
    in our paths has one: there it becomes the letter of base64url and doesn't divide the path."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower() or unquote(raw.decode("latin-1")) != path:
        return path
    return unquote(_SLASH.sub("_", raw.decode("latin-1")))


def _spelled(part: bytes) -> bytes:
    name, equals, value = part.partition(b"=")
    plain = unquote_plus(name.decode("latin-1"))
    return _CANONICAL.get(plain.lower(), name.decode("latin-1")).encode("latin-1") + equals + value


def _bounded(receive: Receive, limit: int, error: TooLarge) -> Receive:
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise error
        return message

    return receiving


def _bodiless(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
        await send(message)

    return sending
