"""Asset Administration Shell Repository (IDTA-01002): operations on all shells."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import (
    AssetIdsParameter,
    CursorParameter,
    IdShortParameter,
    LimitParameter,
    asset_ids,
)
from aas_server.api.services import Services, route
from aas_server.api.writing import CREATED, Writing
from aas_server.store.contract import Page
from aas_server.twin import views


class AssetAdministrationShellRepository:
    """Lists of shells, filtered in the database, and creation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._repository = services.repository
        self._writing = Writing(services, "shell", "/shells")

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Asset Administration Shell Repository"])
        route(router, "GET", "/shells", self.get_all_asset_administration_shells)
        route(router, "GET", "/shells/$reference", self.get_all_asset_administration_shells_reference)
        shell = json_schema("AssetAdministrationShell")
        route(router, "POST", "/shells", self.post_asset_administration_shell, CREATED, shell)
        return router

    async def get_all_asset_administration_shells(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        assetIds: AssetIdsParameter = None,
    ) -> Response:
        """Shells in order of creation."""
        page = await self._page(limit, cursor, idShort, assetIds)
        return answers.page((shell.body for shell in page.documents), page.cursor)

    async def get_all_asset_administration_shells_reference(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        assetIds: AssetIdsParameter = None,
    ) -> Response:
        """References to shells."""
        page = await self._page(limit, cursor, idShort, assetIds)
        return answers.page_of([views.shell_reference(shell.id) for shell in page.documents], page.cursor)

    async def post_asset_administration_shell(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Create a shell; 409 where there is one with its id."""
        return await self._writing.create(request, body, conditions)

    async def _page(
        self, limit: int | None, cursor: str | None, id_short: str | None, encoded_ids: list[str] | None
    ) -> Page:
        return await self._repository.page(
            "shell",
            self._services.paging.limit(limit),
            cursor or None,
            id_short=id_short or None,
            asset_ids=asset_ids(encoded_ids),
        )
