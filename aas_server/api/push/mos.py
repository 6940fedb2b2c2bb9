"""The REST form of KOSMO MOS gateways: ``/api/meta``, ``/api/tag``, ``/api/tag/block``.

Paths, parameters, the block and ``Authorization: Api-Key …`` are MOS's (KOSMO, AAS gateway guide: port 7770). What
the guide leaves open is chosen here: reads answer the form that writes take, errors are ``{"code", "error",
"message"}``, and the device is ``mos`` unless ``?device=`` names one.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aas_server.api.answers import of_now
from aas_server.api.bodies import whole_body
from aas_server.api.framework import ours
from aas_server.api.push.ingest import RETRY_AFTER, Key, bring
from aas_server.api.rest import METHODS
from aas_server.api.services import own_route
from aas_server.errors import AasError, BadInput, TooLarge, Unavailable
from aas_server.ingest.taking.bodies import Body
from aas_server.ingest.taking.pushes import Pushes
from aas_server.messages import error_text, language_of
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.streams.tags import TagReading, TagValues
from connectors.errors import DoorError

_TOPIC = "mos/type-4/"
_MOMENT = "%Y%m%d%H%M%S"
_MOST = 100_000
"""Values of one answer."""
_SERVED = {"/meta": ("GET",), "/tag": ("GET", "POST"), "/tag/block": ("POST",)}

Device = Annotated[str, Query(description="The device below `mos/type-4/`.")]
Tag = Annotated[str | None, Query(description="The tag's name.")]
From = Annotated[str | None, Query(alias="from", description="`%Y%m%d%H%M%S`, in the server's zone; included.")]
To = Annotated[str | None, Query(alias="to", description="`%Y%m%d%H%M%S`, in the server's zone; included.")]
ApiKey = Annotated[str | None, Header(alias="Authorization", description="`Api-Key …`")]


class _Refused(AasError):
    status = 401


class _Value(msgspec.Struct, omit_defaults=True):
    """One value as it was spelled; ``timestamp`` in ns since 1970."""

    tag: Annotated[str, msgspec.Meta(min_length=1)]
    value: msgspec.Raw
    timestamp: int | str | None = None


class _Block(msgspec.Struct):
    block: list[_Value]


def mos_router(store: Store, pushes: Pushes, settings: Settings) -> APIRouter:
    """Routes below ``/api``."""
    router = APIRouter(prefix="/api", tags=["MOS"])
    mos = _Mos(store, pushes, settings)
    own_route(router, "GET", "/meta", "GetMosMeta", mos.meta)
    own_route(router, "GET", "/tag", "GetMosTag", mos.read)
    own_route(router, "POST", "/tag", "PostMosTag", mos.write)
    own_route(router, "POST", "/tag/block", "PostMosBlock", mos.write_block)
    for path, methods in _SERVED.items():
        others = [method for method in METHODS if method not in methods]
        refuse = partial(_other_method, methods)
        router.routes.append(Route(f"/api{path}", refuse, methods=others, include_in_schema=False))
    return router


async def _other_method(allowed: Sequence[str], request: Request) -> Response:
    answer = _fault(request, ours(request, HTTPException(405)))
    answer.headers["Allow"] = ", ".join(allowed)
    return answer


class _Mos:
    def __init__(self, store: Store, pushes: Pushes, settings: Settings) -> None:
        self._values = TagValues(store, _TOPIC)
        self._pushes = pushes
        self._settings = settings

    async def meta(self, request: Request, key: ApiKey = None) -> Response:
        """The tags there are, with the type of their values, their device and their last value's time."""
        return await self._answered(request, key, lambda: self._meta())

    async def read(
        self, request: Request, tag: Tag = None, start: From = None, end: To = None, key: ApiKey = None
    ) -> Response:
        """A tag's values from a moment to another, oldest first; ``truncated`` where there are more."""
        return await self._answered(request, key, lambda: self._read(tag, start, end))

    async def write(
        self, request: Request, device: Device = "mos", key: ApiKey = None, once: Key = None
    ) -> Response:
        """Take one value: ``{"tag", "value", "timestamp"}``."""
        return await self._answered(request, key, lambda: self._write(request, _Value, device, once))

    async def write_block(
        self, request: Request, device: Device = "mos", key: ApiKey = None, once: Key = None
    ) -> Response:
        """Take many values, all or none: ``{"block": [{"tag", "value", "timestamp"}, …]}``."""
        return await self._answered(request, key, lambda: self._write(request, _Block, device, once))

    async def _answered(
        self, request: Request, key: str | None, work: Callable[[], Awaitable[object]]
    ) -> Response:
        """What ``work`` gives as JSON; errors in MOS's form."""
        try:
            self._check(key)
            return of_now(await work())
        except DoorError as fault:
            return _fault(request, Unavailable(fault.key, **fault.values))
        except AasError as fault:
            return _fault(request, fault)

    def _check(self, given: str | None) -> None:
        wanted = self._settings.mos_api_key.get_secret_value()
        scheme, _, key = (given or "").partition(" ")
        # The framework reads a header's bytes as Latin-1.
        known = hmac.compare_digest(key.strip().encode("latin-1", "replace"), wanted.encode())
        if wanted and not (known and scheme.lower() == "api-key"):
            raise _Refused("mos-key-wrong")

    async def _meta(self) -> object:
        found = await run_in_threadpool(self._values.tags)
        return {"meta": [{"tag": one.tag, "type": one.kind, "device": one.device} for one in found]}

    async def _read(self, tag: str | None, start: str | None, end: str | None) -> object:
        if not tag:
            raise BadInput("mos-tag-missing")
        begin, last = self._moment("from", start), self._moment("to", end)
        after = None if last is None else last + 1_000_000  # the whole second belongs to it
        values = await run_in_threadpool(self._values.read, tag, begin, after, _MOST + 1)
        answer = {"block": list(_values(tag, values[:_MOST]))}
        return answer | {"truncated": True} if len(values) > _MOST else answer

    def _moment(self, name: str, given: str | None) -> int | None:
        """µs since 1970, UTC."""
        if not given:
            return None
        try:
            moment = datetime.strptime(given, _MOMENT).replace(tzinfo=ZoneInfo(self._settings.zone))
        except ValueError:
            raise BadInput("mos-moment-wrong", name=name, given=given[:100]) from None
        return int(moment.astimezone(UTC).timestamp()) * 1_000_000

    async def _write(
        self, request: Request, form: type[_Value] | type[_Block], device: str, once: str | None
    ) -> object:
        body = await whole_body(request)
        if len(body) > self._settings.max_message:
            raise TooLarge("body-large", limit=self._settings.max_message, setting="max_message")
        try:
            given = msgspec.json.decode(body, type=form)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
            raise BadInput("mos-body-wrong", fault=str(fault)) from None
        values = given.block if isinstance(given, _Block) else [given]
        payload = msgspec.json.encode({"localtime": 0, "data": values})
        sent = Body(".json", [payload])
        taking = await run_in_threadpool(self._pushes.open, f"{_TOPIC}{device}", sent, once)
        await bring(self._pushes, taking, self._settings.push_seconds)
        return {"code": 200, "count": taking.note.records, "position": taking.note.position}


def _values(tag: str, values: list[TagReading]) -> Iterator[dict[str, object]]:
    """As MOS has them: texts, also of numbers; whole numbers without a point."""
    for one in values:
        number = one.number
        text = one.text
        if text is None and number is not None:
            text = str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
        yield {"tag": tag, "value": text, "timestamp": one.time * 1000}


def _fault(request: Request, error: AasError) -> Response:
    language = language_of(request.headers.get("accept-language"))
    body = {"code": error.status, "error": error.key, "message": error_text(error, language)}
    answer = of_now(body, error.status)
    if error.status == _Refused.status:
        answer.headers["WWW-Authenticate"] = "Api-Key"
    if error.status == Unavailable.status:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer
