"""AASX File Server (IDTA-01002, SSP-001)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.conditions import Conditions, ConditionsParameter
from aas_server.api.package.received import file_name, on_disk
from aas_server.api.parameters import CursorParameter, LimitParameter
from aas_server.api.services import Services, route
from aas_server.errors import BadInput
from aas_server.twin.package import Limits, opened
from aas_server.twin.packages import MEDIA_TYPE, Allowed, Package

_PackageId = Annotated[str, PathParameter(alias="packageId", description="The package's id, base64url")]
_Upload = Annotated[UploadFile, File(description="The AASX package")]
_FileName = Annotated[str | None, Form(alias="fileName")]
_AasIds = Annotated[list[str] | None, Form(alias="aasIds", description="Read from the package where not given")]
_EMPTY: dict[int | str, dict[str, Any]] = {204: {"description": "Done"}}


class AasxFileServer:
    """Packages as they were stored; none is opened but to see, on arrival, that it is one."""

    def __init__(self, services: Services) -> None:
        self._packages = services.packages
        self._paging = services.paging
        self._limits = Limits.of(services.settings)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["AASX File Server"])
        all, one = "/packages", "/packages/{packageId}"
        route(router, "GET", all, self.get_all_aasx_package_ids)
        route(router, "POST", all, self.post_aasx_package)
        route(
            router,
            "GET",
            one,
            self.get_aasx_by_package_id,
            {200: {"content": {MEDIA_TYPE: {}}}},
        )
        route(router, "PUT", one, self.put_aasx_by_package_id, _EMPTY)
        route(router, "DELETE", one, self.delete_aasx_by_package_id, _EMPTY)
        return router

    async def get_all_aasx_package_ids(
        self,
        aasId: Annotated[str | None, Query(description="A shell's id, base64url")] = None,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
    ) -> Response:
        """The packages, in order of id; with ``aasId`` those that hold this shell."""
        after = ids.decode(cursor) if cursor else None
        shell = ids.decode(aasId) if aasId else None
        page = await asyncio.to_thread(self._packages.page, self._paging.limit(limit), after, shell)
        described = [_described(package) for package in page.packages]
        return answers.page_of(described, ids.encode(page.cursor) if page.cursor else None)

    async def post_aasx_package(
        self,
        request: Request,
        file: _Upload,
        fileName: _FileName = None,
        aasIds: _AasIds = None,
    ) -> Response:
        """Keep a new package. Its id follows from its bytes, so that the same one again is a conflict (409)."""

        def keep() -> Package:
            name = _name(fileName, file)
            with on_disk(file, name) as path:
                shells = _shells(aasIds, path, self._limits)
                return self._packages.add_by_content(shells, name, path)

        package = await asyncio.to_thread(keep)
        location = f"{request.url.path.rstrip('/')}/{ids.encode(package.id)}"
        return _created(package, location)

    async def get_aasx_by_package_id(self, request: Request, packageId: _PackageId) -> Response:
        """A package's bytes; its file name stands in ``X-FileName`` (percent-encoded where it is not ASCII)."""
        package = await asyncio.to_thread(self._packages.get, ids.decode(packageId))
        path = await asyncio.to_thread(self._packages.path, package)
        etag = f'"{package.sha256}"'
        headers = {"X-FileName": quote(package.file_name, safe=" ()+,=@-._~"), "ETag": etag}
        if answers.is_current(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return answers.file(request, path, MEDIA_TYPE, package.file_name, headers)

    async def put_aasx_by_package_id(
        self,
        request: Request,
        packageId: _PackageId,
        conditions: ConditionsParameter,
        file: _Upload,
        fileName: _FileName = None,
        aasIds: _AasIds = None,
    ) -> Response:
        """Keep a package under a given id, in place of an earlier one that may go."""
        id = ids.decode(packageId)

        def keep() -> bool:
            name = _name(fileName, file)
            with on_disk(file, name) as path:
                shells = _shells(aasIds, path, self._limits)
                return self._packages.replace(id, shells, name, path, _allowed(id, conditions))

        if await asyncio.to_thread(keep):
            return _created(await asyncio.to_thread(self._packages.get, id), request.url.path)
        return Response(status_code=204)

    async def delete_aasx_by_package_id(self, packageId: _PackageId, conditions: ConditionsParameter) -> Response:
        """Remove a package; 409 with the date while it is promised to stay."""
        id = ids.decode(packageId)
        await asyncio.to_thread(self._packages.delete, id, _allowed(id, conditions))
        return Response(status_code=204)


def _allowed(id: str, conditions: Conditions) -> Allowed:
    return lambda before: conditions.check_etag(id, before.sha256 if before is not None else None)


def _described(package: Package) -> dict[str, Any]:
    return {"packageId": package.id, "aasIds": list(package.aas_ids)}


def _created(package: Package, location: str) -> Response:
    body = msgspec.json.encode(_described(package))
    return Response(body, 201, {"Location": location}, answers.JSON)


def _name(given: str | None, file: UploadFile) -> str:
    return file_name(given or file.filename, "package.aasx")


def _shells(given: list[str] | None, path: Path, limits: Limits) -> list[str]:
    """The shells a package holds. Reads it in any case: what is no package is not kept."""
    with opened(path, limits) as source:
        if source.archive is None:
            raise BadInput("package-no-aasx", file=path.name)
        found = [document["id"] for kind, document in source.documents if kind == "shell"]
    return [_id(one, found) for one in _named(given or [])] or found


def _named(given: list[str]) -> list[str]:
    """``aasIds`` as clients send them: a field each, all in one field with commas, or as a JSON list."""
    if len(given) != 1:
        return [one for one in given if one]
    (text,) = given
    if text.startswith("["):
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(text, type=list[str])
    return [one.strip() for one in text.split(",") if one.strip()]


def _id(given: str, found: list[str]) -> str:
    """An id as it was given, or, as some clients encode it, the shell of the package that it is in base64url."""
    with suppress(BadInput):
        if given not in found and ids.decode(given) in found:
            return ids.decode(given)
    return given
