"""The submodel descriptors inside a shell's descriptor (AAS Registry through the superpath, IDTA-01002).

A write changes the registered descriptor of the shell. Where the shell is only stored here, a copy of its
descriptor is registered with the change in it; from then on that copy is shown until it is deleted, whatever the
shell becomes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import AasIdentifier, CursorParameter, LimitParameter, SubmodelIdentifier
from aas_server.api.registry.descriptors import EXISTS, Descriptors, spelled
from aas_server.api.services import Services, route
from aas_server.api.writing import CREATED, DONE, PUT_ANSWERS, created, creating, done, replacing
from aas_server.errors import NotFound
from aas_server.store.contract import Document, etag_of
from aas_server.twin.metamodel import Verified
from aas_server.twin.plain import Json
from aas_server.twin.registry.descriptors import verified_descriptor
from aas_server.twin.registry.registry import Registry

Inside = dict[str, Json]
"""The submodel descriptors of a shell's descriptor, by id, in their order."""


class NestedDescriptors:
    """Operations on the submodel descriptors of one shell."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._registry = Registry(services.repository)
        self._submodels = Descriptors(services, "submodel")

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Asset Administration Shell Registry"])
        every = "/shell-descriptors/{aasIdentifier}/submodel-descriptors"
        one = every + "/{submodelIdentifier}"
        body = json_schema("SubmodelDescriptor")
        route(router, "GET", every, self.get_all_submodel_descriptors)
        route(router, "POST", every, self.post_submodel_descriptor, CREATED, body)
        route(router, "GET", one, self.get_submodel_descriptor_by_id)
        route(router, "PUT", one, self.put_submodel_descriptor_by_id, PUT_ANSWERS, body)
        route(router, "DELETE", one, self.delete_submodel_descriptor_by_id, DONE)
        return router

    async def get_all_submodel_descriptors(
        self,
        request: Request,
        aasIdentifier: AasIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
    ) -> Response:
        """The submodel descriptors of a shell's descriptor, in its order."""
        inside = await self._inside(request, aasIdentifier)
        shown, following = answers.cut_page([*inside.items()], self._services.paging.limit(limit), cursor)
        version = self._services.version
        return answers.page((spelled(msgspec.json.encode(one), version) for one in shown), following)

    async def post_submodel_descriptor(
        self, request: Request, aasIdentifier: AasIdentifier, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Add a submodel descriptor; 409 where there is one with its id."""
        given = await self._submodels.verified(body)
        create = creating(given, conditions, EXISTS)

        def edit(inside: Inside, before: Document | None) -> None:
            inside[given.id] = answers.decoded(create(before).body)

        await self._change(request, aasIdentifier, given.id, edit)
        return self._created(request, aasIdentifier, given)

    async def get_submodel_descriptor_by_id(
        self, request: Request, aasIdentifier: AasIdentifier, submodelIdentifier: SubmodelIdentifier
    ) -> Response:
        """One submodel descriptor of a shell's descriptor."""
        inside, id = await self._inside(request, aasIdentifier), ids.decode(submodelIdentifier)
        if id not in inside:
            raise _missing(ids.decode(aasIdentifier), id)
        body = msgspec.json.encode(inside[id])
        return answers.document(request, spelled(body, self._services.version), etag_of(body))

    async def put_submodel_descriptor_by_id(
        self,
        request: Request,
        aasIdentifier: AasIdentifier,
        submodelIdentifier: SubmodelIdentifier,
        body: JsonBody,
        conditions: ConditionsParameter,
    ) -> Response:
        """Put a submodel descriptor in the place of the one with its id, or add it."""
        given, id = await self._submodels.verified(body), ids.decode(submodelIdentifier)
        given.check_id(id)
        put = replacing(given, conditions)

        def edit(inside: Inside, before: Document | None) -> None:
            inside[id] = answers.decoded(put(before).body)

        if await self._change(request, aasIdentifier, id, edit):
            return done(etag_of(given.body))
        return self._created(request, aasIdentifier, given)

    async def delete_submodel_descriptor_by_id(
        self,
        request: Request,
        aasIdentifier: AasIdentifier,
        submodelIdentifier: SubmodelIdentifier,
        conditions: ConditionsParameter,
    ) -> Response:
        """Take a submodel descriptor out of a shell's descriptor."""
        shell, id = ids.decode(aasIdentifier), ids.decode(submodelIdentifier)

        def edit(inside: Inside, before: Document | None) -> None:
            if before is None:
                raise _missing(shell, id)
            conditions.check(id, before)
            del inside[id]

        await self._change(request, aasIdentifier, id, edit)
        return Response(status_code=204)

    async def _inside(self, request: Request, encoded: str) -> Inside:
        base = self._services.address.base(request)
        return _by_id(await self._registry.get("shell", ids.decode(encoded), base))

    async def _change(
        self,
        request: Request,
        encoded: str,
        id: str,
        change: Callable[[Inside, Document | None], None],
    ) -> bool:
        """Change what is inside a shell's descriptor; whether there was one of this id. ``change`` is given what
        is inside, and the one of this id as a document. Raises ``NotFound`` where the shell has no descriptor."""
        shell, there = ids.decode(encoded), False

        def edit(before: Document | None) -> Verified:
            nonlocal there
            if before is None:
                raise NotFound("document-not-found", kind="shell-descriptor", id=shell)
            inside = _by_id(before)
            there = id in inside
            change(inside, _document(before, inside.get(id)))
            whole = answers.decoded(before.body) | {"submodelDescriptors": [*inside.values()]}
            if not inside:
                del whole["submodelDescriptors"]
            return verified_descriptor("shell", whole)

        await self._registry.change("shell", shell, self._services.address.base(request), edit)
        return there

    def _created(self, request: Request, encoded: str, given: Verified) -> Response:
        path = f"/shell-descriptors/{ids.encode(ids.decode(encoded))}/submodel-descriptors/{ids.encode(given.id)}"
        body = spelled(given.body, self._services.version)
        return created(body, self._services.address.url(request, path), etag_of(given.body))


def _by_id(shell: Document) -> Inside:
    return {one["id"]: one for one in answers.decoded(shell.body).get("submodelDescriptors", ())}


def _document(shell: Document, one: Json | None) -> Document | None:
    """One of a shell's submodel descriptors, as a document of its own."""
    if one is None:
        return None
    body = msgspec.json.encode(one)
    return replace(shell, kind="submodel-descriptor", id=one["id"], body=body, etag=etag_of(body))


def _missing(shell: str, submodel: str) -> NotFound:
    return NotFound("submodel-descriptor-missing", shell=shell, submodel=submodel)
