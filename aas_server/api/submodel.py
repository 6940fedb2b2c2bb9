"""Submodel Service (IDTA-01002, read operations): one submodel and its elements.

Served below ``/submodels/{…}`` and, as superpath, below ``/shells/{…}/submodels/{…}``: the same functions.
Views that show values of a submodel with live readings bear no ETag.
"""

from __future__ import annotations

import base64
from pathlib import PurePosixPath
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.parameters import (
    CursorParameter,
    ExtentParameter,
    IdShortPath,
    LevelParameter,
    LimitParameter,
    SubmodelIdentifier,
)
from aas_server.api.reading import Reading
from aas_server.api.services import Services, route
from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Document
from aas_server.twin import views
from aas_server.twin.elements import Step, find, steps_of
from aas_server.twin.metamodel import Json
from aas_server.twin.package.content import submodel_ids


class SubmodelService:
    """Operations on one submodel."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._repository = services.repository
        self._reading = Reading(services)

    def router(self, prefix: str, tag: str) -> APIRouter:
        """Routes below ``prefix``, which leads to the submodel."""
        router = APIRouter(prefix=prefix, tags=[tag])
        elements, element = "/submodel-elements", "/submodel-elements/{idShortPath}"
        get: list[tuple[str, Any]] = [
            ("", self.get_submodel),
            ("/$metadata", self.get_submodel_metadata),
            ("/$value", self.get_submodel_value_only),
            ("/$reference", self.get_submodel_reference),
            ("/$path", self.get_submodel_path),
            (elements, self.get_all_submodel_elements),
            (f"{elements}/$metadata", self.get_all_metadata),
            (f"{elements}/$value", self.get_all_value_only),
            (f"{elements}/$reference", self.get_all_reference),
            (f"{elements}/$path", self.get_all_path),
            (element, self.get_submodel_element_by_path),
            (f"{element}/$metadata", self.get_by_path_metadata),
            (f"{element}/$value", self.get_by_path_value_only),
            (f"{element}/$reference", self.get_by_path_reference),
            (f"{element}/$path", self.get_by_path_path),
            (f"{element}/attachment", self.get_file_by_path),
        ]
        for path, operation in get:
            route(router, "GET", path, operation)
        return router

    async def get_submodel(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """The submodel with its elements."""
        stored = await self._stored(request, submodelIdentifier)
        binding = self._reading.binding(stored)
        body = self._reading.body(stored, binding, level, extent)
        return answers.document(request, body, None if binding else stored.etag)

    async def get_submodel_metadata(self, request: Request, submodelIdentifier: SubmodelIdentifier) -> Response:
        """The submodel without its elements."""
        stored = await self._stored(request, submodelIdentifier)
        return answers.document(request, answers.without(stored.body, "submodelElements"), stored.etag)

    async def get_submodel_value_only(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """The elements' values by idShort."""
        submodel, etag = await self._shown(request, submodelIdentifier)
        return answers.encoded(request, views.value(submodel, level, extent), etag)

    async def get_submodel_reference(self, request: Request, submodelIdentifier: SubmodelIdentifier) -> Response:
        """A reference to the submodel."""
        stored = await self._stored(request, submodelIdentifier)
        return answers.encoded(request, views.reference(stored.id), stored.etag)

    async def get_submodel_path(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        level: LevelParameter = "deep",
    ) -> Response:
        """The idShort paths of all elements."""
        stored = await self._stored(request, submodelIdentifier)
        return answers.encoded(request, views.paths(answers.decoded(stored.body), level=level), stored.etag)

    async def get_all_submodel_elements(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """The submodel's own elements, in order."""
        shown, following = await self._elements(request, submodelIdentifier, limit, cursor)
        return answers.page_of([views.cut(element, level, extent) for _, element in shown], following)

    async def get_all_metadata(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
    ) -> Response:
        """The elements without their values."""
        shown, following = await self._elements(request, submodelIdentifier, limit, cursor)
        return answers.page_of([views.metadata(element) for _, element in shown], following)

    async def get_all_value_only(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """The elements' values in one object, by idShort (an object since 3.0.4)."""
        shown, following = await self._elements(request, submodelIdentifier, limit, cursor)
        return answers.page_of(views.values(shown, level, extent), following)

    async def get_all_reference(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
    ) -> Response:
        """References to the elements."""
        stored = await self._stored(request, submodelIdentifier)
        submodel = answers.decoded(stored.body)
        shown, following = self._cut(submodel, limit, cursor)
        return answers.page_of([views.reference(stored.id, submodel, str(step)) for step, _ in shown], following)

    async def get_all_path(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        level: LevelParameter = "deep",
    ) -> Response:
        """The paths of the elements and of what is below them."""
        stored = await self._stored(request, submodelIdentifier)
        elements = steps_of(answers.decoded(stored.body))
        found = [(path, path) for step, element in elements for path in views.paths(element, str(step), level)]
        shown, following = answers.cut_page(found, self._services.paging.limit(limit), cursor)
        return answers.page_of(shown, following)

    async def get_submodel_element_by_path(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        idShortPath: IdShortPath,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """One element."""
        submodel, etag = await self._shown(request, submodelIdentifier)
        return answers.encoded(request, views.cut(find(submodel, idShortPath), level, extent), etag)

    async def get_by_path_metadata(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        idShortPath: IdShortPath,
    ) -> Response:
        """One element without its value."""
        stored = await self._stored(request, submodelIdentifier)
        element = find(answers.decoded(stored.body), idShortPath)
        views.refuse(element, "$metadata")
        return answers.encoded(request, views.metadata(element), stored.etag)

    async def get_by_path_value_only(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        idShortPath: IdShortPath,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """One element's value: a bare JSON value for a property."""
        submodel, etag = await self._shown(request, submodelIdentifier)
        return answers.encoded(request, views.value(find(submodel, idShortPath), level, extent), etag)

    async def get_by_path_reference(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        idShortPath: IdShortPath,
    ) -> Response:
        """A reference to one element."""
        stored = await self._stored(request, submodelIdentifier)
        submodel = answers.decoded(stored.body)
        return answers.encoded(request, views.reference(stored.id, submodel, idShortPath), stored.etag)

    async def get_by_path_path(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        idShortPath: IdShortPath,
        level: LevelParameter = "deep",
    ) -> Response:
        """The paths of one element and of what is below it."""
        stored = await self._stored(request, submodelIdentifier)
        element = find(answers.decoded(stored.body), idShortPath)
        views.refuse(element, "$path")
        return answers.encoded(request, views.paths(element, idShortPath, level), stored.etag)

    async def get_file_by_path(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        idShortPath: IdShortPath,
    ) -> Response:
        """The bytes of a File element (404 where it has none here) or of a Blob."""
        stored = await self._stored(request, submodelIdentifier)
        element = find(answers.decoded(stored.body), idShortPath)
        if element["modelType"] == "Blob" and "value" in element:
            media_type = element.get("contentType", "application/octet-stream")
            return Response(base64.b64decode(element["value"]), media_type=media_type, headers=answers.DOWNLOAD)
        if element["modelType"] not in ("File", "Blob"):
            raise BadInput("attachment-no-file", path=idShortPath, submodel=stored.id)
        media_type, digest = await self._repository.attachment(stored.id, idShortPath)
        name = PurePosixPath(element.get("value", "")).name or element.get("idShort", "file")
        return answers.file(request, self._services.files.path(digest), media_type, name)

    async def _stored(self, request: Request, encoded: str) -> Document:
        """The submodel; below a shell only one that the shell refers to."""
        id = ids.decode(encoded)
        shell = request.path_params.get("aasIdentifier")
        if shell is not None:
            owner = await self._repository.get("shell", ids.decode(shell))
            if id not in submodel_ids(answers.decoded(owner.body)):
                raise NotFound("submodel-not-of-shell", submodel=id, shell=owner.id)
        return await self._repository.get("submodel", id)

    async def _shown(self, request: Request, encoded: str) -> tuple[Json, str | None]:
        """The submodel with the last readings, and its ETag where it shows none."""
        stored = await self._stored(request, encoded)
        binding = self._reading.binding(stored)
        return self._reading.plain(stored, binding), None if binding else stored.etag

    async def _elements(
        self, request: Request, encoded: str, limit: int | None, cursor: str | None
    ) -> tuple[list[tuple[Step, Json]], str | None]:
        submodel, _ = await self._shown(request, encoded)
        return self._cut(submodel, limit, cursor)

    def _cut(
        self, submodel: Json, limit: int | None, cursor: str | None
    ) -> tuple[list[tuple[Step, Json]], str | None]:
        items = [(step, (step, element)) for step, element in steps_of(submodel)]
        return answers.cut_page(items, self._services.paging.limit(limit), cursor)
