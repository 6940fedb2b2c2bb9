"""The AAS Query Language over HTTP (IDTA-01002 V3.1, ``/query/…``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.bodies import json_schema, sent_json
from aas_server.api.parameters import CursorParameter, LimitParameter
from aas_server.api.services import Operation, Services, route
from aas_server.api.submodel.reading import Reading
from aas_server.errors import BadInput
from aas_server.store.contract import DESCRIBED, Kind, Page
from aas_server.twin.metamodel import decode
from aas_server.twin.query import query
from aas_server.twin.query.endpoints import Endpoints
from aas_server.twin.registry.registry import Registry

_QueryParameter = Annotated[
    str | None,
    Query(alias="query", description="The query where the body is empty, as one client sends it: JSON, base64url"),
]
_PATHS: Sequence[tuple[str, Kind, str]] = (
    ("/query/shells", "shell", "AssetAdministrationShell"),
    ("/query/submodels", "submodel", "Submodel"),
    ("/query/concept-descriptions", "concept-description", "ConceptDescription"),
    ("/query/shell-descriptors", "shell-descriptor", "AssetAdministrationShellDescriptor"),
    ("/query/submodel-descriptors", "submodel-descriptor", "SubmodelDescriptor"),
)


class QueryService:
    """Queries for everything that has an id."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._documents = services.repository.store.documents
        self._registry = Registry(services.repository)
        self._reading = Reading(services)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Query"])
        for path, kind, name in _PATHS:
            route(router, "POST", path, self._operation(kind, name), body=json_schema("Query"))
        return router

    def _operation(self, kind: Kind, name: str) -> Operation:
        async def asked(
            request: Request,
            limit: LimitParameter = None,
            cursor: CursorParameter = None,
            given: _QueryParameter = None,
        ) -> Response:
            """What a condition holds for, in order of creation; with ``"$select": "id"`` only the ids."""
            return await self._answer(request, kind, name, limit, cursor, given)

        return asked

    async def _answer(
        self, request: Request, kind: Kind, name: str, limit: int | None, cursor: str | None, given: str | None
    ) -> Response:
        asked = query.read(await self._query(request, given))
        base = self._services.address.base(request)
        condition = asked.condition
        if kind in DESCRIBED:
            condition = Endpoints(DESCRIBED[kind], base).settled(condition)
        page = await self._documents.query(
            kind,
            condition,
            self._services.paging.limit(limit),
            cursor or None,
            seconds=self._services.settings.query_seconds,
        )
        if asked.ids_only:
            return answers.page_of([one.id for one in page.documents], page.cursor, "Identifier")
        return answers.page(await self._bodies(kind, page, base), page.cursor, name)

    async def _bodies(self, kind: Kind, page: Page, base: str) -> list[bytes]:
        if kind in DESCRIBED:
            return [one.body for one in await self._registry.shown(page.documents, base)]
        if kind != "submodel":
            return [one.body for one in page.documents]
        bindings = await self._reading.bindings_of(page)
        return [
            self._reading.body(one, bindings.get(one.id), "deep", "withoutBlobValue") for one in page.documents
        ]

    async def _query(self, request: Request, given: str | None) -> Any:
        """The JSON of a query, from the body or, where that is empty, from the parameter."""
        body = await sent_json(request)
        depth = self._services.settings.max_json_depth
        if body.strip() or not given:
            return decode(body or b"{}", depth)
        try:
            return decode(ids.decode(given).encode(), depth)
        except BadInput:
            raise BadInput("query-parameter-wrong") from None
