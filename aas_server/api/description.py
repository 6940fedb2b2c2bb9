"""Self-description (IDTA-01002): the profiles that are served whole, and no other."""

from __future__ import annotations

from collections.abc import Set

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from aas_server.api.answers import JSON
from aas_server.api.operations import SERVICES, operations, profiles
from aas_server.api.services import Version, route

_BASE = "https://admin-shell.io/aas/API"


class SelfDescription:
    """Clients know either the names of 3.1 or those of 3.0, so both versions list what both serve."""

    def __init__(self, served: Set[tuple[str, str]]) -> None:
        """``served``: method and path of every operation; it may still grow until the first request."""
        self._served = served

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Description"])
        route(router, "GET", "/description", self.get_self_description)
        return router

    async def get_self_description(self) -> Response:
        """The profiles this server fulfils."""
        named = [*fulfilled(self._served, "3.1"), *fulfilled(self._served, "3.0")]
        return Response(msgspec.json.encode({"profiles": named}), media_type=JSON)


def fulfilled(served: Set[tuple[str, str]], version: Version) -> list[str]:
    """The identifiers of those profiles of a version of which every operation that this version has is served."""
    missing = {
        profile
        for key, operation in operations().items()
        if operation.since <= version and key not in served
        for profile in operation.profiles
    }
    return [
        f"{_BASE}/{version.replace('.', '/')}/{SERVICES[service]}/SSP-{int(number):03}"
        for profile, since in profiles().items()
        if since <= version and profile not in missing
        for service, number in [profile.split(":")]
    ]
