"""The quality of a release: its figures, the rows behind each finding, and the report for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from aas_server.api import answers
from aas_server.api import rows as pages
from aas_server.api.parameters import CursorParameter, LimitParameter, Paging
from aas_server.api.services import own_route
from aas_server.errors import BadInput, NotFound
from aas_server.product.package.tables import rows_at
from aas_server.product.quality import evidence, pdf, plain, report
from aas_server.product.quality.earlier import figures_of
from aas_server.product.record import ReleaseRecord
from aas_server.product.report import harmless
from aas_server.quality.figures import Figures
from aas_server.settings import Settings

_JSON = "application/json"
_ROW = "#row"
_BATCH = 10_000
_VARY = {"Vary": "Accept-Language"}
_AT = "/{id}/releases/{release}/quality"

Find = Callable[[str, str], ReleaseRecord]
Form = Literal["json", "csv"]


def serve_quality(router: APIRouter, find: Find, data: Path, settings: Settings) -> None:
    """Add the operations of releases' quality to the products' router. ``find`` gives a release by the ids of
    product and release, or raises ``NotFound``; ``data``: the data folder."""
    served = _Quality(find, data, settings)
    for path, operation_id, operation in (
        (_AT, "GetReleaseQuality", served.told),
        (f"{_AT}/findings/{{kind}}/rows", "GetFindingRows", served.rows),
        (f"{_AT}/report.{{form}}", "GetQualityReport", served.report),
    ):
        own_route(router, "GET", path, operation_id, operation)


class _Quality:
    """The operations; they run in worker threads."""

    def __init__(self, find: Find, data: Path, settings: Settings) -> None:
        self._find = find
        self._data = data
        self._settings = settings
        self._paging = Paging(settings)

    def told(self, request: Request, id: str, release: str) -> Response:
        """As ``aas quality --json`` tells a file; a finding that leads to rows has their address (``rows``)."""
        made = self._find(id, release)
        known = set(evidence.kinds(self._home(made)))
        body: dict[str, Any] = plain.told(self._figures(made), answers.language(request))
        at = f"{self._settings.base_url}/products/{made.product}/releases/{made.id}/quality"
        for finding in body["findings"]:
            if finding["kind"] in known:
                finding["rows"] = f"{at}/findings/{finding['kind']}/rows"
        return Response(pages.encode(body), media_type=_JSON, headers=_VARY)

    def rows(
        self,
        id: str,
        release: str,
        kind: str,
        limit: LimitParameter = None,
        cursor: CursorParameter = None,
        form: Annotated[Form, Query(description="csv: all rows in one file, or as many as limit says")] = "json",
    ) -> Response:
        """The rows that a finding concerns, as they are sold, each with its number there (``#row``, from 1).
        404 for a kind that was not found or leads to no rows."""
        made = self._find(id, release)
        home = self._home(made)
        known = evidence.kinds(home)
        if kind not in known:
            raise NotFound("finding-rows-missing", release=made.id, kind=kind, known=", ".join(known) or "–")
        place = pages.Place.of(cursor) if cursor else pages.Place(kind)
        if place.scope != kind:
            raise BadInput("cursor-of-other-table", cursor=cursor, table=kind)
        path, total = made.prepared.main.path, evidence.count(home, kind)
        if form == "csv":
            most = total - place.row if limit is None else limit
            lines = _lines(home, kind, path, range(place.row, min(place.row + most, total)))
            name = f"{made.id}-{kind}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
        numbers = evidence.rows(home, kind, place.row, self._paging.limit(limit))
        rows = rows_at(path, numbers).to_pylist()
        found = [{_ROW: number + 1, **row} for number, row in zip(numbers, rows, strict=True)]
        body: dict[str, Any] = {"kind": kind, "rows": total, "records": found}
        end = place.row + len(numbers)
        if numbers and end < total:
            body["cursor"] = pages.Place(kind, 0, end).cursor()
        return Response(pages.encode(body), media_type=_JSON)

    def report(self, request: Request, id: str, release: str, form: str) -> Response:
        """``report.html`` or ``report.pdf``, in the language of ``?lang=`` or else of the reader."""
        made = self._find(id, release)
        known = self._figures(made)
        language = answers.language(request)
        if form == "html":
            page = report.html(known, self._settings.zone, (language,))
            return Response(page, media_type="text/html", headers=answers.LOCKED | _VARY)
        if form != "pdf":
            raise NotFound("qreport-form-unknown", file=f"report.{form}")
        return Response(
            pdf.render(known, language, self._settings.zone),
            media_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{made.id}-quality-{language}.pdf"'},
        )

    def _home(self, made: ReleaseRecord) -> Path:
        return evidence.home(self._data, made.product, made.id)

    def _figures(self, made: ReleaseRecord) -> Figures:
        if made.verified is None:
            raise NotFound("release-not-verified", release=made.id)
        return figures_of(self._data, made.product, made.released, made.verified)


def _lines(home: Path, kind: str, path: Path, places: range) -> Iterator[str]:
    """CSV with a byte order mark, as a Korean Excel needs it, made as it is sent."""
    names = pages.names(path)
    yield "\ufeff" + _csv([[harmless(name) for name in (_ROW, *names)]])
    for start in range(places.start, places.stop, _BATCH):
        numbers = evidence.rows(home, kind, start, min(_BATCH, places.stop - start))
        rows = rows_at(path, numbers).to_pylist()
        cells = (
            [number + 1, *(harmless(_cell(row[name])) for name in names)]
            for number, row in zip(numbers, rows, strict=True)
        )
        yield _csv(cells)


def _csv(lines: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue()


def _cell(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
