"""Submodel Repository (IDTA-01002): operations on all submodels."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import (
    CursorParameter,
    ExtentParameter,
    IdShortParameter,
    LevelParameter,
    LimitParameter,
    OnlyCoreParameter,
    SemanticIdParameter,
    reference_value,
)
from aas_server.api.services import Services, route
from aas_server.api.submodel.reading import Reading
from aas_server.api.writing import CREATED, Writing
from aas_server.errors import BadInput
from aas_server.store.contract import Page
from aas_server.twin import views
from aas_server.twin.plain import Json


class SubmodelRepository:
    """Lists of submodels in each of their forms; each is filtered by idShort and semantic id in the database."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._reading = Reading(services)
        self._writing = Writing(services, "submodel", "/submodels")

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Submodel Repository"])
        get: list[tuple[str, Any]] = [
            ("", self.get_all_submodels),
            ("/$metadata", self.get_all_submodels_metadata),
            ("/$value", self.get_all_submodels_value_only),
            ("/$reference", self.get_all_submodels_reference),
            ("/$path", self.get_all_submodels_path),
        ]
        for path, operation in get:
            route(router, "GET", f"/submodels{path}", operation)
        route(router, "POST", "/submodels", self.post_submodel, CREATED, json_schema("Submodel"))
        return router

    async def post_submodel(self, request: Request, body: JsonBody, conditions: ConditionsParameter) -> Response:
        """Store a new submodel; 409 where there is one with its id."""
        return await self._writing.create(request, body, conditions)

    async def get_all_submodels(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        semanticId: SemanticIdParameter = None,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """Submodels in order of creation, with the last readings in those that are bound."""
        page = await self._page(limit, cursor, idShort, semanticId)
        bindings = await self._reading.bindings_of(page)
        bodies = (
            self._reading.body(document, bindings.get(document.id), level, extent) for document in page.documents
        )
        return answers.page(bodies, page.cursor)

    async def get_all_submodels_metadata(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        semanticId: SemanticIdParameter = None,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """Submodels without their elements."""
        page = await self._page(limit, cursor, idShort, semanticId, whole=False)
        return answers.page((one.body for one in page.documents), page.cursor)

    async def get_all_submodels_value_only(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        semanticId: SemanticIdParameter = None,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """Submodels' values in one object, by idShort; by id where an idShort is missing or comes again."""
        page = await self._page(limit, cursor, idShort, semanticId)
        bindings = await self._reading.bindings_of(page)
        result: Json = {}
        for document in page.documents:
            submodel = self._reading.plain(document, bindings.get(document.id))
            name = document.id_short
            key = document.id if name is None or name in result else name
            result[key] = views.value(submodel, level, extent)
        former = self._services.version == "3.0"
        return answers.page_of(list(result.values()) if former else result, page.cursor)

    async def get_all_submodels_reference(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        semanticId: SemanticIdParameter = None,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """References to submodels."""
        page = await self._page(limit, cursor, idShort, semanticId, whole=False)
        return answers.page_of([views.reference(document.id) for document in page.documents], page.cursor)

    async def get_all_submodels_path(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        semanticId: SemanticIdParameter = None,
        level: LevelParameter = "deep",
    ) -> Response:
        """The idShort paths of the submodels' elements, one submodel after the other."""
        wanted = self._services.paging.limit(limit)
        place, last = _path_cursor(cursor)
        found: list[tuple[str | None, str]] = []
        while True:
            page = await self._page(1, place, idShort, semanticId)
            inside = [
                path for one in page.documents for path in views.paths(answers.decoded(one.body), level=level)
            ]
            start = inside.index(last) + 1 if last in inside else 0
            found += [(place, path) for path in inside[start:]]
            more = len(found) > wanted
            if more or page.cursor is None:
                following = _path_cursor_at(*found[wanted - 1]) if more else None
                return answers.page_of([path for _, path in found[:wanted]], following)
            place, last = page.cursor, None

    async def _page(
        self,
        limit: int | None,
        cursor: str | None,
        id_short: str | None,
        semantic_id: str | None,
        *,
        whole: bool = True,
    ) -> Page:
        return await self._services.repository.page(
            "submodel",
            self._services.paging.limit(limit),
            cursor or None,
            id_short=id_short or None,
            semantic_id=reference_value(semantic_id),
            whole=whole,
        )


def _path_cursor(cursor: str | None) -> tuple[str | None, str | None]:
    """Where the submodel is that a page of paths ended in, and the last path shown of it."""
    if not cursor:
        return None, None
    try:
        place, last = msgspec.json.decode(ids.decode(cursor), type=tuple[str | None, str])
    except msgspec.DecodeError:
        raise BadInput("cursor-wrong", cursor=cursor) from None
    return place, last


def _path_cursor_at(place: str | None, last: str) -> str:
    return ids.encode(msgspec.json.encode((place, last)).decode())
