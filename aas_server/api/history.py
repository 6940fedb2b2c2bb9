"""What changed, and how it was before: ``$recent-changes`` and ``$history``, from the working state of IDTA-01002
V3.2. The schema of a change is not settled there; ours has its attributes as the draft's text names them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.parameters import (
    AasIdentifier,
    AssetIdsParameter,
    CdIdentifier,
    CursorParameter,
    ExtentParameter,
    LevelParameter,
    LimitParameter,
    SemanticIdParameter,
    SubmodelIdentifier,
    asset_ids,
    reference_value,
)
from aas_server.api.services import Services, route
from aas_server.api.submodel.reading import Reading
from aas_server.clock import iso
from aas_server.errors import BadInput
from aas_server.store.contract import Change, Document, Kind
from aas_server.twin.plain import Json

_Moment = Annotated[str, Query(alias="date", description="A moment with its zone (ISO 8601)")]
_CreatedFrom = Annotated[str | None, Query(alias="createdFrom", description="Only what was created then or later")]
_UpdatedFrom = Annotated[str | None, Query(alias="updatedFrom", description="Only what changed then or later")]
_SHOWN = ("idShort", "semanticId", "assetKind", "assetType", "globalAssetId", "specificAssetIds")
"""What a change tells of its document beside the id, so that a reader can tell whether it is of interest."""
_SPACED_ZONE = re.compile(r" (?=\d\d:?\d\d$)")
"""A ``+`` that nobody encoded."""


class History:
    """Operations on changes and versions. A live reading is no change, and no version shows one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._documents = services.repository.store.documents
        self._reading = Reading(services)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["History (draft of V3.2)"])
        get: list[tuple[str, Any]] = [
            ("/shells/$recent-changes", self.get_all_asset_administration_shells_recent_changes),
            ("/submodels/$recent-changes", self.get_all_submodels_recent_changes),
            ("/concept-descriptions/$recent-changes", self.get_all_concept_descriptions_recent_changes),
            ("/shells/{aasIdentifier}/$history", self.get_asset_administration_shell_by_id_and_date),
            ("/submodels/{submodelIdentifier}/$history", self.get_submodel_by_id_and_date),
            ("/concept-descriptions/{cdIdentifier}/$history", self.get_concept_description_by_id_and_date),
        ]
        for path, operation in get:
            route(router, "GET", path, operation)
        return router

    async def get_all_asset_administration_shells_recent_changes(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        createdFrom: _CreatedFrom = None,
        updatedFrom: _UpdatedFrom = None,
        assetIds: AssetIdsParameter = None,
    ) -> Response:
        """The last change of each shell, oldest first. Draft: from the working state of V3.2."""
        return await self._recent("shell", limit, cursor, createdFrom, updatedFrom, asset_ids=asset_ids(assetIds))

    async def get_all_submodels_recent_changes(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        createdFrom: _CreatedFrom = None,
        updatedFrom: _UpdatedFrom = None,
        semanticId: SemanticIdParameter = None,
    ) -> Response:
        """The last change of each submodel, oldest first. Draft: from the working state of V3.2."""
        meaning = reference_value(semanticId)
        return await self._recent("submodel", limit, cursor, createdFrom, updatedFrom, semantic_id=meaning)

    async def get_all_concept_descriptions_recent_changes(
        self,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        createdFrom: _CreatedFrom = None,
        updatedFrom: _UpdatedFrom = None,
    ) -> Response:
        """The last change of each concept description, oldest first. Draft: from the working state of V3.2."""
        return await self._recent("concept-description", limit, cursor, createdFrom, updatedFrom)

    async def get_asset_administration_shell_by_id_and_date(
        self, request: Request, aasIdentifier: AasIdentifier, date: _Moment
    ) -> Response:
        """A shell as it stood at a moment. Draft: from the working state of V3.2."""
        found = await self._at("shell", aasIdentifier, date)
        return answers.document(request, found.body, found.etag)

    async def get_submodel_by_id_and_date(
        self,
        request: Request,
        submodelIdentifier: SubmodelIdentifier,
        date: _Moment,
        level: LevelParameter = "deep",
        extent: ExtentParameter = "withoutBlobValue",
    ) -> Response:
        """A submodel as it stood at a moment. Draft: from the working state of V3.2."""
        found = await self._at("submodel", submodelIdentifier, date)
        return answers.document(request, self._reading.body(found, None, level, extent), found.etag)

    async def get_concept_description_by_id_and_date(
        self, request: Request, cdIdentifier: CdIdentifier, date: _Moment
    ) -> Response:
        """A concept description as it stood at a moment. Draft: after the working state of V3.2, which has it for
        shells and submodels."""
        found = await self._at("concept-description", cdIdentifier, date)
        return answers.document(request, found.body, found.etag)

    async def _at(self, kind: Kind, encoded: str, date: str) -> Document:
        return await self._documents.at(kind, ids.decode(encoded), _moment("date", date))

    async def _recent(
        self,
        kind: Kind,
        limit: int | None,
        cursor: str | None,
        created_from: str | None,
        updated_from: str | None,
        **filters: Any,
    ) -> Response:
        changes, following = await self._documents.recent(
            kind,
            self._services.paging.limit(limit),
            cursor or None,
            created_from=_moment("createdFrom", created_from) if created_from else None,
            updated_from=_moment("updatedFrom", updated_from) if updated_from else None,
            **filters,
        )
        there = await self._documents.several(kind, [change.id for change in changes], whole=False)
        return answers.page_of([_shown(change, there.get(change.id)) for change in changes], following)


def _shown(change: Change, document: Document | None) -> Json:
    created = {} if change.created is None else {"createdAt": iso(change.created)}
    shown = {"id": change.id, "type": change.what.title(), **created, "updatedAt": iso(change.time)}
    if document is None:
        return shown
    plain = answers.decoded(document.body)
    known = plain | plain.get("assetInformation", {})
    return shown | {name: known[name] for name in _SHOWN if name in known}


def _moment(name: str, given: str) -> datetime:
    """A moment with its zone. Raises ``BadInput``."""
    try:
        moment = datetime.fromisoformat(_SPACED_ZONE.sub("+", given))
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("moment-wrong", name=name, given=given) from None
