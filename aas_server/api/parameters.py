"""The query parameters of IDTA-01002, typed once, and what they mean."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Path, Query

from aas_server import ids
from aas_server.errors import BadInput
from aas_server.settings import Settings
from aas_server.twin.views import Extent, Level

LimitParameter = Annotated[
    int | None,
    Query(alias="limit", ge=1, description="At most so many results; more than the server's maximum is cut"),
]
CursorParameter = Annotated[
    str | None, Query(alias="cursor", description="The cursor that the page before gave; opaque")
]
LevelParameter = Annotated[Level, Query(alias="level", description="How deep below the resource")]
OnlyCoreParameter = Annotated[
    Level,
    Query(alias="level", deprecated=True, description="Says nothing: of this form there is core alone"),
]
ExtentParameter = Annotated[Extent, Query(alias="extent", description="Whether Blobs come with their value")]
IdShortParameter = Annotated[str | None, Query(alias="idShort")]
SemanticIdParameter = Annotated[
    str | None, Query(alias="semanticId", description="A reference (JSON) or its value, base64url")
]
AssetIdsParameter = Annotated[
    list[str] | None,
    Query(alias="assetIds", description='{"name":…,"value":…}, base64url; repeated: all must hold'),
]

AasIdentifier = Annotated[str, Path(alias="aasIdentifier", description="The shell's id, base64url")]
SubmodelIdentifier = Annotated[str, Path(alias="submodelIdentifier", description="The submodel's id, base64url")]
CdIdentifier = Annotated[str, Path(alias="cdIdentifier", description="The concept description's id, base64url")]
HandleIdentifier = Annotated[str, Path(alias="handleId", description="The handle's id, base64url")]
IdShortPath = Annotated[str, Path(alias="idShortPath", description="Such as Motor.Axes[0].Speed")]


class Paging:
    """How large a page is."""

    def __init__(self, settings: Settings) -> None:
        self._usual = settings.page_size
        self._most = settings.page_limit

    def limit(self, wanted: int | None) -> int:
        """The page's size: the usual one where nothing is said, never above the maximum."""
        return min(self._usual if wanted is None else wanted, self._most)


class _Key(msgspec.Struct):
    value: str


class _Reference(msgspec.Struct):
    keys: list[_Key]


def reference_value(encoded: str | None) -> str | None:
    """The id in a ``semanticId`` or ``isCaseOf`` parameter: a reference as JSON, or the id itself, base64url."""
    if not encoded:
        return None
    text = ids.decode(encoded)
    if not text.lstrip().startswith("{"):
        return text
    try:
        return msgspec.json.decode(text, type=_Reference).keys[0].value
    except (msgspec.DecodeError, LookupError):
        raise BadInput("reference-wrong", given=text) from None


def asset_ids(encoded: list[str] | None) -> list[tuple[str, str]]:
    """The pairs in ``assetIds``: each a JSON object (or list of them), or ``name:value``, base64url."""
    return [pair for one in encoded or () if one for pair in _pairs(ids.decode(one))]


def _pairs(text: str) -> list[tuple[str, str]]:
    if not text.lstrip().startswith(("{", "[")):
        name, colon, value = text.partition(":")
        if not colon:
            raise BadInput("asset-id-wrong", given=text)
        return [(name, value)]
    try:
        given: Any = msgspec.json.decode(text)
        return [(str(one["name"]), str(one["value"])) for one in (given if isinstance(given, list) else [given])]
    except (msgspec.DecodeError, LookupError, TypeError):
        raise BadInput("asset-id-wrong", given=text) from None
