"""The first page: all products, each with its seven steps and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aas_server.errors import NotFound
from aas_server.product import record
from aas_server.product.record import ProductRecord, ReleaseRecord
from aas_server.store.contract import Store
from aas_server.web.render import Renderer, json_response
from aas_server.web.steps import Step, runs, seven, signature

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A product in the list, with its finished release where there is one."""

    product: ProductRecord
    steps: list[Step]
    release: ReleaseRecord | None


class ProductList:
    """``/`` and the states behind it."""

    def __init__(self, store: Store, renderer: Renderer) -> None:
        self._store = store
        self._renderer = renderer

    def page(self, request: Request) -> Response:
        """At most fifty products; ``?after=`` goes on."""
        after = request.query_params.get("after", "")
        found = record.products(self._store.catalogue, PAGE + 1, after)
        shown = found[:PAGE]
        return self._renderer.page(
            request,
            "products.html",
            entries=[Entry(product, seven(product), self._release(product)) for product in shown],
            after=after,
            more=shown[-1].id if len(found) > PAGE else "",
            watch=f"/pages/data/steps?after={after}" if runs(shown) or not shown else "",
            signature=signature(shown),
        )

    def data(self, request: Request) -> Response:
        """``{"signature": …}``: changes when a page with these products should be loaded again."""
        wanted = request.query_params.get("product")
        if wanted:
            products = [record.product(self._store.catalogue, wanted)]
        else:
            products = record.products(self._store.catalogue, PAGE, request.query_params.get("after", ""))
        return json_response({"signature": signature(products)})

    def _release(self, product: ProductRecord) -> ReleaseRecord | None:
        try:
            return record.current(self._store, product)
        except NotFound:
            return None
