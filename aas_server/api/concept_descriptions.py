"""Concept Description Repository (IDTA-01002)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import (
    CdIdentifier,
    CursorParameter,
    IdShortParameter,
    LimitParameter,
    reference_value,
)
from aas_server.api.services import Services, route
from aas_server.api.writing import CREATED, DONE, PUT_ANSWERS, Writing
from aas_server.store.contract.condition import AllOf, Compare, Field, Given

_IsCaseOf = Annotated[
    str | None, Query(alias="isCaseOf", description="A reference (JSON) or its value, base64url")
]
_DataSpecificationRef = Annotated[
    str | None, Query(description="A reference (JSON) to a data specification or its value, base64url")
]


class ConceptDescriptionRepository:
    """Operations on concept descriptions. A viewer asks once for each semantic id it sees: 404 is normal here."""

    def __init__(self, services: Services) -> None:
        self._repository = services.repository
        self._paging = services.paging
        self._writing = Writing(services, "concept-description", "/concept-descriptions")

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Concept Description Repository"])
        all, one = "/concept-descriptions", "/concept-descriptions/{cdIdentifier}"
        concept = json_schema("ConceptDescription")
        route(router, "GET", all, self.get_all_concept_descriptions)
        route(router, "POST", all, self.post_concept_description, CREATED, concept)
        route(router, "GET", one, self.get_concept_description_by_id)
        route(router, "PUT", one, self.put_concept_description_by_id, PUT_ANSWERS, concept)
        route(router, "DELETE", one, self.delete_concept_description_by_id, DONE)
        return router

    async def get_all_concept_descriptions(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        idShort: IdShortParameter = None,
        isCaseOf: _IsCaseOf = None,
        dataSpecificationRef: _DataSpecificationRef = None,
    ) -> Response:
        """Concept descriptions in order of creation; all filters hold."""
        wanted = {
            "idShort": idShort or None,
            "isCaseOf[].keys[].value": reference_value(isCaseOf),
            "embeddedDataSpecifications[].dataSpecification.keys[].value": reference_value(dataSpecificationRef),
        }
        filters = AllOf(
            tuple(
                Compare(Field("cd", name), "eq", Given(value))
                for name, value in wanted.items()
                if value is not None
            )
        )
        size, after = self._paging.limit(limit), cursor or None
        if filters.parts:
            page = await self._repository.store.documents.query("concept-description", filters, size, after)
        else:
            page = await self._repository.page("concept-description", size, after)
        return answers.page((one.body for one in page.documents), page.cursor)

    async def get_concept_description_by_id(self, request: Request, cdIdentifier: CdIdentifier) -> Response:
        """One concept description, as it is stored."""
        found = await self._repository.get("concept-description", ids.decode(cdIdentifier))
        return answers.document(request, found.body, found.etag)

    async def post_concept_description(
        self, request: Request, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Create a concept description; 409 where there is one with its id."""
        return await self._writing.create(request, body, conditions)

    async def put_concept_description_by_id(
        self, request: Request, cdIdentifier: CdIdentifier, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Replace a concept description, or create it where there is none."""
        return await self._writing.replace(request, ids.decode(cdIdentifier), body, conditions)

    async def delete_concept_description_by_id(
        self, cdIdentifier: CdIdentifier, conditions: ConditionsParameter
    ) -> Response:
        """Remove a concept description."""
        return await self._writing.delete(ids.decode(cdIdentifier), conditions)
