"""Submodel Service (IDTA-01002): one submodel and its elements, in every place where they are served.

Below ``/submodels/{…}`` and, as superpath, below ``/shells/{…}/submodels/{…}`` it is the same code; a ``Place``
says which submodel a request is about.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends

from aas_server.api.services import Services
from aas_server.api.submodel.attachments import Attachments
from aas_server.api.submodel.element_reads import ElementReads
from aas_server.api.submodel.element_writes import ElementWrites
from aas_server.api.submodel.invocation import Invocations
from aas_server.api.submodel.place import Access, Place
from aas_server.api.submodel.reads import SubmodelReads
from aas_server.api.submodel.writes import SubmodelWrites


class SubmodelService:
    """Operations on one submodel."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def router(self, prefix: str, tag: str, place: Place) -> APIRouter:
        """Routes below ``prefix``, which leads to the submodel that ``place`` finds."""
        router = APIRouter(prefix=prefix, tags=[tag], dependencies=[Depends(place.parameters)])
        access = Access(self._services, place)
        for part in (
            SubmodelReads(access),
            SubmodelWrites(access),
            ElementReads(access),
            ElementWrites(access),
            Attachments(access),
            Invocations(access),
        ):
            part.add_to(router)
        return router
