"""One product in full: steps, data, quality, model, price, terms and every download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from aas_server.errors import NotFound
from aas_server.ids import Names
from aas_server.product import record
from aas_server.product.plots import Plot, plots
from aas_server.product.record import ReleaseRecord
from aas_server.product.standardise.report import Line, line
from aas_server.settings import Settings
from aas_server.standard.coverage import standing
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.licensed import Licensed
from aas_server.store.contract import Store
from aas_server.web import downloads, pictures
from aas_server.web.left import evidence, left, quality
from aas_server.web.reader import Reader
from aas_server.web.render import Renderer
from aas_server.web.series import plottable
from aas_server.web.steps import runs, seven, signature
from submodels.field import Field

ROWS = 300
"""How many rows of a long table a page shows; the rest stands in the files."""
UNDECIDED = 50
"""How many fields without a meaning a page lists with suggestions."""


_WORDS = ("time", "row", "values", "thinned", "all", "none", "failed", "loading")
_SIZE = ("width", "height")


class ProductPages:
    """``/pages/products/{id}``."""

    def __init__(self, store: Store, settings: Settings, renderer: Renderer, *, standardised: bool) -> None:
        self._store = store
        self._standardised = standardised
        self._names = Names(settings.domain)
        self._external = settings.external_url
        self._dictionary = Dictionary(Licensed(settings.data))
        self._renderer = renderer

    def page(self, request: Request) -> Response:
        """The product; only its steps while it has no finished release."""
        product = record.product(self._store.catalogue, request.path_params["id"])
        release = _release(self._store, product.release)
        reader = self._renderer.reader(request)
        origin = (self._external or str(request.base_url)).rstrip("/")
        return self._renderer.page(
            request,
            "product.html",
            product=product,
            steps=seven(product),
            release=release,
            left=left(release, reader) if release else {},
            evidence=evidence(release, self._names) if release else {},
            quality=quality(release, reader),
            watch=f"/pages/data/steps?product={quote(product.id, safe='')}" if runs([product]) else "",
            signature=signature([product]),
            standardised=self._standardised,
            undecided=_undecided(release, self._dictionary) if release else (),
            **(_shown(release, reader, origin) if release else {}),
        )


def _release(store: Store, id: str) -> ReleaseRecord | None:
    try:
        return record.release(store, id) if id else None
    except NotFound:
        return None


def _undecided(release: ReleaseRecord, dictionary: Dictionary) -> Sequence[Line]:
    """The first fields of which nobody has said what they mean, each with what it may be."""
    described = release.prepared.processing.fields
    every = ((stream, field) for stream, fields in described.items() for field in fields)
    undecided = ((stream, field) for stream, field in every if standing(field) == "open")
    return [line(stream, field, dictionary) for stream, field in islice(undecided, UNDECIDED)]


def _shown(release: ReleaseRecord, reader: Reader, origin: str) -> Mapping[str, Any]:
    """What the sections below the steps need beside the release itself."""
    variables = _variables(release)
    return {
        "variables": variables,
        "first": _first(release, variables),
        "chart": _chart(release, reader),
        "plots": _plots(release, reader),
        "pictures": pictures.of_release(release, reader),
        "titles": _titles(release, reader),
        "files": downloads.of_release(release, reader),
        "bundle": downloads.of_bundle(release),
        "predict_url": downloads.predict_url(release, origin),
        "records_url": downloads.records_url(release, origin),
        "rows": ROWS,
    }


def _variables(release: ReleaseRecord) -> Sequence[tuple[str, Sequence[Field]]]:
    """Per stream the fields a line can be drawn of; a picture's width and height are none."""
    none = _SIZE if release.trained.model.picture else ()
    found = [
        (table.stream, [field for field in plottable(table) if field.name not in none][:ROWS])
        for table in release.prepared.tables
    ]
    return [(stream, fields) for stream, fields in found if fields]


def _first(release: ReleaseRecord, variables: Sequence[tuple[str, Sequence[Field]]]) -> tuple[str, str] | None:
    """The variable to begin with: what the model leans on most, else the first feature."""
    main = release.prepared.main.stream
    fields = {field.id_short: field for stream, found in variables if stream == main for field in found}
    for name, _ in release.trained.model.importance:
        if name in fields:
            return main, name
    for stream, found in variables:
        for field in found:
            if field.role == "feature":
                return stream, field.id_short
    return (variables[0][0], variables[0][1][0].id_short) if variables else None


def _plots(release: ReleaseRecord, reader: Reader) -> Sequence[Plot]:
    """The drawings of the model's card."""
    titles = {field.id_short: field.title for field in release.prepared.main.fields}
    return plots(release.trained.model, titles, reader.language)


def _titles(release: ReleaseRecord, reader: Reader) -> Mapping[str, str]:
    """What people call each variable, by idShort; those of the main stream come first."""
    fields = [field for stream in release.collected.streams for field in stream.fields]
    fields += [field for table in release.prepared.tables for field in table.fields]
    titles: dict[str, str] = {}
    for field in fields:
        titles.setdefault(field.id_short, reader.in_own(field.title) or field.name)
    return titles


def _chart(release: ReleaseRecord, reader: Reader) -> Mapping[str, Any]:
    """What the pages' script needs: addresses and words."""
    return {
        "series": f"/pages/data/products/{quote(release.product, safe='')}/series",
        "language": reader.language,
        "words": {
            # {rows} is filled in by the script, which alone knows it
            name: reader.say(f"web-chart-{name}", rows="{rows}")
            for name in _WORDS
        },
    }
