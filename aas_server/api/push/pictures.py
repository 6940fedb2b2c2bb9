"""Pictures of a stream, as they were brought."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import FileResponse, Response

from aas_server.api.services import own_route
from aas_server.errors import NotFound
from aas_server.store.contract import Store
from aas_server.store.parquet import reader

_FOR_EVER = "private, max-age=31536000, immutable"
_SHOWN = frozenset(("image/jpeg", "image/png", "image/bmp"))


def pictures_router(store: Store) -> APIRouter:
    """``/streams/{name}/images/{sha256}``."""
    router = APIRouter(prefix="/streams", tags=["streams"])

    def picture(name: str, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
        """A picture that a record of this stream names in its field ``image``."""
        media_type = _media_type(store, name, sha256)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": _FOR_EVER, "ETag": f'"{sha256}"'}
        headers["Content-Security-Policy"] = "default-src 'none'"
        return FileResponse(store.files.path(sha256), media_type=media_type, headers=headers)

    own_route(router, "GET", "/{name}/images/{sha256}", "GetStreamImage", picture)
    return router


def _media_type(store: Store, stream: str, sha256: str) -> str:
    """What the stream's record says of the picture. Raises ``NotFound`` where no record names it."""
    lake = store.lake
    if {"image", "media_type"} <= set(lake.schema(stream).names):
        with reader({"records": lake.paths(lake.pin(stream))}) as database:
            found = database.execute("SELECT media_type FROM records WHERE image = ? LIMIT 1", [sha256]).fetchone()
        if found is not None and found[0] in _SHOWN:
            return str(found[0])
    raise NotFound("picture-not-here", stream=stream, digest=sha256)
