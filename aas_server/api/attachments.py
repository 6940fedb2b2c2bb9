"""The bytes of File and Blob elements (IDTA-01002, ``…/attachment``)."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.parameters import IdShortPath
from aas_server.api.place import Access
from aas_server.api.services import routes
from aas_server.errors import BadInput
from aas_server.twin.elements import find


class Attachments:
    """What is attached to a submodel's elements."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        routes(router, ("GET", "/submodel-elements/{idShortPath}/attachment", self.get_file_by_path))

    async def get_file_by_path(self, request: Request, idShortPath: IdShortPath) -> Response:
        """The bytes of a File element (404 where it has none here) or of a Blob."""
        services = self._access.services
        submodel, _ = await self._access.plain(request)
        element = find(submodel, idShortPath)
        if element["modelType"] == "Blob" and "value" in element:
            media_type = element.get("contentType", "application/octet-stream")
            return Response(base64.b64decode(element["value"]), media_type=media_type, headers=answers.DOWNLOAD)
        if element["modelType"] not in ("File", "Blob"):
            raise BadInput("attachment-no-file", path=idShortPath, submodel=submodel["id"])
        media_type, digest = await services.repository.attachment(submodel["id"], idShortPath)
        name = PurePosixPath(element.get("value", "")).name or element.get("idShort", "file")
        return answers.file(request, services.files.path(digest), media_type, name)
