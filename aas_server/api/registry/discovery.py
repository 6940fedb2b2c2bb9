"""Asset Administration Shell Basic Discovery (IDTA-01002)."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from aas_server import ids
from aas_server.api import answers
from aas_server.api.bodies import JsonBody, json_schema
from aas_server.api.conditions import ConditionsParameter
from aas_server.api.parameters import (
    AasIdentifier,
    AssetIdsParameter,
    CursorParameter,
    LimitParameter,
    asset_ids,
)
from aas_server.api.services import Services, route
from aas_server.api.writing import CREATED, DONE
from aas_server.errors import BadInput
from aas_server.store.contract import etag_of
from aas_server.twin.metamodel import decode
from aas_server.twin.registry.discovery import Discovery

_AssetId = Annotated[
    str | None, Query(alias="assetId", deprecated=True, description="A global asset id alone, base64url")
]


class BasicDiscovery:
    """Which shells belong to an asset. An id that is no asset's is found nowhere: an empty list, no error."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._discovery = Discovery(services.repository)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["Basic Discovery"])
        one = "/lookup/shells/{aasIdentifier}"
        ids_body = json_schema("SpecificAssetId", type="array")
        search = "/lookup/shellsByAssetLink"
        route(router, "GET", "/lookup/shells", self.get_all_shell_ids_by_asset_link)
        route(router, "GET", one, self.get_all_asset_links_by_id)
        route(router, "POST", one, self.post_all_asset_links_by_id, CREATED, ids_body)
        route(router, "DELETE", one, self.delete_all_asset_links_by_id, DONE)
        route(
            router,
            "POST",
            search,
            self.search_all_shell_ids_by_asset_link,
            body=json_schema("AssetLink", type="array"),
        )
        return router

    async def get_all_shell_ids_by_asset_link(
        self,
        assetIds: AssetIdsParameter = None,
        assetId: _AssetId = None,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
    ) -> Response:
        """Ids of the shells that have all of these asset ids; of every shell with asset ids where none is given.
        ``assetId`` is an older form that one client still sends."""
        wanted = asset_ids(assetIds)
        wanted += [("globalAssetId", ids.decode(assetId))] if assetId else []
        return await self._page(wanted, limit, cursor)

    async def search_all_shell_ids_by_asset_link(
        self, body: JsonBody, limit: LimitParameter = None, cursor: CursorParameter = None
    ) -> Response:
        """Like ``/lookup/shells``, with the asset ids in the body: a list, or one alone."""
        return await self._page(_asset_links(await self._decoded(body)), limit, cursor)

    async def get_all_asset_links_by_id(self, request: Request, aasIdentifier: AasIdentifier) -> Response:
        """The asset ids a shell is found by: its own, then those that were put beside them."""
        links = await self._discovery.links(ids.decode(aasIdentifier))
        return answers.document(request, links, etag_of(links))

    async def post_all_asset_links_by_id(
        self, aasIdentifier: AasIdentifier, body: JsonBody, conditions: ConditionsParameter
    ) -> Response:
        """Put asset ids beside a shell's own, in place of those put before. Takes one alone as well as a list:
        one client sends it so. The shell may be stored elsewhere."""
        id = ids.decode(aasIdentifier)
        given = await self._decoded(body)
        links = await self._discovery.put(id, given, partial(conditions.check_etag, id))
        return Response(links, 201, media_type=answers.JSON)

    async def delete_all_asset_links_by_id(
        self, aasIdentifier: AasIdentifier, conditions: ConditionsParameter
    ) -> Response:
        """Take away the asset ids that were put beside a shell's own."""
        id = ids.decode(aasIdentifier)
        await self._discovery.remove(id, partial(conditions.check_etag, id))
        return Response(status_code=204)

    async def _page(self, wanted: list[tuple[str, str]], limit: int | None, cursor: str | None) -> Response:
        page = await self._discovery.shells(wanted, self._services.paging.limit(limit), cursor or None)
        return answers.page_of(page.ids, page.cursor)

    async def _decoded(self, body: bytes) -> Any:
        return await asyncio.to_thread(decode, body, self._services.settings.max_json_depth)


def _asset_links(given: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, one in enumerate(given if isinstance(given, list) else [given]):
        name, value = (one.get("name"), one.get("value")) if isinstance(one, dict) else (None, None)
        if not (isinstance(name, str) and name and isinstance(value, str) and value):
            raise BadInput("asset-link-wrong", place=f"[{number}]")
        found.append((name, value))
    return found
