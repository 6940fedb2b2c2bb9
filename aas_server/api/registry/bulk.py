"""Bulk operations of both registries (IDTA-01002): a handle at once, then all of a list is done, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api.answers import JSON
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import Conditions
from aas_server.api.errors import results
from aas_server.api.parameters import HandleIdentifier
from aas_server.api.registry.descriptors import EXISTS, PATHS, to_delete
from aas_server.api.services import Services, route
from aas_server.api.writing import creating, replacing
from aas_server.errors import AasError, BadInput, NotFound
from aas_server.messages import error_text, language_of, text
from aas_server.store.contract import Described, Document
from aas_server.twin.metamodel import decode
from aas_server.twin.registry.descriptors import verified_descriptor
from aas_server.twin.registry.registry import Edit, Registry, Undone

_KIND = "bulk"
_FREE = Conditions()
_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"description": "Accepted; Location names the status"}}
_STATUS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Still running", "content": {JSON: {}}},
    302: {"description": "Ended; Location names the result"},
}
_RESULT: dict[int | str, dict[str, Any]] = {
    204: {"description": "All done"},
    400: {"description": "Nothing done; what was wrong with each item", "content": {JSON: {}}},
}
_NAMES: dict[Described, str] = {"shell": "AssetAdministrationShellDescriptor", "submodel": "SubmodelDescriptor"}


class Fault(msgspec.Struct):
    """Why one item of a list (``number``, from 1) could not be done."""

    number: int
    id: str
    key: str
    values: dict[str, Any]
    status: int


class BulkOperations:
    """Every list is one transaction. Its result says of each item that failed what was wrong with it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._registry = Registry(services.repository)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Bulk"])
        for described in PATHS:
            whole = json_schema(_NAMES[described], type="array", minItems=1)
            path = "/bulk" + PATHS[described][0]
            route(router, "POST", path, self._operation(described, _creating), _ACCEPTED, whole)
            route(router, "PUT", path, self._operation(described, _putting), _ACCEPTED, whole)
            identifiers = json_schema("Identifier", type="array", minItems=1)
            route(router, "DELETE", path, self._operation(described, _deleting), _ACCEPTED, identifiers)
        route(router, "GET", "/bulk/status/{handleId}", self.bulk_get_async_status, _STATUS)
        route(router, "GET", "/bulk/result/{handleId}", self.bulk_get_async_result, _RESULT)
        return router

    async def bulk_get_async_status(self, request: Request, handleId: HandleIdentifier) -> Response:
        """How far a bulk operation is: 302 to its result once it has ended."""
        handle = await self._services.handles.state(_KIND, ids.decode(handleId))
        if handle.state == "running":
            body = msgspec.json.encode({"executionState": "Running"})
            return Response(body, 200, {"Retry-After": "1", "Cache-Control": "no-store"}, JSON)
        return Response(status_code=302, headers={"Location": self._address(request, "result", handle.id)})

    async def bulk_get_async_result(self, request: Request, handleId: HandleIdentifier) -> Response:
        """What a bulk operation came to: 204, or 400 with a message for each item that failed."""
        handle = await self._services.handles.state(_KIND, ids.decode(handleId))
        if handle.state == "running":
            raise NotFound("bulk-running", handle=handle.id)
        if handle.fault is not None:
            raise handle.fault
        faults = msgspec.json.decode(handle.body, type=list[Fault])
        if not faults:
            return Response(status_code=204)
        wanted = request.headers.get("accept-language")
        return results(400, [(fault.status, _sentence(fault, wanted)) for fault in faults])

    def _operation(
        self, described: Described, making: Callable[[Described, Any], tuple[str, Edit]]
    ) -> Callable[..., Coroutine[Any, Any, Response]]:
        async def bulk(request: Request, body: JsonBody) -> Response:
            """Begin, and answer where the status is."""
            settings = self._services.settings
            items = await asyncio.to_thread(decode, body, settings.max_json_depth)
            if not isinstance(items, list) or not items:
                raise BadInput("bulk-no-list", items=_NAMES[described])
            work = self._work(described, self._services.address.base(request), items, making)
            handle = await self._services.handles.start(_KIND, work, settings.bulk_seconds)
            return Response(status_code=202, headers={"Location": self._address(request, "status", handle)})

        return bulk

    async def _work(
        self,
        described: Described,
        base: str,
        items: list[Any],
        making: Callable[[Described, Any], tuple[str, Edit]],
    ) -> bytes:
        """Do all or nothing; the faults as JSON."""
        edits = await asyncio.to_thread(lambda: [_made(described, item, making) for item in items])
        faults: list[Fault] = []
        try:
            await self._registry.change_all(described, base, edits)
        except Undone as undone:
            faults = [_fault(number, id, error) for number, id, error in undone.faults]
        return msgspec.json.encode(faults, enc_hook=str)

    def _address(self, request: Request, what: str, handle: str) -> str:
        return self._services.address.url(request, f"/bulk/{what}/{ids.encode(handle)}")


def _made(
    described: Described, item: Any, making: Callable[[Described, Any], tuple[str, Edit]]
) -> tuple[str, Edit]:
    """The change an item asks for. One of a wrong form fails among the others, so that all that fail are told."""
    try:
        return making(described, item)
    except AasError as error:
        return str(error.values.get("id", "?")), _failing(error)


def _failing(error: AasError) -> Edit:
    def edit(_: Document | None) -> NoReturn:
        raise error

    return edit


def _creating(described: Described, item: Any) -> tuple[str, Edit]:
    given = verified_descriptor(described, item)
    return given.id, creating(given, _FREE, EXISTS)


def _putting(described: Described, item: Any) -> tuple[str, Edit]:
    given = verified_descriptor(described, item)
    return given.id, replacing(given, _FREE)


def _deleting(described: Described, item: Any) -> tuple[str, Edit]:
    if not isinstance(item, str):
        raise BadInput("bulk-no-identifier")
    return item, to_delete(described, item, _FREE)


def _fault(number: int, id: str, error: AasError) -> Fault:
    return Fault(number + 1, id, error.key, error.values, error.status)


def _sentence(fault: Fault, accept_language: str | None) -> str:
    language = language_of(accept_language)
    why = error_text(AasError(fault.key, **fault.values), language)
    return text("bulk-item", language, number=fault.number, id=fault.id, fault=why)
