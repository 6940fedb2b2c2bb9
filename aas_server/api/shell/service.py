"""Asset Administration Shell Service (IDTA-01002): one shell and its parts, in every place where it is served.

Below ``/shells/{…}`` and at ``/aas`` it is the same code; a ``ShellPlace`` says which shell a request is about.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_object, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.services import Services, routes
from aas_server.api.shell.place import ShellAccess, ShellPlace
from aas_server.api.shell.references import SubmodelReferences
from aas_server.api.shell.thumbnail import Thumbnail
from aas_server.api.writing import DONE, PUT_ANSWERS, Writing, done
from aas_server.twin import views
from aas_server.twin.plain import Json


class ShellService:
    """Operations on one shell."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def router(self, prefix: str, tag: str, place: ShellPlace) -> APIRouter:
        """Routes below ``prefix``, which leads to the shell that ``place`` finds."""
        router = APIRouter(prefix=prefix, tags=[tag], dependencies=[Depends(place.parameters)])
        access = ShellAccess(self._services, place)
        for part in (Shell(access), Thumbnail(access), SubmodelReferences(access)):
            part.add_to(router)
        return router


class Shell:
    """The shell itself and its asset information."""

    def __init__(self, access: ShellAccess) -> None:
        self._access = access
        self._max_depth = access.services.settings.max_json_depth
        self._writing = Writing(access.services, "shell", "/shells")

    def add_to(self, router: APIRouter) -> None:
        """Add the operations that IDTA-01002 knows at the router's prefix."""
        asset = "/asset-information"
        routes(
            router,
            ("GET", "", self.get_asset_administration_shell),
            ("GET", "/$reference", self.get_asset_administration_shell_reference),
            ("GET", asset, self.get_asset_information),
        )
        shell = json_schema("AssetAdministrationShell")
        routes(router, ("PUT", "", self.put_asset_administration_shell), responses=PUT_ANSWERS, body=shell)
        routes(router, ("DELETE", "", self.delete_asset_administration_shell), responses=DONE)
        information = json_schema("AssetInformation")
        routes(router, ("PUT", asset, self.put_asset_information), responses=DONE, body=information)

    async def get_asset_administration_shell(self, request: Request) -> Response:
        """One shell, as it is stored."""
        shell = await self._access.stored(request)
        return answers.document(request, shell.body, shell.etag)

    async def get_asset_administration_shell_reference(self, request: Request) -> Response:
        """A reference to a shell."""
        shell = await self._access.stored(request)
        return answers.encoded(request, views.shell_reference(shell.id), shell.etag)

    async def get_asset_information(self, request: Request) -> Response:
        """A shell's asset information."""
        shell = await self._access.stored(request)
        return answers.encoded(request, answers.decoded(shell.body)["assetInformation"], shell.etag)

    async def put_asset_administration_shell(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Replace a shell, or create it where there is none."""
        return await self._writing.replace(request, await self._access.id(request), body, conditions)

    async def delete_asset_administration_shell(
        self, request: Request, conditions: ConditionsParameter
    ) -> Response:
        """Remove a shell with its thumbnail; its submodels stay."""
        return await self._writing.delete(await self._access.id(request), conditions)

    async def put_asset_information(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Replace a shell's asset information."""
        information = json_object(body, "AssetInformation", self._max_depth)

        def edit(shell: Json) -> None:
            shell["assetInformation"] = information

        return done((await self._access.change(request, conditions, edit)).etag)
