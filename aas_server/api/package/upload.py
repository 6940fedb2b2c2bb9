"""``POST /upload``: a package or environment file, taken in (as the BaSyx user interface sends it)."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, File, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.answers import JSON
from aas_server.api.package.received import file_name, on_disk
from aas_server.api.services import Services, own_route
from aas_server.messages import language_of, text
from aas_server.twin.package import Policy, Report, import_file

_OnConflict = Annotated[
    Literal["keep-both", "replace", "refuse"] | None,
    Query(alias="on-conflict", description="What becomes of an id that is here with other content: keep-both"),
]
_IgnoreDuplicates = Annotated[
    bool, Query(alias="ignore-duplicates", description="Leave what is here with other content as it is")
]
_Strict = Annotated[bool, Query(description="Refuse a file that would need a repair")]


class Upload:
    """Not an operation of IDTA-01002."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Upload"])
        own_route(router, "POST", "/upload", "UploadEnvironment", self.upload_environment)
        return router

    async def upload_environment(
        self,
        request: Request,
        file: Annotated[UploadFile, File(description="AASX, JSON or XML of metamodel 2.0, 3.0 or 3.1")],
        on_conflict: _OnConflict = None,
        ignore_duplicates: _IgnoreDuplicates = False,
        strict: _Strict = False,
    ) -> Response:
        """Take a file in, whole or not at all. Answers what became of each document."""
        policy: Policy = on_conflict or ("keep-ours" if ignore_duplicates else "keep-both")
        with ExitStack() as stack:
            received = on_disk(file, file_name(file.filename, "upload"))
            path = await asyncio.to_thread(stack.enter_context, received)
            report = await import_file(
                self._services.repository,
                self._services.files,
                path,
                self._services.settings,
                on_conflict=policy,
                strict=strict,
            )
        return Response(_told(report, request.headers.get("accept-language")), media_type=JSON)


def _told(report: Report, accept_language: str | None) -> bytes:
    """The report with the sentences of its repairs."""
    language = language_of(accept_language)
    plain = report.as_json()
    for name, found in (("repairs", report.repairs), ("findings", report.findings)):
        plain[name] = [one.as_json() | {"text": text(one.key, language, **one.values)} for one in found]
    return msgspec.json.encode(plain)
