"""A request's body as it comes in: unpacked, bounded, in memory while it is small and on disk beyond."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.message import Message
from pathlib import Path

from starlette.requests import ClientDisconnect, Request

from aas_server.api.push.forms import ABOUT, of_form
from aas_server.errors import BadInput, TooLarge, WrongType
from aas_server.ingest.taking.bodies import ENCODINGS, Body
from aas_server.ingest.taking.pictures import MEDIA_TYPES, About, payload_of
from aas_server.settings import Settings

_PICTURE, _FORM = ".picture", ".form"
_ROWS = frozenset((".ndjson", ".csv", ".tsv", ".parquet", ".xlsx"))
_KINDS = {
    **dict.fromkeys(("", "application/json", "text/json"), ".json"),
    **dict.fromkeys(("application/x-ndjson", "application/ndjson", "application/jsonl"), ".ndjson"),
    **dict.fromkeys(("application/x-jsonlines", "application/jsonlines"), ".ndjson"),
    **dict.fromkeys(("text/csv", "application/csv"), ".csv"),
    "text/tab-separated-values": ".tsv",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    **dict.fromkeys(MEDIA_TYPES, _PICTURE),
    "multipart/form-data": _FORM,
}
"""What is read, by media type; without one it is taken for JSON."""
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 2**18
"""Bytes that are unpacked at a time: a small body may become a very large one."""


@asynccontextmanager
async def received(request: Request, topic: str, settings: Settings) -> AsyncIterator[Body]:
    """The body of a request that brings records or pictures, for as long as the block lasts. Rows may have
    ``max_upload`` bytes when they are unpacked, JSON and pictures ``max_message``. Raises ``WrongType`` (415),
    ``TooLarge`` (413), ``BadInput``."""
    given = request.headers.get("content-type", "")
    kind, encoding = kind_of(given)
    if kind in _ROWS:
        parts = unpacked(request, settings.max_upload, "max_upload")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"body{kind}"
            with file.open("wb") as place:
                async for part in parts:
                    place.write(part)
            yield Body(kind, file, encoding)
        return
    parts = unpacked(request, settings.max_message, "max_message")
    content = b"".join([part async for part in parts])
    if kind == _FORM:
        yield Body(kind, await of_form(topic, request.headers, content, settings.max_pixels))
    elif kind == _PICTURE:
        about = About(**{name: request.query_params.get(name) for name in ABOUT})
        yield Body(kind, [payload_of(topic, content, about, settings.max_pixels, _media(given))])
    else:
        yield Body(kind, [_utf8(content, encoding)])


def _media(given: str) -> str:
    return given.partition(";")[0].strip().lower()


def kind_of(given: str) -> tuple[str, str | None]:
    """The ending of a file of that media type, and its encoding where one is said. Raises ``WrongType``."""
    header = Message()
    header["content-type"] = given
    media = _media(given)
    kind = ".json" if media.endswith("+json") else _KINDS.get(media)
    if kind is None:
        raise WrongType("push-type-unknown", given=given[:100])
    charset = header.get_content_charset() if ";" in given else None
    if charset is None:
        return kind, None
    if charset not in ENCODINGS:
        raise WrongType("push-charset-unknown", given=charset[:100])
    return kind, ENCODINGS[charset]


def _utf8(content: bytes, encoding: str | None) -> bytes:
    """JSON as JSON is stored, whatever text encoding it was sent in."""
    if encoding in (None, "utf-8-sig"):
        return content
    try:
        return content.decode(encoding or "").encode()
    except UnicodeError as fault:
        raise BadInput("push-not-in-charset", encoding=encoding, fault=str(fault)[:200]) from None


async def unpacked(request: Request, limit: int, setting: str) -> AsyncGenerator[bytes, None]:
    """The body as it comes in, at most ``limit`` bytes of it when unpacked (``setting`` names the limit). Raises
    ``WrongType``, ``TooLarge``, ``BadInput``."""
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip"):
        raise WrongType("push-packing-unknown", given=packing[:100])
    unpack = _Gzip() if "gzip" in packing else None
    total = 0
    try:
        async for sent in request.stream():
            for part in unpack.feed(sent) if unpack else (sent,):
                total += len(part)
                if total > limit:
                    raise TooLarge("body-large", limit=limit, setting=setting)
                yield part
    except ClientDisconnect:
        raise BadInput("body-cut-off") from None
    if unpack is not None and not unpack.whole:
        raise BadInput("push-gzip-broken", fault="end")


class _Gzip:
    """Unpacks a piece at a time; several members in a row are one body (RFC 1952, 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self.whole = True

    def feed(self, packed: bytes) -> Iterator[bytes]:
        try:
            while packed:
                if self._member.eof:
                    self._member = zlib.decompressobj(_GZIP)
                yield self._member.decompress(packed, _PIECE)
                packed = self._member.unconsumed_tail or self._member.unused_data
                self.whole = self._member.eof
        except zlib.error as fault:
            raise BadInput("push-gzip-broken", fault=str(fault)) from None
