"""Products and their releases: what there is, the download, and the Open API that reads a release page by page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Query
from starlette.responses import FileResponse, Response

from aas_server import ids
from aas_server.api import answers, rows
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.predictions import serve_predictions
from aas_server.api.quality import serve_quality
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.clock import Clock, SystemClock
from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.product import record
from aas_server.product.package import archive
from aas_server.product.package.pictures import MEDIA_TYPES, is_picture
from aas_server.product.package.tables import file_of
from aas_server.product.record import ProductRecord, ReleaseRecord
from aas_server.product.register import odrl
from aas_server.product.register.withdrawal import discard, withdraw
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.twin.packages import Packages

_JSON = "application/json"
_MEDIA = {
    ".parquet": "application/vnd.apache.parquet",
    ".onnx": "application/octet-stream",
    ".html": "text/html",
    ".csv": "text/csv",
    ".json": _JSON,
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    **MEDIA_TYPES,
}
_PLAIN = {"X-Content-Type-Options": "nosniff"}


def products_router(store: Store, settings: Settings, clock: Clock | None = None) -> APIRouter:
    """Routes below ``/products``."""
    router = APIRouter(prefix="/products", tags=["products"])
    products = _Products(store, settings, clock or SystemClock())
    for method, path, operation_id, operation, responses in (
        ("GET", "", "GetProducts", products.products, _example(_PRODUCTS)),
        ("GET", "/{id}", "GetProduct", products.product, None),
        ("DELETE", "/{id}/listing", "DeleteListing", products.withdraw, _KEPT),
        ("GET", "/{id}/releases/{release}", "GetRelease", products.release, None),
        ("DELETE", "/{id}/releases/{release}", "DeleteRelease", products.discard, _KEPT),
        ("GET", "/{id}/releases/{release}/licence", "GetReleaseLicence", products.licence, None),
        ("GET", "/{id}/releases/{release}/archive", "GetReleaseArchive", products.archive, None),
        ("GET", "/{id}/releases/{release}/files/{path:path}", "GetReleaseFile", products.file, None),
        ("GET", "/{id}/releases/{release}/records", "GetReleaseRecords", products.records, _example(_RECORDS)),
    ):
        own_route(router, method, path, operation_id, operation, responses)
    serve_predictions(router, products.made, settings)
    serve_quality(router, products.made, store.folder, settings)
    router.add_api_route("/{id}", products.keep, methods=["DELETE"], include_in_schema=False, response_model=None)
    close(router, "")
    return router


class _Products:
    """The operations; they run in worker threads."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._paging = Paging(settings)
        self._clock = clock
        self._packages = Packages(store, clock)

    def products(self, limit: LimitParameter = None, cursor: CursorParameter = None) -> Response:
        """Products in order of their id."""
        size = self._paging.limit(limit)
        after = rows.id_of(cursor) if cursor else ""
        found = record.products(self._store.catalogue, size + 1, after)
        body: dict[str, Any] = {"products": [self._product(product) for product in found[:size]]}
        if len(found) > size:
            body["cursor"] = ids.encode(found[size - 1].id)
        return _json(body)

    def product(self, id: str) -> Response:
        """The product, the state of its seven steps, and every release with its links."""
        product = self._known(id)
        releases = [
            {"id": made.id, "number": made.released.number, "sha256": made.released.sha256, **self._links(made)}
            for made in self._releases(product)
        ]
        return _json({**self._product(product), "releases": releases})

    def release(self, id: str, release: str) -> Response:
        """Everything that is known of a release but where it lies. Pictures are too many to name here: their
        manifest (``pictures/….csv``) names them."""
        made = self.made(id, release)
        sums = archive.read_sums(made.released.folder)
        names = [*(name for name in sums if not is_picture(name)), archive.SUMS]
        files = [self._file_link(made, name) for name in names]
        return _json({**_public(record.published(made)), **self._links(made), "files": files})

    def licence(self, id: str, release: str) -> Response:
        """The terms of the offer as ODRL 2.2 (JSON-LD)."""
        made = self.made(id, release)
        if made.registered is None or made.registered.licensing is None:
            raise NotFound("licence-none", product=id)
        return Response(odrl.text(made.registered.licensing, made.priced), media_type="application/ld+json")

    def archive(self, id: str, release: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        """The zip. Ranges are served, so a broken download can go on."""
        made = self.made(id, release)
        tag = f'"{made.released.sha256}"'
        if answers.is_current(if_none_match, tag):
            return Response(status_code=304, headers={"ETag": tag})
        path = made.released.archive
        return FileResponse(
            path, media_type="application/zip", filename=path.name, headers={"ETag": tag, **_PLAIN}
        )

    def file(
        self, id: str, release: str, path: str, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        """A file by its path in the release, as ``SHA256SUMS`` lists it; nothing else is there."""
        made = self.made(id, release)
        digest = archive.sum_of(made.released.folder, path)
        if not digest and path != archive.SUMS:
            raise NotFound("release-file-missing", release=release, path=path)
        headers = dict(_PLAIN)
        if digest:
            headers["ETag"] = f'"{digest}"'
            if answers.is_current(if_none_match, headers["ETag"]):
                return Response(status_code=304, headers=headers)
        kind = Path(path).suffix
        if kind in (".html", ".svg"):
            headers |= answers.LOCKED
        return FileResponse(
            made.released.folder / path, media_type=_MEDIA.get(kind, "text/plain; charset=utf-8"), headers=headers
        )

    def records(
        self,
        id: str,
        release: str,
        table: Annotated[str | None, Query(description="A stream of the release; else the main one.")] = None,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        columns: Annotated[list[str] | None, Query(description="idShorts, comma-separated; else all.")] = None,
    ) -> Response:
        """Rows in the order of the table; column names are idShorts. Go on with ``cursor`` until it is missing.

        A page costs the same however deep it lies.
        """
        made = self.made(id, release)
        prepared = {part.stream: part for part in made.prepared.tables}
        place = rows.Place.of(cursor) if cursor else rows.Place(table or made.prepared.main.stream)
        if table is not None and table != place.scope:
            raise BadInput("cursor-of-other-table", cursor=cursor, table=table)
        if place.scope not in prepared:
            raise NotFound("release-table-missing", release=release, table=place.scope, known=", ".join(prepared))
        path = made.released.folder / file_of(place.scope)
        wanted = rows.chosen(columns or (), rows.names(path))
        size = self._paging.limit(limit)
        found, after = rows.page([path], place, size, wanted)
        body: dict[str, Any] = {"table": place.scope, "rows": prepared[place.scope].rows, "records": found}
        if after is not None:
            body["cursor"] = after.cursor()
        return _json(body)

    def keep(self, id: str) -> Response:
        """Always 409: a product itself is not deleted. Says the date while a listing of it has to stay, else what
        can be deleted."""
        releases = self._releases(self._known(id))
        listed = [made.registered.registration for made in releases if made.registered is not None]
        last = max(listed, key=lambda one: one.kept_until, default=None)
        if last is not None and self._clock.now().date().isoformat() < last.kept_until:
            raise Conflict("kept-until", id=last.listing, date=last.kept_until)
        raise Conflict("product-stays", id=id)

    def withdraw(self, id: str) -> Response:
        """All listings of the product. 409 with the date while one of them has to stay."""
        withdraw(self._store, self._packages, self._known(id).id, self._clock.now().date())
        return Response(status_code=204)

    def discard(self, id: str, release: str) -> Response:
        """The release's data, model and listing. 409 with the date while it has to stay."""
        discard(self._store, self._packages, self.made(id, release), self._clock.now().date())
        return Response(status_code=204)

    def _known(self, id: str) -> ProductRecord:
        try:
            return record.product(self._store.catalogue, id)
        except NotFound:
            raise NotFound("product-missing", id=id) from None

    def made(self, id: str, release: str) -> ReleaseRecord:
        """A release of a product. Raises ``NotFound``."""
        try:
            made = record.release(self._store, release)
        except NotFound:
            made = None
        if made is None or made.product != id:
            raise NotFound("release-missing", id=id, release=release)
        return made

    def _releases(self, product: ProductRecord) -> list[ReleaseRecord]:
        """Newest first; deleted ones leave gaps."""
        found = []
        for number in range(product.releases, 0, -1):
            try:
                found.append(record.release(self._store, f"{product.id}-r{number}"))
            except NotFound:
                continue
        return found

    def _product(self, product: ProductRecord) -> dict[str, Any]:
        known = _public(product)
        del known["releases"]
        return {**known, "url": f"{self._settings.base_url}/products/{product.id}"}

    def _links(self, made: ReleaseRecord) -> dict[str, Any]:
        at = self._at(made)
        names = ("archive", "records", "predict", "model")
        return {"url": at, **{name: f"{at}/{name}" for name in names}}

    def _file_link(self, made: ReleaseRecord, name: str) -> dict[str, Any]:
        size = (made.released.folder / name).stat().st_size
        return {"path": name, "size": size, "url": f"{self._at(made)}/files/{quote(name)}"}

    def _at(self, made: ReleaseRecord) -> str:
        return f"{self._settings.base_url}/products/{made.product}/releases/{made.id}"


def _public(value: Any) -> Any:
    """A record as plain values, without the paths on this machine."""
    if dataclasses.is_dataclass(value):
        parts = ((part.name, getattr(value, part.name)) for part in dataclasses.fields(value))
        return {name: _public(part) for name, part in parts if not _local(part)}
    if isinstance(value, Mapping):
        return {name: _public(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_public(part) for part in value]
    return value


def _local(value: object) -> bool:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple) and value:
        return all(isinstance(part, Path) for part in value)
    return isinstance(value, Path)


def _json(body: object) -> Response:
    return Response(rows.encode(body), media_type=_JSON)


def _example(body: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {_JSON: {"example": body}}}}


_KEPT: dict[int | str, dict[str, Any]] = {
    409: {
        "description": "It can be taken down from the date in the answer on.",
        "content": {_JSON: {"example": {"error": "kept-until", "message": "…", "date": "2027-11-26"}}},
    }
}
_PRODUCTS = {
    "products": [{"id": "moulding-cell", "release": "moulding-cell-r1", "url": "…"}],
    "cursor": "bW91bGRpbmctY2VsbA",
}
_RECORDS = {
    "table": "shots",
    "rows": 3150,
    "records": [{"Time": "2026-11-25T00:00:00Z", "CycleTime": 31.2, "PassOrFail": 0}],
    "cursor": "MC4xQHNob3Rz",
}
