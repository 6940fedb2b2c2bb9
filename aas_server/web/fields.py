"""What a product's variables mean: suggestions and search results taken over with a click, the mapping sheet."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aas_server.errors import AasError, BadInput, NotFound
from aas_server.ids import Names
from aas_server.product import record
from aas_server.product.fields import Twin
from aas_server.product.standardise import adopting, mapping, values
from aas_server.product.standardise.report import Report, report
from aas_server.settings import Settings
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.licensed import Licensed
from aas_server.standard.words import sentence
from aas_server.store.contract import Store
from aas_server.web.concept_search import address, search
from aas_server.web.forms import Forms
from aas_server.web.render import Renderer

SHOWN = 100
"""Fields with suggestions on a page; beyond them the sheet is the better tool."""
LARGEST = 10_000_000
"""Bytes of a sheet that is brought back. The largest real one has 0.2 MB."""
_NAME = "mapping.xlsx"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FieldPages:
    """``/pages/products/{id}/fields``. ``twin``: the product's shell, for worker threads."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, forms: Forms, twin: Twin) -> None:
        self._store = store
        self._names = Names(settings.domain)
        self._dictionary = Dictionary(Licensed(settings.data))
        self._renderer = renderer
        self._forms = forms
        self._twin = twin

    def page(self, request: Request) -> Response:
        """Coverage, the open fields with what they may be, what does not fit."""
        return self._page(request)

    def sheet(self, request: Request) -> Response:
        """The mapping sheet as it is now."""
        product = self._product(request)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / _NAME
            mapping.write(self._twin, self._names, product, self._dictionary, file)
            body = file.read_bytes()
        name = quote(f"{product}-mapping.xlsx", safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(body, 200, headers, _XLSX)

    async def adopt(self, request: Request) -> Response:
        """A form: one entry for one field."""
        said = await self._forms.sent(request)
        return await run_in_threadpool(
            self._adopt, request, said.get("stream", ""), said.get("name", ""), said.get("entry", "")
        )

    async def take(self, request: Request) -> Response:
        """A form: an edited sheet."""
        body = await self._forms.file(request, LARGEST)
        return await run_in_threadpool(self._take, request, body)

    def _adopt(self, request: Request, stream: str, name: str, id: str) -> Response:
        product = self._product(request)
        try:
            entry = self._dictionary.entry(id)
            if entry is None:
                raise NotFound("concepts-missing", given=id)
            adopting.adopt(self._twin, product, stream, name, entry)
        except AasError as error:
            return self._page(request, error)
        return RedirectResponse(f"{_address(product)}?done=adopted", 303)

    def _take(self, request: Request, body: bytes) -> Response:
        product = self._product(request)
        try:
            if not body:
                raise BadInput("web-sheet-none")
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / _NAME
                file.write_bytes(body)
                mapping.read(self._twin, self._names, product, self._dictionary, file)
        except AasError as error:
            if "file" in error.values:
                # Where it lay here for a moment says nothing to the sender.
                error.values["file"] = _NAME
            return self._page(request, error)
        return RedirectResponse(f"{_address(product)}?done=taken", 303)

    def _product(self, request: Request) -> str:
        return record.product(self._store.catalogue, request.path_params["id"]).id

    def _report(self, product: str) -> Report | None:
        try:
            return report(
                self._twin, product, self._dictionary, lambda stream: values.seen(self._store.lake, stream)
            )
        except NotFound:
            return None

    def _page(self, request: Request, error: AasError | None = None) -> Response:
        product = record.product(self._store.catalogue, request.path_params["id"])
        found = self._report(product.id)
        lines = found.lines if found else ()
        visit = self._forms.visit(request)
        language = self._renderer.reader(request).language
        done = request.query_params.get("done", "")
        response = self._renderer.page(
            request,
            "fields.html",
            status=error.status if error else 200,
            product=product,
            report=found,
            undecided=[line for line in lines if line.suggestions or line.standing == "open"],
            doubted=[line for line in lines if line.misfits],
            sentence=lambda one: sentence(one, language),
            search=search(request, self._dictionary, lines),
            address=address,
            shown=SHOWN,
            error=error,
            done=done if done in ("adopted", "taken") else "",
            token=self._forms.token(visit),
        )
        self._forms.remember(response, visit, secure=request.url.scheme == "https")
        return response


def _address(product: str) -> str:
    return f"/pages/products/{quote(product, safe='')}/fields"
