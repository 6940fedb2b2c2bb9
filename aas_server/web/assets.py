"""The pages' own files, and plotly as it lies in the installed Python package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from aas_server.errors import NotFound

_OWN = Path(__file__).with_name("static")
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# A changed file gets a new address (?v=), so a browser may keep the old one as long as it likes.
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def _assets() -> Mapping[str, Path]:
    own = {file.name: file for file in _OWN.iterdir() if file.suffix in _MEDIA}
    plotly = Path(str(files("plotly").joinpath("package_data", "plotly.min.js")))
    return {**own, "plotly.min.js": plotly}


@cache
def versions() -> Mapping[str, str]:
    """The address of each file, with a short hash of its content in it."""
    return {
        name: f"/static/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
        for name, file in _assets().items()
    }


def asset(request: Request) -> Response:
    """One of the files, by name."""
    name = request.path_params["name"]
    if name not in _assets():
        raise NotFound("web-page-missing", path=request.url.path)
    file = _assets()[name]
    return FileResponse(file, media_type=_MEDIA[file.suffix], headers=_FOREVER)
