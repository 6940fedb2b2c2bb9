"""HTML out of templates, with everything escaped and the language settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aas_server.ids import encode
from aas_server.product.quality import evidence, pdf
from aas_server.product.record import ReleaseRecord
from aas_server.web.assets import versions
from aas_server.web.gaps import without_costs, without_owner
from aas_server.web.language import language_of, remember, switch
from aas_server.web.reader import Reader

_FOLDER = Path(__file__).with_name("pages")


class Renderer:
    """Makes the answers of the pages."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["assets"] = versions()
        self._templates.globals["pdf_report"] = pdf.available()
        self._templates.filters["rows_behind"] = rows_behind
        self._templates.tests["without_costs"] = without_costs
        self._templates.tests["without_owner"] = without_owner
        self._templates.filters["segment"] = lambda text: quote(text, safe="")
        self._templates.filters["id64"] = encode
        self._templates.filters["called"] = called
        self._templates.filters["listed"] = listed

    def reader(self, request: Request) -> Reader:
        return Reader(language_of(request), self._zone)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the reader's language. ``values`` are what the template shows."""
        reader = self.reader(request)
        other = "en" if reader.language == "ko" else "ko"
        body = self._templates.get_template(template).render(
            reader=reader,
            t=reader.say,
            language=reader.language,
            other=other,
            switch=switch(request, "en" if reader.language == "ko" else "ko"),
            zone=str(reader.zone),
            path=request.url.path,
            **values,
        )
        response = HTMLResponse(body, status, {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"})
        remember(request, response)
        return response


def rows_behind(release: ReleaseRecord) -> tuple[str, ...]:
    """The findings of a release that lead to rows."""
    return evidence.kinds(evidence.beside(release.released.folder))


def called(names: Iterable[str], titles: Mapping[str, str]) -> list[str]:
    """Columns by what people call them; one without a title by its name."""
    return [titles.get(name, name) for name in names]


def listed(sentence: str, titles: Mapping[str, str]) -> str:
    """A sentence that ends in a list of columns (``…: a, b``), with their titles in place of their names."""
    said, colon, names = sentence.rpartition(": ")
    columns = names.split(", ")
    if not colon or not all(name in titles or name == "…" for name in columns):
        return sentence
    return f"{said}: {', '.join(called(columns, titles))}"


def json_response(value: object, status: int = 200) -> Response:
    """JSON for the pages' own script."""
    return Response(msgspec.json.encode(value), status, {"Cache-Control": "no-store"}, "application/json")
