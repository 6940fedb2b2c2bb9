"""The evidence of collection, as it is read and proved over REST."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from aas_server.api.answers import attachment, of_now
from aas_server.api.parameters import Paging
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.messages import in_all
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.streams.evidence import chain
from aas_server.streams.evidence import day as days
from aas_server.streams.evidence.day import StreamDay
from aas_server.streams.evidence.verifying import verify

_After = Annotated[int, Query(ge=0, description="Entries after this number")]
_Limit = Annotated[int | None, Query(ge=1)]
_Head = Annotated[str, Query(description="A hash kept elsewhere, which the chain must have")]
_From = Annotated[str | None, Query(alias="from", description="First day (YYYY-MM-DD, UTC)")]
_To = Annotated[str | None, Query(alias="to", description="Last day (YYYY-MM-DD, UTC)")]


def evidence_router(store: Store, settings: Settings) -> APIRouter:
    """``/evidence``, and each stream's days."""
    router = APIRouter(tags=["evidence"])
    evidence = _Evidence(store, settings)
    own_route(router, "GET", "/evidence", "GetEvidence", evidence.entries)
    own_route(router, "GET", "/evidence/verification", "GetEvidenceVerification", evidence.verification)
    own_route(router, "GET", "/evidence/{day}", "GetEvidenceOfDay", evidence.of_day)
    own_route(router, "GET", "/streams/{name}/evidence", "GetStreamEvidence", evidence.of_stream)
    close(router, "/evidence")
    return router


class _Evidence:
    """The operations; they run in worker threads."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._paging = Paging(settings)

    def entries(self, limit: _Limit = None, after: _After = 0) -> Response:
        """The chain's entries in order; go on with ``after`` = the last one's number."""
        found = chain.page(self._store, self._paging.limit(limit), after)
        return of_now({"entries": found})

    def verification(self, head: _Head = "") -> Response:
        """Whether everything is as it was sealed: all hashes are computed anew, which takes as long as reading the
        journal. ``holds`` is false where something was changed."""
        return of_now(verify(self._store, head).as_json(in_all))

    def of_day(self, day: str) -> Response:
        """All streams' days of one day."""
        wanted = days.parsed("day", day)
        return of_now({"day": day, "streams": list(days.of_day(self._store, wanted.isoformat()))})

    def of_stream(self, request: Request, name: str, since: _From = None, until: _To = None) -> Response:
        """A stream's days, at most 400, the last ones where nothing is said. JSON, or CSV by ``Accept``."""
        found = days.of_stream_between(self._store, name, since, until)
        if "text/csv" in request.headers.get("accept", ""):
            headers = {"Content-Disposition": attachment("evidence.csv")}
            return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
        return of_now({"stream": name, "days": found})


def _csv(days: Sequence[StreamDay]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(StreamDay)])
    writer.writeheader()
    writer.writerows(map(asdict, days))
    return text.getvalue()
