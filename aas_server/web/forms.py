"""Forms that change something bear a token, so that no page from elsewhere can send them for a reader.

The reader's browser holds a random cookie that scripts can't read and other sites don't send; the token in the
form follows from it by a secret of the data folder. Who has not seen the form can't know the token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import parse_qs

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from aas_server.errors import BadInput, NotFound, Refused, TooLarge
from aas_server.store.contract import Catalogue

FIELD = "token"
_COOKIE = "form"
LARGEST = 64 * 2**10
_FIELDS = 50
_DAY = 86_400


class Forms:
    """Tokens over one data folder: any server on it knows those of the others."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._secret: bytes | None = None

    def visit(self, request: Request) -> str:
        """What the reader's browser is known by; a new one where it has none yet."""
        known = request.cookies.get(_COOKIE, "")
        return known if _is_visit(known) else secrets.token_urlsafe(32)

    def token(self, visit: str) -> str:
        """What a form for this reader bears."""
        return hmac.new(self._key(), visit.encode(), hashlib.sha256).hexdigest()

    def remember(self, response: Response, visit: str, *, secure: bool) -> None:
        """Let the browser hold it."""
        response.set_cookie(
            _COOKIE, visit, max_age=_DAY, path="/pages/", httponly=True, samesite="strict", secure=secure
        )

    async def sent(self, request: Request, largest: int = LARGEST) -> Mapping[str, str]:
        """The fields of a form that was sent, of at most ``largest`` bytes. Raises ``Refused`` where it bears no
        token of this reader's, ``TooLarge``."""
        fields = await _fields(request, largest)
        self._check(request, fields.get(FIELD, ""))
        return fields

    async def file(self, request: Request, largest: int) -> bytes:
        """The one file of a form that was sent, of at most ``largest`` bytes; nothing where none was chosen.
        Raises as ``sent``, and ``BadInput`` for what is no such form."""
        body = await _body(request, largest + LARGEST)
        try:
            form = await MultiPartParser(request.headers, _once(body), max_files=1, max_fields=_FIELDS).parse()
        except (MultiPartException, KeyError) as fault:
            raise BadInput("form-unreadable", fault=getattr(fault, "message", fault)) from None
        try:
            token = form.get(FIELD)
            self._check(request, token if isinstance(token, str) else "")
            found = next((part for _, part in form.multi_items() if isinstance(part, UploadFile)), None)
            return await found.read() if found is not None else b""
        finally:
            await form.close()

    def _check(self, request: Request, token: str) -> None:
        visit = request.cookies.get(_COOKIE, "")
        if not _is_visit(visit) or not hmac.compare_digest(token.encode(), self.token(visit).encode()):
            raise Refused("web-form-stale")

    def _key(self) -> bytes:
        if self._secret is None:
            try:
                self._secret = self._catalogue.get("configured", "form-secret")
            except NotFound:
                self._catalogue.put("configured", "form-secret", secrets.token_bytes(32))
                self._secret = self._catalogue.get("configured", "form-secret")
        return self._secret


def _is_visit(text: str) -> bool:
    return len(text) == 43 and text.isascii()


async def _body(request: Request, largest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge("web-form-too-large", limit=largest)
    return bytes(body)


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


async def _fields(request: Request, largest: int) -> dict[str, str]:
    body = await _body(request, largest)
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise TooLarge("web-form-too-large", limit=largest) from None
    return {name: values[-1].strip() for name, values in found.items()}
