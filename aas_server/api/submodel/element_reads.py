"""Reading the elements of one submodel (IDTA-01002). Views that show live readings bear no ETag."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.parameters import (
    CursorParameter,
    ExtentParameter,
    IdShortPath,
    LevelParameter,
    LimitParameter,
    OnlyCoreParameter,
)
from aas_server.api.services import routes
from aas_server.api.submodel import former
from aas_server.api.submodel.place import ELEMENT, ELEMENTS, Access
from aas_server.twin import views
from aas_server.twin.elements import Step, find, steps_of
from aas_server.twin.plain import Json


class ElementReads:
    """A submodel's elements, page by page, and each of them, in each of their forms."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._paging = access.services.paging
        self._former = access.services.version == "3.0"

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        all, one = ELEMENTS, ELEMENT
        routes(
            router,
            ("GET", all, self.get_all_submodel_elements),
            ("GET", f"{all}/$metadata", self.get_all_metadata),
            ("GET", f"{all}/$value", self.get_all_value_only),
            ("GET", f"{all}/$reference", self.get_all_reference),
            ("GET", f"{all}/$path", self.get_all_path),
            ("GET", one, self.get_submodel_element_by_path),
            ("GET", f"{one}/$metadata", self.get_by_path_metadata),
            ("GET", f"{one}/$value", self.get_by_path_value_only),
            ("GET", f"{one}/$reference", self.get_by_path_reference),
            ("GET", f"{one}/$path", self.get_by_path_path),
        )

    async def get_all_submodel_elements(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """The submodel's own elements, in order."""
        shown, following = await self._elements(request, limit, cursor)
        return answers.page_of([views.cut(element, level, extent) for _, element in shown], following)

    async def get_all_metadata(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """The elements without their values."""
        shown, following = await self._elements(request, limit, cursor)
        return answers.page_of([views.metadata(element) for _, element in shown], following)

    async def get_all_value_only(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """The elements' values in one object, by idShort (an object since 3.0.4)."""
        shown, following = await self._elements(request, limit, cursor)
        values = views.values(shown, level, extent)
        return answers.page_of(former.listed(values) if self._former else values, following)

    async def get_all_reference(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """References to the elements."""
        submodel, _ = await self._access.plain(request)
        shown, following = self._cut(submodel, limit, cursor)
        found = [views.reference(submodel["id"], submodel, str(step)) for step, _ in shown]
        return answers.page_of(found, following)

    async def get_all_path(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: LevelParameter = "deep",
    ) -> Response:
        """The paths of the elements and of what is below them."""
        submodel, _ = await self._access.plain(request)
        elements = steps_of(submodel)
        found = [(path, path) for step, element in elements for path in views.paths(element, str(step), level)]
        shown, following = answers.cut_page(found, self._paging.limit(limit), cursor)
        return answers.page_of(shown, following)

    async def get_submodel_element_by_path(
        self,
        request: Request,
        idShortPath: IdShortPath,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """One element."""
        element, etag = await self._access.element(request, idShortPath)
        return answers.encoded(request, views.cut(element, level, extent), etag)

    async def get_by_path_metadata(
        self,
        request: Request,
        idShortPath: IdShortPath,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """One element without its value."""
        submodel, etag = await self._access.plain(request)
        element = find(submodel, idShortPath)
        views.refuse(element, "$metadata")
        return answers.encoded(request, views.metadata(element), etag)

    async def get_by_path_value_only(
        self,
        request: Request,
        idShortPath: IdShortPath,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """One element's value: a bare JSON value for a property."""
        element, etag = await self._access.element(request, idShortPath)
        value = views.value(element, level, extent)
        return answers.encoded(request, former.named(element, value) if self._former else value, etag)

    async def get_by_path_reference(
        self,
        request: Request,
        idShortPath: IdShortPath,
        level: OnlyCoreParameter = "core",  # noqa: ARG002
    ) -> Response:
        """A reference to one element."""
        submodel, etag = await self._access.plain(request)
        return answers.encoded(request, views.reference(submodel["id"], submodel, idShortPath), etag)

    async def get_by_path_path(
        self, request: Request, idShortPath: IdShortPath, level: LevelParameter = "deep"
    ) -> Response:
        """The paths of one element and of what is below it."""
        submodel, etag = await self._access.plain(request)
        element = find(submodel, idShortPath)
        views.refuse(element, "$path")
        return answers.encoded(request, views.paths(element, idShortPath, level), etag)

    async def _elements(
        self, request: Request, limit: int | None, cursor: str | None
    ) -> tuple[list[tuple[Step, Json]], str | None]:
        submodel, _ = await self._access.shown(request)
        return self._cut(submodel, limit, cursor)

    def _cut(
        self, submodel: Json, limit: int | None, cursor: str | None
    ) -> tuple[list[tuple[Step, Json]], str | None]:
        items = [(step, (step, element)) for step, element in steps_of(submodel)]
        return answers.cut_page(items, self._paging.limit(limit), cursor)
