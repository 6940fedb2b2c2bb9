"""``POST /upload``: a package or environment file, taken in (as the BaSyx user interface sends it)."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Annotated

import msgspec
from fastapi import APIRouter, File, Query, UploadFile
from starlette.responses import Response

from aas_server.api.answers import JSON
from aas_server.api.received import file_name, on_disk
from aas_server.api.services import Services, own_route
from aas_server.twin.package import import_file


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
        file: Annotated[UploadFile, File(description="AASX, JSON or XML of metamodel 3.0 or 3.1")],
        ignore_duplicates: Annotated[bool, Query(alias="ignore-duplicates")] = False,
    ) -> Response:
        """Take a file in, whole or not at all. What is there already with other content is replaced, or left as
        it is with ``ignore-duplicates``. Answers what became of each document."""
        with ExitStack() as stack:
            received = on_disk(file, file_name(file.filename, "upload"))
            path = await asyncio.to_thread(stack.enter_context, received)
            report = await import_file(
                self._services.repository,
                self._services.files,
                path,
                self._services.settings,
                keep_existing=ignore_duplicates,
            )
        return Response(msgspec.json.encode(report.as_json()), media_type=JSON)
