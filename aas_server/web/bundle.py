"""The files of a product's hand-in bundle, one by one."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from aas_server.errors import NotFound
from aas_server.product import record
from aas_server.product.record import ReleaseRecord
from aas_server.store.contract import Store

_MOST = 100
# What a browser may show; it may load nothing and run nothing. All else is saved.
_SHOWN = {".html": "text/html", ".pdf": "application/pdf", ".json": "application/json"}
_LOCKED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class Bundles:
    """``/pages/products/{id}/bundle/{file}``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def file(self, request: Request) -> Response:
        """A file of the folder itself; anything else is not there."""
        product = record.product(self._store.catalogue, request.path_params["id"])
        wanted = request.path_params["file"]
        release = record.current(self._store, product)
        for file in bundled(release):
            if file.name == wanted:
                return _answer(file)
        raise NotFound("web-file-missing", file=wanted)


def bundled(release: ReleaseRecord | None) -> list[Path]:
    """The plain files of the release's bundle by name, at most a hundred."""
    if release is None or release.registered is None or not release.registered.bundle.is_dir():
        return []
    folder = release.registered.bundle
    return sorted(file for file in folder.iterdir() if file.is_file() and not file.is_symlink())[:_MOST]


def _answer(file: Path) -> Response:
    media = _SHOWN.get(file.suffix.lower())
    if media is None:
        return FileResponse(file, filename=file.name, headers={"Cache-Control": "no-cache"})
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _LOCKED}
    return FileResponse(file, media_type=media, headers=headers)
