"""Invoking the Operations of a submodel (IDTA-01002), synchronously and asynchronously.

Before anything runs, a wrong request is answered as an error. What happens afterwards is the Operation's own
matter: it is told by ``executionState`` and ``messages`` of a result.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api.answers import ANY_JSON, JSON
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.parameters import HandleIdentifier, IdShortPath
from aas_server.api.services import routes
from aas_server.api.submodel.invocation_bodies import Asked, asked, kept, said, value_only
from aas_server.api.submodel.place import ELEMENT, Access
from aas_server.errors import AasError, BadInput, NotFound, Unavailable
from aas_server.messages import Language, language_of
from aas_server.twin.elements import find
from aas_server.twin.handles import Handle, State
from aas_server.twin.operations import Invocation, Results
from aas_server.twin.plain import Json

_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"description": "Accepted; see the header Location"}}
_STATUS: dict[int | str, dict[str, Any]] = {
    200: {"description": "It is still running", "content": {JSON: {}}},
    302: {"description": "It has ended; see the header Location"},
}


class Invocations:
    """The Operations of the submodels of one place."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._services = access.services
        self._operations = access.services.operations
        self._handles = access.services.handles

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        sync, later, slip = (f"{ELEMENT}/{name}" for name in ("invoke", "invoke-async", "invoke-asnyc"))
        plain, values = json_schema("OperationRequest"), json_schema("OperationRequestValueOnly")
        timed, timed_values = json_schema("OperationRequestAsync"), json_schema("OperationRequestAsyncValueOnly")
        routes(router, ("POST", sync, self.invoke), body=plain)
        routes(router, ("POST", f"{sync}/$value", self.invoke_value_only), body=values)
        starts = [
            (later, self.invoke_async, timed),
            (slip, self.invoke_async, timed),
            (f"{later}/$value", self.invoke_async_value_only, timed_values),
        ]
        for path, operation, body in starts:
            routes(router, ("POST", path, operation), responses=_ACCEPTED, body=body)
        if router.prefix.startswith("/aas"):
            # V3.1.2 has a slip in one of these two paths, V3.0.4 in the other: both are served in both spellings.
            for path, operation in (
                (later, self.invoke_async),
                (f"{slip}/$value", self.invoke_async_value_only),
            ):
                router.add_api_route(path, operation, methods=["POST"], status_code=202, include_in_schema=False)
        routes(router, ("GET", f"{ELEMENT}/operation-status/{{handleId}}", self.status), responses=_STATUS)
        routes(
            router,
            ("GET", f"{ELEMENT}/operation-results/{{handleId}}", self.result),
            ("GET", f"{ELEMENT}/operation-results/{{handleId}}/$value", self.result_value_only),
            responses=ANY_JSON,
        )

    async def invoke(self, request: Request, idShortPath: IdShortPath, body: JsonBody) -> Response:
        """Perform an Operation and wait for its result."""
        return await self._invoke(request, idShortPath, self._asked(body, values=False))

    async def invoke_value_only(self, request: Request, idShortPath: IdShortPath, body: JsonBody) -> Response:
        """Perform an Operation and wait for its result; arguments and results are values by idShort."""
        return await self._invoke(request, idShortPath, self._asked(body, values=True))

    async def invoke_async(self, request: Request, idShortPath: IdShortPath, body: JsonBody) -> Response:
        """Begin to perform an Operation. ``Location`` says where to ask how far it is."""
        return await self._start(request, idShortPath, self._asked(body, values=False, timed=True))

    async def invoke_async_value_only(
        self, request: Request, idShortPath: IdShortPath, body: JsonBody
    ) -> Response:
        """Begin to perform an Operation whose arguments are values by idShort."""
        return await self._start(request, idShortPath, self._asked(body, values=True, timed=True))

    async def status(self, request: Request, idShortPath: IdShortPath, handleId: HandleIdentifier) -> Response:
        """Whether an Operation still runs; 302 to its result once it has ended."""
        handle = await self._handle(request, idShortPath, handleId)
        if handle.state == "running":
            return _answer(said("running", None, _language(request)))
        place = self._place(request, idShortPath, "operation-results", handle.id)
        headers = {"Location": place + handle.note, "Cache-Control": "no-store"}
        return Response(status_code=302, headers=headers)

    async def result(self, request: Request, idShortPath: IdShortPath, handleId: HandleIdentifier) -> Response:
        """What an Operation that was begun gave, as far as it is."""
        handle = await self._handle(request, idShortPath, handleId)
        return _answer(said(handle.state, handle.fault, _language(request)) | _arguments(handle))

    async def result_value_only(
        self, request: Request, idShortPath: IdShortPath, handleId: HandleIdentifier
    ) -> Response:
        """What an Operation that was begun gave, as values by idShort."""
        handle = await self._handle(request, idShortPath, handleId)
        state = said(handle.state, handle.fault, _language(request))
        return _answer(state | value_only(_arguments(handle)))

    def _asked(self, body: bytes, *, values: bool, timed: bool = False) -> Asked:
        return asked(body, self._services.settings.max_json_depth, value_only=values, timed=timed)

    async def _invoke(self, request: Request, path: str, given: Asked) -> Response:
        invocation = await self._prepared(request, path, given)
        state, results, fault = await self._performed(invocation, self._patience(given))
        arguments = kept(results) if results is not None else {}
        shown = value_only(arguments) if given.value_only else arguments
        return _answer(said(state, fault, _language(request)) | shown)

    async def _performed(
        self, invocation: Invocation, seconds: float
    ) -> tuple[State, Results | None, AasError | None]:
        try:
            async with asyncio.timeout(seconds):
                return "completed", await self._operations.run(invocation, seconds), None
        except TimeoutError:
            return "timeout", None, Unavailable("operation-timed-out", seconds=f"{seconds:g}")
        except AasError as fault:
            return "failed", None, fault

    async def _start(self, request: Request, path: str, given: Asked) -> Response:
        invocation = await self._prepared(request, path, given)
        seconds = self._patience(given)

        async def work() -> bytes:
            results = await self._operations.run(invocation, seconds)
            return msgspec.json.encode(kept(results))

        # Its result lies where its request was made: which of the two forms it had outlives a restart.
        form = "/$value" if given.value_only else ""
        handle = await self._handles.start(_kind(invocation.submodel, path), work(), seconds, form)
        place = self._place(request, path, "operation-status", handle)
        return Response(status_code=202, headers={"Location": place})

    async def _prepared(self, request: Request, path: str, given: Asked) -> Invocation:
        submodel, _ = await self._access.plain(request)

        def prepared() -> Invocation:
            inputs, inoutputs = given.elements(find(submodel, path))
            return self._operations.prepare(submodel, path, inputs, inoutputs)

        return await asyncio.to_thread(prepared)

    def _patience(self, given: Asked) -> float:
        most = self._services.settings.operation_seconds
        return most if given.seconds is None else min(given.seconds, most)

    async def _handle(self, request: Request, path: str, given: str) -> Handle:
        """Clients send the id as it stands in our ``Location``, or encode once more what they took from there.
        Raises ``NotFound`` for the handle of another Operation, too."""
        submodel = await self._access.stored(request)
        for id in _ids(given):
            try:
                return await self._handles.state(_kind(submodel.id, path), id)
            except NotFound:
                continue
        raise NotFound("handle-unknown", handle=given[:100])

    def _place(self, request: Request, path: str, what: str, handle: str) -> str:
        """The address of an Operation's status or result, below the place it was asked at."""
        return f"{self._access.location(request, path)}/{what}/{ids.encode(handle)}"


def _ids(given: str) -> list[str]:
    found = [given]
    for _ in range(2):
        try:
            found.append(ids.decode(found[-1]))
        except BadInput:
            break
    return found


def _kind(submodel: str, path: str) -> str:
    return f"operation {submodel} {path}"


def _arguments(handle: Handle) -> Json:
    arguments: Json = msgspec.json.decode(handle.body) if handle.body else {}
    return arguments


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


def _answer(body: Json) -> Response:
    return Response(msgspec.json.encode(body), media_type=JSON, headers={"Cache-Control": "no-store"})
