"""Asset Administration Shell Registry (IDTA-01002), but for the submodel descriptors below a shell's."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import AasIdentifier, CursorParameter, LimitParameter
from aas_server.api.registry.descriptors import Descriptors
from aas_server.api.services import Services, route
from aas_server.api.writing import CREATED, DONE, PUT_ANSWERS

_AssetKind = Annotated[
    Literal["Instance", "NotApplicable", "Role", "Type"] | None,
    Query(alias="assetKind", description="Only shells of assets of this kind"),
]
_AssetType = Annotated[
    str | None, Query(alias="assetType", description="Only shells of assets of this type, base64url")
]


class ShellRegistry:
    """Descriptors of shells: of each that is stored here, and those that others registered."""

    def __init__(self, services: Services) -> None:
        self._descriptors = Descriptors(services, "shell")

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Asset Administration Shell Registry"])
        every, one = "/shell-descriptors", "/shell-descriptors/{aasIdentifier}"
        body = json_schema("AssetAdministrationShellDescriptor")
        route(router, "GET", every, self.get_all_asset_administration_shell_descriptors)
        route(router, "POST", every, self.post_asset_administration_shell_descriptor, CREATED, body)
        route(router, "GET", one, self.get_asset_administration_shell_descriptor_by_id)
        route(router, "PUT", one, self.put_asset_administration_shell_descriptor_by_id, PUT_ANSWERS, body)
        route(router, "DELETE", one, self.delete_asset_administration_shell_descriptor_by_id, DONE)
        return router

    async def get_all_asset_administration_shell_descriptors(
        self,
        request: Request,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        assetKind: _AssetKind = None,
        assetType: _AssetType = None,
    ) -> Response:
        """Descriptors in order of creation; those of shells stored here name the submodels stored here."""
        # The type first: it is rarer than the kind, and the first one leads the search.
        facts = [("assetType", ids.decode(assetType))] if assetType else []
        facts += [("assetKind", assetKind)] if assetKind else []
        return await self._descriptors.page(request, limit, cursor, facts)

    async def post_asset_administration_shell_descriptor(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Register a shell that is stored elsewhere; 409 where there is a descriptor of it."""
        return await self._descriptors.create(request, body, conditions)

    async def get_asset_administration_shell_descriptor_by_id(
        self, request: Request, aasIdentifier: AasIdentifier
    ) -> Response:
        """One descriptor."""
        return await self._descriptors.one(request, ids.decode(aasIdentifier))

    async def put_asset_administration_shell_descriptor_by_id(
        self, request: Request, aasIdentifier: AasIdentifier, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Register a descriptor, in place of the one that is shown."""
        return await self._descriptors.replace(request, ids.decode(aasIdentifier), body, conditions)

    async def delete_asset_administration_shell_descriptor_by_id(
        self, request: Request, aasIdentifier: AasIdentifier, conditions: ConditionsParameter
    ) -> Response:
        """Remove a registered descriptor; that of a shell stored here goes with the shell (409)."""
        return await self._descriptors.delete(request, ids.decode(aasIdentifier), conditions)
