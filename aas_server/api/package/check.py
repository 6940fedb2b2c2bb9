"""``POST /check``: a package or environment file, judged and not kept."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, File, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.answers import JSON
from aas_server.api.package.received import file_name, on_disk
from aas_server.api.services import Services, own_route
from aas_server.messages import Language, language_of, text
from aas_server.twin.package import Finding, Findings, check


class Check:
    """Not an operation of IDTA-01002."""

    def __init__(self, services: Services) -> None:
        self._settings = services.settings

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Check"])
        own_route(router, "POST", "/check", "CheckEnvironment", self.check_environment)
        return router

    async def check_environment(
        self,
        request: Request,
        file: Annotated[UploadFile, File(description="AASX, JSON or XML of metamodel 2.0, 3.0 or 3.1")],
    ) -> Response:
        """What is wrong with a file, in the words of both checkers: 200 whatever is found."""

        def judged() -> Findings:
            with on_disk(file, file_name(file.filename, "upload")) as path:
                return check(path, self._settings)

        found = await asyncio.to_thread(judged)
        language = language_of(request.headers.get("accept-language"))
        body = {
            "file": found.file,
            "shells": found.shells,
            "submodels": found.submodels,
            "conceptDescriptions": found.concept_descriptions,
            "findings": [_told(one, language) for one in found],
        }
        return Response(msgspec.json.encode(body), media_type=JSON)


def _told(finding: Finding, language: Language) -> dict[str, object]:
    sentence = text(finding.key, language, **finding.values) if finding.key else finding.text
    return finding.as_json() | {"text": sentence}
