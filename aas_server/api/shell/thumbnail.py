"""The picture that stands for a shell's asset (IDTA-01002, ``…/asset-information/thumbnail``)."""

from __future__ import annotations

import asyncio
import mimetypes
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.package.received import file_name, path_of
from aas_server.api.services import routes
from aas_server.api.shell.place import ShellAccess, edited
from aas_server.api.writing import DONE, done
from aas_server.errors import NotFound
from aas_server.store.contract import etag_of
from aas_server.twin.plain import Json

_PATH = "/asset-information/thumbnail"
_NAME = "thumbnail"
"""The attachment's path."""
_ANY = "application/octet-stream"


class Thumbnail:
    """The attachment ``thumbnail`` of a shell and its entry ``defaultThumbnail``, changed together."""

    def __init__(self, access: ShellAccess) -> None:
        self._access = access
        self._repository = access.services.repository
        self._files = access.services.files

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        routes(router, ("GET", _PATH, self.get_thumbnail))
        routes(router, ("PUT", _PATH, self.put_thumbnail), responses=DONE)
        routes(router, ("DELETE", _PATH, self.delete_thumbnail), responses={200: {"description": "Removed"}})

    async def get_thumbnail(self, request: Request) -> Response:
        """The picture; 404 where there is none."""
        id = await self._access.id(request)
        # The shell first: a picture newer than its ETag costs a writer a 412, an older one would be overwritten.
        shell = await self._repository.get("shell", id)
        try:
            media_type, digest = await self._repository.attachment(id, _NAME)
        except NotFound:
            raise NotFound("thumbnail-missing", id=id) from None
        return answers.attached(request, self._files.path(digest), media_type, _NAME, shell.etag)

    async def put_thumbnail(
        self,
        request: Request,
        conditions: ConditionsParameter,
        file: Annotated[UploadFile, File(description="The picture")],
        fileName: Annotated[str | None, Form()] = None,
        queryName: Annotated[str | None, Query(alias="fileName", include_in_schema=False)] = None,
    ) -> Response:
        """Keep a picture in place of an earlier one."""
        id = await self._access.id(request)
        name = file_name(fileName or queryName or file.filename, _NAME)
        media_type = _media_type(file.content_type, name)
        digest = await asyncio.to_thread(self._files.add, file.file)

        def edit(shell: Json) -> None:
            entry = {"path": path_of(digest, name), "contentType": media_type}
            shell["assetInformation"]["defaultThumbnail"] = entry

        async with self._repository.write() as transaction:
            before = await transaction.get("shell", id)
            shell = await asyncio.to_thread(edited, id, before, conditions, edit)
            await transaction.put("shell", id, shell.body, shell.keys)
            await transaction.attach(id, _NAME, media_type, digest)
        return done(etag_of(shell.body))

    async def delete_thumbnail(self, request: Request, conditions: ConditionsParameter) -> Response:
        """Remove the picture and its entry; 404 where there is neither."""
        id = await self._access.id(request)

        async with self._repository.write() as transaction:
            before = await transaction.get("shell", id)
            had_file = await transaction.detach(id, _NAME)

            def edit(shell: Json) -> None:
                had_entry = shell["assetInformation"].pop("defaultThumbnail", None) is not None
                if not (had_file or had_entry):
                    raise NotFound("thumbnail-missing", id=id)

            shell = await asyncio.to_thread(edited, id, before, conditions, edit)
            await transaction.put("shell", id, shell.body, shell.keys)
        answer = done(etag_of(shell.body))
        # 3.0 knows 200 alone, and a client of the field takes nothing else.
        answer.status_code = 200
        return answer


def _media_type(given: str | None, name: str) -> str:
    """What the sender says it is; where that says nothing, what the name does."""
    if given and given.lower() != _ANY:
        return given
    return mimetypes.guess_type(name)[0] or _ANY
