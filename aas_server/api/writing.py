"""Creating, replacing and deleting whole documents: shells, submodels and concept descriptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api.answers import JSON
from aas_server.api.conditions import Conditions
from aas_server.api.services import Services
from aas_server.errors import Conflict, NotFound
from aas_server.store.contract import Document, Kind
from aas_server.twin.metamodel import Verified
from aas_server.twin.repository import Changed

Answers = dict[int | str, dict[str, Any]]
DONE: Answers = {204: {"description": "Done"}}
CREATED: Answers = {201: {"description": "Created", "content": {JSON: {}}}}
PUT_ANSWERS: Answers = DONE | CREATED
"""What the OpenAPI page says of writes."""


class Writing:
    """Writes of one kind of document, whose list lies at ``path`` (``/shells``)."""

    def __init__(self, services: Services, kind: Kind, path: str) -> None:
        self._repository = services.repository
        self._address = services.address
        self._kind: Kind = kind
        self._path = path

    async def create(self, request: Request, body: bytes, conditions: Conditions) -> Response:
        """201 with the document. Raises ``Conflict`` where there is one with its id."""
        document = await self._repository.verified(self._kind, body)
        edit = creating(document, conditions, "document-exists")
        return self._answer(request, await self._repository.change(self._kind, document.id, edit))

    async def replace(self, request: Request, id: str, body: bytes, conditions: Conditions) -> Response:
        """204, or 201 with the document where there was none. Raises ``BadInput`` for a body with another id."""
        document = await self._repository.verified(self._kind, body)
        document.check_id(id)
        edit = replacing(document, conditions)
        return self._answer(request, await self._repository.change(self._kind, id, edit))

    async def delete(self, id: str, conditions: Conditions) -> Response:
        """204. Raises ``NotFound``."""

        def edit(before: Document | None) -> None:
            if before is None:
                raise NotFound("document-not-found", kind=self._kind, id=id)
            conditions.check(id, before)

        await self._repository.change(self._kind, id, edit)
        return Response(status_code=204)

    def _answer(self, request: Request, changed: Changed) -> Response:
        if changed.outcome != "created" or changed.document is None:
            return done(changed.etag)
        location = self._address.url(request, f"{self._path}/{ids.encode(changed.document.id)}")
        return created(changed.document.body, location, changed.etag)


def creating(given: Verified, conditions: Conditions, taken: str) -> Callable[[Document | None], Verified]:
    """Stores ``given`` where there is nothing yet. Raises ``Conflict`` with the sentence ``taken`` where there
    is."""

    def edit(before: Document | None) -> Verified:
        conditions.check(given.id, before)
        if before is not None:
            raise Conflict(taken, kind=given.kind, id=given.id)
        return given

    return edit


def replacing(given: Verified, conditions: Conditions) -> Callable[[Document | None], Verified]:
    """Stores ``given``, in place of whatever is there."""

    def edit(before: Document | None) -> Verified:
        conditions.check(given.id, before)
        return given

    return edit


def created(body: bytes, location: str, etag: str | None) -> Response:
    """201 with what is stored now and where it is found."""
    return Response(body, 201, {"Location": location} | _tagged(etag), JSON)


def done(etag: str | None) -> Response:
    """204; ``etag`` is that of the document after the change."""
    return Response(status_code=204, headers=_tagged(etag))


def _tagged(etag: str | None) -> dict[str, str]:
    return {} if etag is None else {"ETag": f'"{etag}"'}
