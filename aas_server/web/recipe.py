"""How a product is made, edited on a page: the entries a data manager changes as a form, the whole file below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aas_server import written
from aas_server.errors import AasError
from aas_server.messages import LANGUAGES
from aas_server.product import record
from aas_server.product.recipe import Recipe, editing, keeping
from aas_server.store.contract import Store
from aas_server.web.forms import Forms
from aas_server.web.render import Renderer
from submodels.use_cases import ProductKind

LARGEST = 2**20
"""Bytes of a form that bears a whole recipe: percent signs make Korean nine times as long."""

Shape = Literal["text", "long", "number", "list", "choice"]


class Builder(Protocol):
    """Runs a product's line beside the server."""

    def start(self, product: str) -> None:
        """Returns at once. Raises ``Conflict`` where a line runs already."""
        ...

    def running(self) -> str | None:
        """The product whose line runs at present."""
        ...

    def fault(self, product: str) -> AasError | None:
        """Why the line that was started here last could not be run, ``None`` where it was."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that the form shows; ``choices`` by their values."""

    name: str
    shape: Shape = "text"
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its part of the keys of sentences."""
        return self.name.replace(".", "-").replace("_", "-")


PARTS: Mapping[str, tuple[Entry, ...]] = {
    "product": (
        Entry("title.ko"),
        Entry("title.en"),
        Entry("description.ko", "long"),
        Entry("description.en", "long"),
        Entry("kind", "choice", get_args(ProductKind)),
        Entry("industry"),
        *(Entry(f"{name}.{language}") for name in ("process", "equipment") for language in LANGUAGES),
        Entry("kept_years", "number"),
    ),
    "owner": (
        *(Entry(f"owner.{name}.{language}") for name in ("company", "department") for language in LANGUAGES),
        Entry("owner.email"),
        Entry("owner.phone"),
        *(Entry(f"owner.{name}.{language}") for name in ("street", "city") for language in LANGUAGES),
        Entry("owner.zip_code"),
    ),
    "machine": (
        *(Entry(f"owner.manufacturer.{language}") for language in LANGUAGES),
        *(Entry(f"owner.{name}") for name in ("model", "serial_number", "year")),
    ),
    "model": (Entry("label.column"), Entry("label.defect", "list"), Entry("modelling.acceptance", "number")),
    "costing": (
        Entry("costing.price", "number"),
        Entry("costing.reason.ko", "long"),
        Entry("costing.reason.en", "long"),
    ),
    "terms": (Entry("terms.purpose.ko", "long"), Entry("terms.purpose.en", "long"), Entry("terms.term")),
}


class RecipePages:
    """``/pages/products/{id}/recipe``."""

    def __init__(self, store: Store, renderer: Renderer, forms: Forms, builder: Builder | None) -> None:
        self._store = store
        self._renderer = renderer
        self._forms = forms
        self._builder = builder

    def page(self, request: Request) -> Response:
        """The form, filled with what is kept."""
        product = request.path_params["id"]
        return self._page(request, product, keeping.source(self._store.folder, product))

    async def entries(self, request: Request) -> Response:
        """A form: single entries. Those that were not changed stay as they are written."""
        said = await self._forms.sent(request)
        return await run_in_threadpool(self._entries, request, said)

    async def text(self, request: Request) -> Response:
        """A form: the whole file."""
        said = await self._forms.sent(request, LARGEST)
        text = said.get("text", "").replace("\r\n", "\n") + "\n"
        return await run_in_threadpool(self._keep, request, text, said.get("version", ""))

    async def build(self, request: Request) -> Response:
        """A form: run the line."""
        await self._forms.sent(request)
        product = request.path_params["id"]
        await run_in_threadpool(keeping.source, self._store.folder, product)
        if self._builder is not None:
            await run_in_threadpool(self._builder.start, product)
        return RedirectResponse(f"{_address(product)}?done=building", 303)

    def _entries(self, request: Request, said: Mapping[str, str]) -> Response:
        product = request.path_params["id"]
        kept = keeping.source(self._store.folder, product)
        shown = _shown(kept)
        changes = {
            entry.name: _value(entry, said[entry.name])
            for entries in PARTS.values()
            for entry in entries
            if entry.name in said and said[entry.name].replace("\r\n", "\n") != shown[entry.name]
        }
        try:
            text = editing.changed(kept, changes, keeping.place(self._store.folder, product).name)
        except AasError as error:
            return self._page(request, product, kept, error, said)
        return self._keep(request, text, said.get("version", ""))

    def _keep(self, request: Request, text: str, version: str) -> Response:
        product = request.path_params["id"]
        try:
            keeping.keep(self._store.folder, product, text, version)
        except AasError as error:
            return self._page(request, product, text, error)
        return RedirectResponse(f"{_address(product)}?done=kept", 303)

    def _page(
        self,
        request: Request,
        product: str,
        text: str,
        error: AasError | None = None,
        said: Mapping[str, str] | None = None,
    ) -> Response:
        home = self._store.folder
        kept = keeping.source(home, product)
        visit = self._forms.visit(request)
        done = request.query_params.get("done", "")
        response = self._renderer.page(
            request,
            "recipe.html",
            status=error.status if error else 200,
            product=record.product(self._store.catalogue, product),
            parts=PARTS,
            values=_shown(kept) | {name: value for name, value in (said or {}).items() if name != "token"},
            text=text,
            version=keeping.version(kept),
            error=error,
            done=done if done in ("begun", "kept", "building") else "",
            builds=self._builder is not None,
            building=self._builder.running() if self._builder else None,
            fault=self._builder.fault(product) if self._builder else None,
            token=self._forms.token(visit),
        )
        self._forms.remember(response, visit, secure=request.url.scheme == "https")
        return response


def _shown(source: str) -> dict[str, str]:
    """What the form's fields hold: the recipe's values as people write them; nothing where it can't be read."""
    try:
        known = msgspec.to_builtins(written.parsed(source, Recipe, ""))
    except AasError:
        known = {}
    return {entry.name: _plain(_at(known, entry.name)) for entries in PARTS.values() for entry in entries}


def _at(known: Any, name: str) -> Any:
    for part in name.split("."):
        known = known.get(part) if isinstance(known, dict) else None
    return known


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _value(entry: Entry, given: str) -> str | None:
    """The entry as TOML; an emptied one is taken out."""
    if not given:
        return None
    if entry.shape == "number":
        return given.replace(",", "")
    if entry.shape == "list":
        return msgspec.json.encode([part.strip() for part in given.split(",") if part.strip()]).decode()
    return msgspec.json.encode(given.replace("\r\n", "\n")).decode()


def _address(product: str) -> str:
    return f"/pages/products/{quote(product, safe='')}/recipe"
