"""Reading and registering whole descriptors, of shells or of submodels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.conditions import Conditions
from aas_server.api.services import Services, Version
from aas_server.api.writing import created, creating, done, replacing
from aas_server.errors import Conflict, NotFound
from aas_server.store.contract import REGISTERED, Described, Document, etag_of
from aas_server.twin.metamodel import Verified, decode
from aas_server.twin.registry.descriptors import verified_descriptor
from aas_server.twin.registry.registry import Edit, Registry

PATHS: dict[Described, tuple[str, str]] = {
    "shell": ("/shell-descriptors", "/shells"),
    "submodel": ("/submodel-descriptors", "/submodels"),
}
"""Where descriptors lie, and where what they describe lies when it is stored here."""
EXISTS = "descriptor-exists"
"""The sentence for an id that has a descriptor, whoever made it."""


class Descriptors:
    """Descriptors of one kind of thing, whose list lies at ``PATHS``."""

    def __init__(self, services: Services, described: Described) -> None:
        self._services = services
        self._described: Described = described
        self._registry = Registry(services.repository)

    async def page(
        self, request: Request, limit: int | None, cursor: str | None, facts: Sequence[tuple[str, str]] = ()
    ) -> Response:
        """A page of descriptors in order of creation."""
        base, wanted = self._services.address.base(request), self._services.paging.limit(limit)
        page = await self._registry.page(self._described, base, wanted, cursor or None, facts)
        version = self._services.version
        return answers.page((spelled(one.body, version) for one in page.documents), page.cursor)

    async def one(self, request: Request, id: str) -> Response:
        """One descriptor. Raises ``NotFound``."""
        found = await self._registry.get(self._described, id, self._services.address.base(request))
        return answers.document(request, spelled(found.body, self._services.version), found.etag)

    async def create(self, request: Request, body: bytes, conditions: Conditions) -> Response:
        """201. Raises ``Conflict`` where there is a descriptor with this id, whoever made it."""
        given = await self.verified(body)
        await self._change(request, given.id, creating(given, conditions, EXISTS))
        return self._created(request, given)

    async def replace(self, request: Request, id: str, body: bytes, conditions: Conditions) -> Response:
        """204, or 201 where there was no descriptor. Raises ``BadInput`` where the body has another id."""
        given = await self.verified(body)
        given.check_id(id)
        outcome = await self._change(request, id, replacing(given, conditions))
        return self._created(request, given) if outcome == "created" else done(etag_of(given.body))

    async def delete(self, request: Request, id: str, conditions: Conditions) -> Response:
        """204. Raises ``NotFound``, and ``Conflict`` for one that only follows from what is stored here."""
        await self._change(request, id, to_delete(self._described, id, conditions))
        return Response(status_code=204)

    async def verified(self, body: bytes) -> Verified:
        """What was sent, checked on a worker thread. Raises ``BadInput``."""
        depth = self._services.settings.max_json_depth
        return await asyncio.to_thread(lambda: verified_descriptor(self._described, decode(body, depth)))

    async def _change(self, request: Request, id: str, edit: Edit) -> str:
        return await self._registry.change(self._described, id, self._services.address.base(request), edit)

    def _created(self, request: Request, given: Verified) -> Response:
        path = f"{PATHS[self._described][0]}/{ids.encode(given.id)}"
        body = spelled(given.body, self._services.version)
        return created(body, self._services.address.url(request, path), etag_of(given.body))


def spelled(descriptor: bytes, version: Version) -> bytes:
    """A descriptor as a version writes it: V3.0 has ``supplementalSemanticId`` in the descriptor of a submodel,
    though the same attribute ends in ``Ids`` everywhere else."""
    if version != "3.0" or b'"supplementalSemanticIds"' not in descriptor:
        return descriptor
    plain = answers.decoded(descriptor)
    for one in (plain, *plain.get("submodelDescriptors", ())):
        if "supplementalSemanticIds" in one:
            one["supplementalSemanticId"] = one.pop("supplementalSemanticIds")
    return msgspec.json.encode(plain)


def to_delete(described: Described, id: str, conditions: Conditions) -> Edit:
    """Remove a registered descriptor; ``NotFound`` or ``Conflict`` where there is none."""

    def edit(before: Document | None) -> None:
        kind = REGISTERED[described]
        if before is None:
            raise NotFound("document-not-found", kind=kind, id=id)
        conditions.check(id, before)
        if before.kind != kind:
            address = f"{PATHS[described][1]}/{ids.encode(id)}"
            raise Conflict("descriptor-follows", kind=kind, id=id, address=address)

    return edit
