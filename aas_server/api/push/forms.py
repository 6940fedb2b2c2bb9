"""Pictures in a form (multipart/form-data): several at once, with what is known of each beside them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from aas_server.errors import BadInput
from aas_server.ingest.taking.pictures import About, payload_of

ABOUT = ("time", "label", "shot", "file")
_MOST = 100
"""Pictures of one form."""


async def of_form(topic: str, headers: Headers, body: bytes, pixels: int) -> Sequence[bytes]:
    """The messages of a form's pictures, in order. A field (``time``, ``label``, ``shot``) that comes once holds
    for all of them, one that comes as often as there are pictures for each. Raises ``BadInput``."""
    # The parser takes a form that is cut off for whole; its last line ends in "--" (RFC 2046, 5.1.1).
    if not body.rstrip(b"\r\n").endswith(b"--"):
        raise BadInput("form-unreadable", fault="end")
    try:
        form = await MultiPartParser(headers, _once(body), max_files=_MOST, max_fields=4 * _MOST).parse()
    except MultiPartException as fault:
        raise BadInput("form-unreadable", fault=fault.message) from None
    try:
        files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        if not files:
            raise BadInput("push-no-pictures")
        about = _about(form, len(files))
        return [
            payload_of(topic, await file.read(), About(**{"file": file.filename, **known}), pixels)
            for file, known in zip(files, about, strict=True)
        ]
    finally:
        await form.close()


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _about(form: FormData, count: int) -> list[Mapping[str, str]]:
    """What the fields say of each of ``count`` pictures."""
    said: list[dict[str, str]] = [{} for _ in range(count)]
    for name in ABOUT:
        values = [value for value in form.getlist(name) if isinstance(value, str)]
        if len(values) not in (0, 1, count):
            raise BadInput("push-fields-many", name=name, found=len(values), pictures=count)
        for known, value in zip(said, values * count if len(values) == 1 else values, strict=False):
            known[name] = value
    return list(said)
