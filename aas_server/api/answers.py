"""Answers made of bytes: documents as they are stored, pages joined from them, nothing parsed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from aas_server import ids
from aas_server.api.door import HEAD
from aas_server.errors import BadInput
from aas_server.messages import Language, language_of
from aas_server.twin.elements import Step
from aas_server.twin.plain import Json

JSON = "application/json"
ANY_JSON: dict[int | str, dict[str, Any]] = {200: {"content": {JSON: {}}}}
"""What the OpenAPI page says of an answer whose schema stands in IDTA-01002."""

LOCKED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"}
"""A page of a release may load nothing and run nothing in a reader's browser."""

Item = TypeVar("Item")


def document(request: Request, body: bytes, etag: str | None) -> Response:
    """A document, or 304 where the reader has it. Without an ``etag`` (live values) nothing may keep it."""
    if etag is None:
        return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})
    quoted = f'"{etag}"'
    return _unchanged(request, quoted) or _Stored(body, quoted)


def language(request: Request) -> Language:
    """The reader's language: ``?lang=``, else what the client accepts."""
    return language_of(request.query_params.get("lang") or request.headers.get("accept-language"))


def of_now(value: object, status: int = 200) -> Response:
    """A value as JSON, for this moment: nothing may keep it. Times in ISO 8601 UTC, NaN and infinity as null."""
    return Response(msgspec.json.encode(value), status, {"Cache-Control": "no-store"}, JSON)


class _Stored(Response):
    """A document's bytes. Its headers are put down as they are sent: on a hot read, making them by Starlette's way
    takes as long as the look-up in the database."""

    def __init__(self, body: bytes, etag: str) -> None:
        self.status_code = 200
        self.media_type = JSON
        self.background = None
        self.body = body
        self.raw_headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", JSON.encode()),
            (b"etag", etag.encode("latin-1")),
            (b"cache-control", b"no-cache"),
        ]


def _unchanged(request: Request, quoted: str) -> Response | None:
    """304 where the reader has what bears this tag."""
    held = [value for name, value in request.scope["headers"] if name == b"if-none-match"]
    if held and is_current(b",".join(held).decode("latin-1"), quoted):
        return Response(status_code=304, headers={"ETag": quoted})
    return None


def is_current(if_none_match: str | None, etag: str) -> bool:
    """Whether the reader has it: ``If-None-Match`` is a list of tags, weak ones included, or ``*`` (RFC 9110,
    13.1.2)."""
    return any(one.strip().removeprefix("W/") in (etag, "*") for one in (if_none_match or "").split(","))


def encoded(request: Request, value: Any, etag: str | None) -> Response:
    """A view of a document, made for this answer."""
    return document(request, msgspec.json.encode(value), etag)


def page(bodies: Iterable[bytes], cursor: str | None, result_type: str | None = None) -> Response:
    """A page whose result is a list; ``result_type`` is said where a query found it."""
    return Response(b"".join((_head(cursor, result_type), b"[", b",".join(bodies), b"]}")), media_type=JSON)


def page_of(value: Any, cursor: str | None, result_type: str | None = None) -> Response:
    """A page whose result is made for this answer: a list, or an object for values."""
    return Response(b"".join((_head(cursor, result_type), msgspec.json.encode(value), b"}")), media_type=JSON)


def cut_page(items: Sequence[tuple[Step, Item]], limit: int, cursor: str | None) -> tuple[list[Item], str | None]:
    """A page of what stands inside one document, in its order; the cursor names the last one shown."""
    start = 0
    if cursor:
        last = ids.decode(cursor)
        start = next((number for number, (step, _) in enumerate(items, 1) if str(step) == last), 0)
        if start == 0:
            raise BadInput("cursor-wrong", cursor=cursor)
    shown = items[start : start + limit]
    more = start + limit < len(items)
    return [item for _, item in shown], ids.encode(str(shown[-1][0])) if more else None


DOWNLOAD = {
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""What keeps bytes of others from being shown as a page of ours, whatever their type says."""


def attachment(name: str) -> str:
    """The header ``Content-Disposition`` of a download under this name (RFC 6266)."""
    escaped = quote(name, safe="")
    return f'attachment; filename="{name}"' if escaped == name else f"attachment; filename*=UTF-8''{escaped}"


def file(
    request: Request, path: Path, media_type: str, name: str, headers: dict[str, str] | None = None
) -> Response:
    """A file as a download."""
    named = {"Content-Disposition": attachment(name)}
    fixed = DOWNLOAD | named | (headers or {})
    if request.scope.get(HEAD):
        fixed["Content-Length"] = str(path.stat().st_size)
        return Response(media_type=media_type, headers=fixed)
    return FileResponse(path, media_type=media_type, headers=fixed)


def attached(request: Request, content: bytes | Path, media_type: str, name: str | None, etag: str) -> Response:
    """What is attached to a document as a download, or 304 where the reader has it. It bears the document's
    ``etag``, which is what ``If-Match`` is asked of."""
    tags = {"ETag": f'"{etag}"', "Cache-Control": "no-cache"}
    unchanged = _unchanged(request, tags["ETag"])
    if unchanged is not None:
        return unchanged
    if isinstance(content, Path):
        return file(request, content, media_type, name or content.name, tags)
    return Response(content, media_type=media_type, headers=DOWNLOAD | tags)


def without(body: bytes, *names: str) -> bytes:
    """A document without some of its attributes, the rest of it untouched and unparsed."""
    parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: part for name, part in parts.items() if name not in names})


def decoded(body: bytes) -> Json:
    plain: Json = msgspec.json.decode(body)
    return plain


def _head(cursor: str | None, result_type: str | None = None) -> bytes:
    said = {"cursor": cursor, "resultType": result_type}
    metadata = {name: value for name, value in said.items() if value is not None}
    return b'{"paging_metadata":' + msgspec.json.encode(metadata) + b',"result":'
