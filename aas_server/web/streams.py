"""What comes in, stream by stream: those that nobody described yet first, each with what it seems to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aas_server.errors import BadInput, Refused
from aas_server.ids import slug
from aas_server.streams.adopting import Wish
from aas_server.streams.beginning import Plan
from aas_server.streams.desk import Desk
from aas_server.streams.detail import Detail
from aas_server.web.forms import Forms
from aas_server.web.render import Renderer

PAGE = 20
FINDINGS = 50
COLUMNS = 8
"""Fields of a sample that a list shows; the stream's own page shows all."""
ROWS = 300
_LAKE = ("arrival", "position", "flags", "misfit")
_DONE = ("adopted", "replaying", "erased")


class StreamPages:
    """``/pages/streams`` and ``/pages/streams/{name}``, and the forms on them."""

    def __init__(self, desk: Desk, renderer: Renderer, forms: Forms) -> None:
        self._desk = desk
        self._renderer = renderer
        self._forms = forms

    def list(self, request: Request) -> Response:
        """Discovered ones with a sample and the form that adopts them, then those adopted; ``?discovered=`` and
        ``?adopted=`` (names) go on, ``?search=`` narrows both."""
        asked = request.query_params
        search = asked.get("search", "")[:200]
        found = {
            state: self._desk.page(PAGE, asked.get(state, ""), state=state, search=search)
            for state in ("discovered", "adopted")
        }
        new, more_new = found["discovered"]
        adopted, more_adopted = found["adopted"]
        findings = ((one.submodel, finding) for one in self._desk.configured() for finding in one.findings)
        return self._page(
            request,
            "streams.html",
            discovered=[(row, _sample(self._desk.show(row.name), COLUMNS)) for row in new],
            adopted=adopted,
            more={"discovered": more_new, "adopted": more_adopted},
            after={state: asked.get(state, "") for state in found},
            search=search,
            findings=list(islice(findings, FINDINGS)),
            replaying=self._desk.replaying(),
            done=_done(request),
        )

    def stream(self, request: Request) -> Response:
        """One stream: fields, sample, what could not be read, and what can be done with it."""
        name = request.path_params["name"]
        shown = self._desk.show(name)
        unread, _ = self._desk.unread(shown.row.name, PAGE)
        running = self._desk.replaying()
        return self._page(
            request,
            "stream.html",
            shown=shown,
            row=shown.row,
            proposed=slug(shown.row.name),
            fields=shown.fields[:ROWS],
            sample=_sample(shown, ROWS),
            unread=unread,
            findings=[
                finding
                for one in self._desk.configured()
                for finding in one.findings
                if one.submodel == shown.row.origin
            ],
            running=running if running is not None and running.stream == shown.row.name else None,
            replayed=self._desk.replayed(shown.row.name),
            done=_done(request),
        )

    async def adopt(self, request: Request) -> Response:
        """A form: describe the stream in the twin."""
        said = await self._forms.sent(request)
        return await self._sent(self._adopt, request.path_params.get("name") or said.get("topic", ""), said)

    async def begin(self, request: Request) -> Response:
        """A form: begin a product of the stream; its recipe is filled in next."""
        return await self._sent(self._begin, request.path_params["name"], await self._forms.sent(request))

    async def replay(self, request: Request) -> Response:
        """A form: read the stream again from the journal."""
        return await self._sent(self._replay, request.path_params["name"], await self._forms.sent(request))

    async def erase(self, request: Request) -> Response:
        """A form: erase the stream. Its name was typed once more."""
        return await self._sent(self._erase, request.path_params["name"], await self._forms.sent(request))

    async def _sent(
        self, work: Callable[[str, Mapping[str, str]], str], name: str, said: Mapping[str, str]
    ) -> Response:
        return RedirectResponse(await run_in_threadpool(work, name, said), 303)

    def _adopt(self, name: str, said: Mapping[str, str]) -> str:
        adopted = self._desk.adopt(
            Wish(
                name,
                name=said.get("as") or None,
                shell=said.get("shell") or None,
                title=said.get("title", "")[:200] or None,
                time=said.get("time") or None,
                zone=said.get("zone") or None,
                interval=_interval(said.get("interval")),
            )
        )
        if adopted.replay:
            self._desk.start_replay(adopted.stream)
        return f"{_address(adopted.stream)}?done=adopted"

    def _begin(self, name: str, said: Mapping[str, str]) -> str:
        title, label = said.get("title", "")[:200] or None, said.get("label") or None
        begun = self._desk.begin(Plan(said.get("product", ""), (name,), label, title))
        return f"/pages/products/{quote(begun.id, safe='')}/recipe?done=begun"

    def _replay(self, name: str, _said: Mapping[str, str]) -> str:
        self._desk.start_replay(name)
        return f"{_address(name)}?done=replaying"

    def _erase(self, name: str, said: Mapping[str, str]) -> str:
        row = self._desk.row(name)
        if said.get("confirm") != row.name:
            raise Refused("web-erase-unconfirmed", stream=row.name)
        released = said.get("even_released") == "on"
        self._desk.erase(row.name, said.get("reason", "")[:1000], "page", even_released=released)
        return "/pages/streams?done=erased"

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        visit = self._forms.visit(request)
        response = self._renderer.page(request, template, token=self._forms.token(visit), **values)
        self._forms.remember(response, visit, secure=request.url.scheme == "https")
        # A page that bears a token is this reader's alone.
        response.headers["Cache-Control"] = "no-store"
        return response


def _sample(shown: Detail, most: int) -> dict[str, Any]:
    """The last records as a table: its columns, and the rows newest first."""
    names = [name for name in (shown.sample[-1] if shown.sample else {}) if name not in _LAKE][:most]
    if all(record.get("time") is None for record in shown.sample):
        names = ["arrival", *(name for name in names if name != "time")]
    rows = [[record.get(name) for name in names] for record in reversed(shown.sample)]
    return {"names": names, "rows": rows}


def _address(name: str) -> str:
    return f"/pages/streams/{quote(name, safe='')}"


def _done(request: Request) -> str:
    done = request.query_params.get("done", "")
    return done if done in _DONE else ""


def _interval(said: str | None) -> float | None:
    try:
        seconds = float(said) if said else None
    except ValueError:
        seconds = 0.0
    if seconds is not None and not 0 < seconds < 1e9:
        raise BadInput("web-interval-wrong", given=str(said)[:40])
    return seconds
