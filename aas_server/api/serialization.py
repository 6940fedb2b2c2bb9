"""Serialization (IDTA-01002): shells and submodels as one environment: JSON, XML or AASX."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from aas_server import ids
from aas_server.api.answers import JSON
from aas_server.api.services import Services, route
from aas_server.errors import BadInput
from aas_server.twin.package import Content, export_content, gather
from aas_server.twin.package.formats import written
from aas_server.twin.packages import MEDIA_TYPE

_Form = Literal["json", "xml", "aasx"]
_Ids = Annotated[list[str] | None, Query(description="Each base64url; repeated")]
_TYPES: dict[_Form, str] = {"json": JSON, "xml": "application/xml", "aasx": MEDIA_TYPE}


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in _TYPES.values()}}
}


class SerializationService:
    """Writes metamodel 3.1, as the API speaks it; packages are XML of 3.0, which tools of the field read."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Serialization"])
        route(
            router,
            "GET",
            "/serialization",
            self.generate_serialization_by_ids,
            _RESPONSES,
        )
        return router

    async def generate_serialization_by_ids(
        self,
        request: Request,
        aasIds: _Ids = None,
        submodelIds: _Ids = None,
        includeConceptDescriptions: bool = True,
    ) -> Response:
        """What is named; everything (up to the page limit) where nothing is."""
        form = _wanted(request.headers.get("accept"))
        shells, submodels = _decoded(aasIds), _decoded(submodelIds)
        if not shells and not submodels:
            shells, submodels = await self._all()
        content = await gather(
            self._services.repository, self._services.overlay, shells, submodels, includeConceptDescriptions
        )
        if form == "aasx":
            return await self._package(content)
        body = await asyncio.to_thread(written, content.environment, form, "3.1")
        return Response(body, media_type=_TYPES[form])

    async def _all(self) -> tuple[list[str], list[str]]:
        most = self._services.settings.page_limit
        shells = await self._services.repository.page("shell", most)
        submodels = await self._services.repository.page("submodel", most)
        if shells.cursor or submodels.cursor:
            raise BadInput("serialization-too-many", limit=most)
        return [one.id for one in shells.documents], [one.id for one in submodels.documents]

    async def _package(self, content: Content) -> Response:
        with tempfile.NamedTemporaryFile(suffix=".aasx", delete=False) as place:
            target = Path(place.name)
        try:
            await asyncio.to_thread(export_content, content, self._services.files, target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        name = {"Content-Disposition": 'attachment; filename="environment.aasx"'}
        return FileResponse(
            target, media_type=MEDIA_TYPE, headers=name, background=BackgroundTask(target.unlink, missing_ok=True)
        )


def _decoded(encoded: list[str] | None) -> list[str]:
    return [ids.decode(one) for one in encoded or () if one]


def _wanted(accept: str | None) -> _Form:
    """The first form that ``Accept`` names and we write; JSON where anything will do."""
    for part in (accept or "*/*").lower().split(","):
        kind = part.partition(";")[0].strip()
        if kind in (MEDIA_TYPE, f"{MEDIA_TYPE}+xml", f"{MEDIA_TYPE}+json"):
            return "aasx"
        if kind in ("application/xml", "text/xml", "application/asset-administration-shell+xml"):
            return "xml"
        if kind in (JSON, "*/*", "application/*", "text/html", "application/asset-administration-shell+json"):
            return "json"
    raise BadInput("form-unknown", accept=accept)
