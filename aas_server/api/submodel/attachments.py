"""The bytes of File and Blob elements (IDTA-01002, ``…/attachment``)."""

from __future__ import annotations

import asyncio
import base64
import mimetypes
from pathlib import PurePosixPath
from typing import Annotated, BinaryIO
from urllib.parse import unquote

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.package.received import file_name, path_of
from aas_server.api.parameters import IdShortPath
from aas_server.api.services import routes
from aas_server.api.submodel.place import ELEMENT, Access
from aas_server.api.writing import DONE, Answers, done
from aas_server.errors import NotAllowed, NotFound, TooLarge
from aas_server.twin.editing.submodels import Draft
from aas_server.twin.elements import find
from aas_server.twin.plain import Json

_PATH = f"{ELEMENT}/attachment"
_ANY = "application/octet-stream"
_BYTES: Answers = {200: {"content": {_ANY: {"schema": {"type": "string", "format": "binary"}}}}}


class Attachments:
    """What is attached to a submodel's elements: a file for a File, the value of a Blob."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._files = access.services.files
        self._max_blob = access.services.settings.max_blob

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        routes(router, ("GET", _PATH, self.get_file_by_path), responses=_BYTES)
        routes(router, ("PUT", _PATH, self.put_file_by_path), responses=DONE)
        routes(router, ("DELETE", _PATH, self.delete_file_by_path), responses={200: {"description": "Removed"}})

    async def get_file_by_path(self, request: Request, idShortPath: IdShortPath) -> Response:
        """The bytes of a File element or of a Blob; 404 where there are none here."""
        submodel, etag = await self._access.plain(request)
        element = _holder(submodel, idShortPath)
        if element["modelType"] == "Blob":
            if "value" not in element:
                raise _missing(submodel, idShortPath)
            content = base64.b64decode(element["value"])
            return answers.attached(request, content, element.get("contentType", _ANY), None, etag)
        attached = await self._access.services.repository.attachments(submodel["id"])
        if idShortPath not in attached:
            raise _missing(submodel, idShortPath)
        media_type, digest = attached[idShortPath]
        return answers.attached(request, self._files.path(digest), media_type, _name(element), etag)

    async def put_file_by_path(
        self,
        request: Request,
        idShortPath: IdShortPath,
        conditions: ConditionsParameter,
        file: Annotated[UploadFile, File(description="The file")],
        fileName: Annotated[str | None, Form(description="Its name; else the one it is sent under")] = None,
        queryName: Annotated[str | None, Query(alias="fileName", include_in_schema=False)] = None,
    ) -> Response:
        """Attach a file in place of an earlier one; the element's ``value`` and ``contentType`` say what it is."""
        submodel, _ = await self._access.plain(request)
        element = _holder(submodel, idShortPath)
        name = file_name(fileName or queryName or file.filename, _name(element))
        media_type = _media_type(file.content_type, name, element)
        if element["modelType"] == "Blob":
            value = await asyncio.to_thread(self._encoded, file.file)
            digest = None
        else:
            digest = await asyncio.to_thread(self._files.add, file.file)
            value = path_of(digest, name)

        def edit(draft: Draft) -> None:
            holder = _holder(draft.submodel, idShortPath)
            holder |= {"value": value, "contentType": media_type}
            draft.changed.add(idShortPath)
            if digest is not None and holder["modelType"] == "File":
                draft.attach[idShortPath] = (media_type, digest)

        return done((await self._access.edit(request, conditions, edit)).etag)

    async def delete_file_by_path(
        self, request: Request, idShortPath: IdShortPath, conditions: ConditionsParameter
    ) -> Response:
        """Take the file and the element's ``value`` away; 404 where there is nothing attached."""

        def edit(draft: Draft) -> None:
            holder = _holder(draft.submodel, idShortPath)
            there = "value" in holder if holder["modelType"] == "Blob" else idShortPath in draft.attached
            if not there:
                raise _missing(draft.submodel, idShortPath)
            holder.pop("value", None)
            draft.changed.add(idShortPath)

        answer = done((await self._access.edit(request, conditions, edit)).etag)
        answer.status_code = 200
        return answer

    def _encoded(self, file: BinaryIO) -> str:
        """A Blob's value: base64. It is part of the document, so it has a limit of its own."""
        content = file.read(self._max_blob + 1)
        if len(content) > self._max_blob:
            raise TooLarge("blob-large", limit=self._max_blob, setting="max_blob")
        return base64.b64encode(content).decode()


def _holder(submodel: Json, path: str) -> Json:
    """The element that bytes can be attached to. Raises ``NotFound``, ``NotAllowed`` (405) for any other."""
    element = find(submodel, path)
    if element["modelType"] not in ("File", "Blob"):
        raise NotAllowed("attachment-no-file", path=path, submodel=submodel["id"])
    return element


def _missing(submodel: Json, path: str) -> NotFound:
    return NotFound("attachment-missing", path=path, submodel=submodel["id"])


def _name(element: Json) -> str:
    """What an element's file is called."""
    otherwise = element.get("idShort", "file")
    value = element.get("value", "") if element["modelType"] == "File" else ""
    return file_name(unquote(PurePosixPath(value).name), otherwise)


def _media_type(given: str | None, name: str, element: Json) -> str:
    """What the sender says it is; else what its name, else what the element says."""
    if given and given.lower() != _ANY:
        return given
    guessed = mimetypes.guess_type(name)[0]
    known: str = guessed if guessed and guessed != _ANY else element.get("contentType") or _ANY
    return known
