"""Basic discovery: which shells belong to an asset.

A shell is found by the asset ids in its own asset information and by links that were put beside them (documents of
kind ``asset-links``, by the shell's id; the shell need not be stored here).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from aas_server.errors import NotFound
from aas_server.store.contract import IdPage, Kind, etag_of
from aas_server.twin.index import keys
from aas_server.twin.plain import Json
from aas_server.twin.registry.descriptors import specific_asset_ids
from aas_server.twin.repository import Repository

_KIND: Kind = "asset-links"
Check = Callable[[str | None], None]
"""Is given the ETag of the links as they are shown now (``None``: none) and raises where they may not change."""


class Discovery:
    """Asset links. Their shape is that of ``SpecificAssetId``; the global asset id has the name
    ``globalAssetId`` (AASd-116)."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._documents = repository.store.documents

    async def shells(self, asset_ids: Sequence[tuple[str, str]], limit: int, cursor: str | None) -> IdPage:
        """Ids of the shells that have all of these asset ids. Raises ``BadInput``."""
        return await self._documents.shells_by_assets(asset_ids, limit, cursor)

    async def links(self, id: str) -> bytes:
        """All links of a shell, its own first, as a JSON list. Raises ``NotFound``."""
        shown = await self._shown(id)
        if shown is None:
            raise NotFound("asset-links-missing", id=id)
        return shown

    async def put(self, id: str, given: Any, check: Check) -> bytes:
        """Put links beside a shell's own, in place of those put before; returns them. ``given`` is one link or a
        list. Raises ``BadInput`` with the path."""
        links = specific_asset_ids(id, given if isinstance(given, list) else [given])
        body = msgspec.json.encode(links)
        async with self._repository.write() as transaction:
            check(_etag(await self._shown(id)))
            if links:
                await transaction.put(_KIND, id, body, keys(_KIND, links))
            elif await transaction.get(_KIND, id) is not None:
                await transaction.delete(_KIND, id)
        return body

    async def remove(self, id: str, check: Check) -> None:
        """Take the links away that were put. Raises ``NotFound``; a shell's own ids stay with it."""
        async with self._repository.write() as transaction:
            if await transaction.get(_KIND, id) is None:
                raise NotFound("asset-links-not-put", id=id)
            check(_etag(await self._shown(id)))
            await transaction.delete(_KIND, id)

    async def _shown(self, id: str) -> bytes | None:
        shell = (await self._documents.several("shell", [id])).get(id)
        put = (await self._documents.several(_KIND, [id])).get(id)
        if shell is None and put is None:
            return None
        own = _own(msgspec.json.decode(shell.body)["assetInformation"]) if shell else []
        beside = msgspec.json.decode(put.body, type=list[Json]) if put else []
        return msgspec.json.encode([*own, *(link for link in beside if link not in own)])


def _etag(links: bytes | None) -> str | None:
    return None if links is None else etag_of(links)


def _own(information: Json) -> list[Json]:
    specific: list[Json] = information.get("specificAssetIds", [])
    if "globalAssetId" not in information:
        return specific
    whole = {"name": "globalAssetId", "value": information["globalAssetId"]}
    return [whole, *(link for link in specific if link != whole)]
