"""All pages, as one application that is mounted at ``/`` behind the API."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aas_server.errors import AasError, NotFound
from aas_server.ingest.state import FeedState
from aas_server.product.fields import Twin
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.streams.desk import Desk
from aas_server.web.assets import asset
from aas_server.web.bundle import Bundles
from aas_server.web.feed import FeedPages
from aas_server.web.fields import FieldPages
from aas_server.web.forms import Forms
from aas_server.web.headers import PageHeaders
from aas_server.web.product import ProductPages
from aas_server.web.products import ProductList
from aas_server.web.recipe import Builder, RecipePages
from aas_server.web.render import Renderer, json_response
from aas_server.web.series import SeriesData
from aas_server.web.streams import StreamPages


def create_web(
    store: Store,
    settings: Settings,
    feed: Callable[[], FeedState],
    desk: Desk | None = None,
    builder: Builder | None = None,
    twin: Twin | None = None,
) -> Starlette:
    """The pages over one store. ``feed`` tells the state of the feed; it is asked at every look. ``desk``: without
    it there are no pages of streams. ``builder``: without it no line is started from a page.
    ``twin``: the products' shells; without it there are no pages that change what fields mean.

    Handlers are synchronous: they run in worker threads, so a slow look never holds up the event loop.
    """
    renderer = Renderer(settings.zone)
    products = ProductList(store, renderer)
    product = ProductPages(store, settings, renderer, standardised=twin is not None)
    series = SeriesData(store, renderer)
    bundles = Bundles(store)
    feeds = FeedPages(store, renderer, feed)
    errors = _Errors(renderer)
    forms = Forms(store.catalogue)
    return Starlette(
        routes=[
            Route("/", products.page),
            Route("/pages/feed", feeds.page),
            *(_streams(StreamPages(desk, renderer, forms)) if desk else ()),
            Route("/pages/products/{id}", product.page),
            Route("/pages/products/{id}/bundle/{file}", bundles.file),
            *_recipe(RecipePages(store, renderer, forms, builder)),
            *(_fields(FieldPages(store, settings, renderer, forms, twin)) if twin else ()),
            Route("/pages/data/feed", feeds.data),
            Route("/pages/data/steps", products.data),
            Route("/pages/data/products/{id}/series", series.data),
            Route("/static/{name}", asset),
        ],
        middleware=[Middleware(PageHeaders)],
        exception_handlers={AasError: errors.ours, HTTPException: errors.http, Exception: errors.unforeseen},
    )


def _recipe(pages: RecipePages) -> list[Route]:
    """How a product is made, and the forms that change it."""
    one = "/pages/products/{id}"
    return [
        Route(f"{one}/recipe", pages.page),
        Route(f"{one}/recipe", pages.entries, methods=["POST"]),
        Route(f"{one}/recipe/text", pages.text, methods=["POST"]),
        Route(f"{one}/build", pages.build, methods=["POST"]),
    ]


def _fields(pages: FieldPages) -> list[Route]:
    """What a product's variables mean, and the forms that settle it."""
    one = "/pages/products/{id}"
    return [
        Route(f"{one}/fields", pages.page),
        Route(f"{one}/fields", pages.adopt, methods=["POST"]),
        Route(f"{one}/mapping.xlsx", pages.sheet),
        Route(f"{one}/mapping", pages.take, methods=["POST"]),
    ]


def _streams(pages: StreamPages) -> list[Route]:
    """Streams, and the forms on their pages."""
    one = "/pages/streams/{name}"
    return [
        Route("/pages/streams", pages.list),
        Route("/pages/streams/adopt", pages.adopt, methods=["POST"]),
        Route(one, pages.stream),
        Route(f"{one}/adopt", pages.adopt, methods=["POST"]),
        Route(f"{one}/product", pages.begin, methods=["POST"]),
        Route(f"{one}/replay", pages.replay, methods=["POST"]),
        Route(f"{one}/erase", pages.erase, methods=["POST"]),
    ]


class _Errors:
    """Errors as pages; as JSON where the pages' own script asked."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def ours(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, AasError)
        sentence = self._renderer.reader(request).error(error.key, error.values)
        return self._answer(request, error.status, sentence)

    def http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return self.ours(request, NotFound("web-page-missing", path=request.url.path))
        sentence = self._renderer.reader(request).say(
            "web-request-refused", method=request.method, path=request.url.path, status=error.status_code
        )
        return self._answer(request, error.status_code, sentence)

    def unforeseen(self, request: Request, _: Exception) -> Response:
        """A fault of ours. What it was stands in the server's log (the error goes on), not on the page."""
        return self._answer(request, 500, self._renderer.reader(request).say("web-error-ours"))

    def _answer(self, request: Request, status: int, sentence: str) -> Response:
        if request.url.path.startswith("/pages/data/"):
            return json_response({"message": sentence}, status)
        return self._renderer.page(request, "error.html", status, number=status, sentence=sentence)
