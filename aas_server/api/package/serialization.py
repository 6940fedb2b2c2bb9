"""Serialization (IDTA-01002): shells and submodels as one environment: JSON, XML or AASX."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from aas_server import ids
from aas_server.api.answers import JSON
from aas_server.api.services import Services, route
from aas_server.errors import BadInput
from aas_server.twin.package import Content, export_content, export_environment, gather, gather_all
from aas_server.twin.package.environment.writing import Form, Metamodel
from aas_server.twin.packages import MEDIA_TYPE

_XML = "application/xml"
_Ids = Annotated[list[str] | None, Query(description="Each base64url; repeated")]
_MetamodelParameter = Annotated[
    Metamodel | None, Query(description="3.0 or 3.1; else 3.0 for packages, the API's own version for the rest")
]
_FormParameter = Annotated[Form | None, Query(description="What a package holds: xml (usual) or json")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for. ``package``: an AASX with ``form`` inside, else the environment alone."""

    media_type: str
    package: bool
    form: Form


_FORMS = {
    MEDIA_TYPE: _Wanted(MEDIA_TYPE, True, "xml"),
    f"{MEDIA_TYPE}+xml": _Wanted(f"{MEDIA_TYPE}+xml", True, "xml"),
    f"{MEDIA_TYPE}+json": _Wanted(f"{MEDIA_TYPE}+json", True, "json"),
    **{
        name: _Wanted(_XML, False, "xml")
        for name in (_XML, "text/xml", "application/asset-administration-shell+xml")
    },
    **{
        name: _Wanted(JSON, False, "json")
        for name in (JSON, "*/*", "application/*", "text/html", "application/asset-administration-shell+json")
    },
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {one.media_type: {} for one in _FORMS.values()}},
}


class SerializationService:
    """Writes the metamodel the API speaks; packages are of 3.0, which tools of the field read, unless another one
    is asked for. What is written lies on disk until it is sent, so its size costs no memory."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Serialization"])
        route(router, "GET", "/serialization", self.generate_serialization_by_ids, _RESPONSES)
        return router

    async def generate_serialization_by_ids(
        self,
        request: Request,
        aasIds: _Ids = None,
        submodelIds: _Ids = None,
        includeConceptDescriptions: bool = True,
        metamodel: _MetamodelParameter = None,
        form: _FormParameter = None,
    ) -> Response:
        """What is named; everything where nothing is."""
        wanted = _wanted(request.headers.get("accept"))
        shells, submodels = _decoded(aasIds), _decoded(submodelIds)
        here = (self._services.repository, self._services.overlay)
        if shells or submodels:
            content = await gather(*here, shells, submodels, includeConceptDescriptions)
        else:
            content = await gather_all(*here, includeConceptDescriptions)
        return await self._written(content, wanted, metamodel, form)

    async def _written(
        self, content: Content, wanted: _Wanted, metamodel: Metamodel | None, form: Form | None
    ) -> Response:
        here = (self._services.repository, self._services.overlay)
        with tempfile.NamedTemporaryFile(prefix="serialization-", delete=False) as place:
            target = Path(place.name)
        headers = {}
        try:
            if wanted.package:
                headers = {"Content-Disposition": 'attachment; filename="environment.aasx"'}
                await export_content(*here, content, target, metamodel or "3.0", form or wanted.form)
            else:
                edition = metamodel or self._services.version
                await export_environment(*here, content, target, edition, wanted.form)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        # Several media types share a file: what is kept of one answer must not serve another one.
        return FileResponse(
            target,
            media_type=wanted.media_type,
            headers={"Vary": "Accept", "Cache-Control": "no-store"} | headers,
            background=BackgroundTask(target.unlink, missing_ok=True),
        )


def _decoded(encoded: list[str] | None) -> list[str]:
    """Ids of a repeated parameter, or of one with commas (which base64url does not know)."""
    return [ids.decode(part) for one in encoded or () for part in one.split(",") if part]


def _wanted(accept: str | None) -> _Wanted:
    """What ``Accept`` names with the highest weight and we write, the first of equals; JSON where anything will
    do. Raises ``BadInput``."""
    heard = sorted(map(_weighed, (accept or "*/*").lower().split(",")), key=lambda pair: -pair[1])
    for kind, weight in heard:
        if weight > 0 and kind in _FORMS:
            return _FORMS[kind]
    raise BadInput("form-unknown", accept=accept)


def _weighed(part: str) -> tuple[str, float]:
    kind, *parameters = (one.strip() for one in part.split(";"))
    weights = [one[2:] for one in parameters if one.startswith("q=")]
    try:
        return kind, float(weights[0]) if weights else 1.0
    except ValueError:
        return kind, 1.0
