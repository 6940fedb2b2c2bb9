"""Reading one submodel (IDTA-01002). Views that show live readings bear no ETag."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.parameters import ExtentParameter, LevelParameter, OnlyCoreParameter
from aas_server.api.services import routes
from aas_server.api.submodel.place import Access
from aas_server.twin import views


class SubmodelReads:
    """A submodel in each of its forms."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        routes(
            router,
            ("GET", "", self.get_submodel),
            ("GET", "/$metadata", self.get_submodel_metadata),
            ("GET", "/$value", self.get_submodel_value_only),
            ("GET", "/$reference", self.get_submodel_reference),
            ("GET", "/$path", self.get_submodel_path),
        )

    async def get_submodel(
        self, request: Request, level: LevelParameter = "deep", extent: ExtentParameter = "withoutBlobValue"
    ) -> Response:
        """The submodel with its elements."""
        stored = await self._access.stored(request)
        binding = await self._access.reading.binding(stored)
        body = self._access.reading.body(stored, binding, level, extent)
        return answers.document(request, body, None if binding else stored.etag)

    async def get_submodel_metadata(
        self,
        request: Request,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """The submodel without its elements."""
        stored = await self._access.stored(request, whole=False)
        return answers.document(request, stored.body, stored.etag)

    async def get_submodel_value_only(
        self, request: Request, level: LevelParameter = "deep", extent: ExtentParameter = "withoutBlobValue"
    ) -> Response:
        """The elements' values by idShort."""
        submodel, etag = await self._access.shown(request)
        return answers.encoded(request, views.value(submodel, level, extent), etag)

    async def get_submodel_reference(
        self,
        request: Request,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """A reference to the submodel."""
        stored = await self._access.stored(request, whole=False)
        return answers.encoded(request, views.reference(stored.id), stored.etag)

    async def get_submodel_path(self, request: Request, level: LevelParameter = "deep") -> Response:
        """The idShort paths of all elements."""
        submodel, etag = await self._access.plain(request)
        return answers.encoded(request, views.paths(submodel, level=level), etag)
