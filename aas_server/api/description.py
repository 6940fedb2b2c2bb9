"""Self-description (IDTA-01002): the profiles that are served whole, and no other."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from aas_server.api.answers import JSON
from aas_server.api.services import route

_PROFILES = (
    "AssetAdministrationShellRepositoryServiceSpecification/SSP-002",
    "SubmodelRepositoryServiceSpecification/SSP-002",
    "SubmodelRepositoryServiceSpecification/SSP-004",
    "AasxFileServerServiceSpecification/SSP-001",
)
"""Read profiles of both repositories, the whole AASX file server."""


class SelfDescription:
    """Two clients of the field know only the 3.0 names, so both are listed where 3.0 has the profile."""

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Description"])
        route(router, "GET", "/description", self.get_self_description)
        return router

    async def get_self_description(self) -> Response:
        """The profiles this server fulfils."""
        profiles = [f"https://admin-shell.io/aas/API/3/{minor}/{one}" for minor in (1, 0) for one in _PROFILES]
        return Response(msgspec.json.encode({"profiles": profiles}), media_type=JSON)
