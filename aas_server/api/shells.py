"""Asset Administration Shell Repository (IDTA-01002, SSP-002: the read profile), but for the superpath."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.parameters import (
    AasIdentifier,
    AssetIdsParameter,
    CursorParameter,
    IdShortParameter,
    LimitParameter,
    asset_ids,
)
from aas_server.api.services import Services, route
from aas_server.errors import NotFound
from aas_server.store.contract import Document, Page
from aas_server.twin import views


class AssetAdministrationShellRepository:
    """Operations on all shells and on one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._repository = services.repository

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Asset Administration Shell Repository"])
        one = "/shells/{aasIdentifier}"
        get: list[tuple[str, Any]] = [
            ("/shells", self.get_all_asset_administration_shells),
            ("/shells/$reference", self.get_all_asset_administration_shells_reference),
            (one, self.get_asset_administration_shell_by_id),
            (f"{one}/$reference", self.get_asset_administration_shell_by_id_reference),
            (f"{one}/asset-information", self.get_asset_information),
            (f"{one}/asset-information/thumbnail", self.get_thumbnail),
            (f"{one}/submodel-refs", self.get_all_submodel_references),
        ]
        for path, operation in get:
            route(router, "GET", path, operation)
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

    async def get_asset_administration_shell_by_id(
        self, request: Request, aasIdentifier: AasIdentifier
    ) -> Response:
        """One shell, as it is stored."""
        shell = await self._shell(aasIdentifier)
        return answers.document(request, shell.body, shell.etag)

    async def get_asset_administration_shell_by_id_reference(
        self,
        request: Request,
        aasIdentifier: AasIdentifier,
    ) -> Response:
        """A reference to a shell."""
        shell = await self._shell(aasIdentifier)
        return answers.encoded(request, views.shell_reference(shell.id), shell.etag)

    async def get_asset_information(self, request: Request, aasIdentifier: AasIdentifier) -> Response:
        """A shell's asset information."""
        shell = await self._shell(aasIdentifier)
        return answers.encoded(request, answers.decoded(shell.body)["assetInformation"], shell.etag)

    async def get_thumbnail(self, request: Request, aasIdentifier: AasIdentifier) -> Response:
        """The picture that stands for the asset; 404 where there is none."""
        id = ids.decode(aasIdentifier)
        try:
            media_type, digest = await self._repository.attachment(id, "thumbnail")
        except NotFound:
            raise NotFound("thumbnail-missing", id=id) from None
        return answers.file(request, self._services.files.path(digest), media_type, "thumbnail")

    async def get_all_submodel_references(
        self,
        aasIdentifier: AasIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
    ) -> Response:
        """References to the shell's submodels, in its order."""
        shell = answers.decoded((await self._shell(aasIdentifier)).body)
        references = [(one["keys"][0]["value"], one) for one in shell.get("submodels", ())]
        shown, following = answers.cut_page(references, self._services.paging.limit(limit), cursor)
        return answers.page_of(shown, following)

    async def _shell(self, encoded: str) -> Document:
        return await self._repository.get("shell", ids.decode(encoded))

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
