"""The model of a release as an Open API: ask it, read its card, and its own OpenAPI description."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast, get_args
from urllib.parse import quote

import anyio
import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from aas_server.api import answers
from aas_server.api.problems import problem
from aas_server.api.push.receiving import kind_of, unpacked
from aas_server.api.services import own_route
from aas_server.errors import AasError, BadInput, NotFound, Unavailable, WrongType
from aas_server.product import record
from aas_server.product.predicting import rows, schema
from aas_server.product.predicting.predictor import Predictor
from aas_server.product.predicting.records import Values
from aas_server.product.record import ReleaseRecord
from aas_server.settings import Settings
from aas_server.store.contract import Catalogue

Find = Callable[[str, str], ReleaseRecord]
_CARD = "model/model-card.json"
_JSON = "application/json"
_PICTURE = ".picture"
_KINDS = (".json", ".ndjson", ".csv", ".tsv", _PICTURE)
_AT = "/{id}/releases/{release}"
_RUNNING = 2
"""Calls that are worked on at once: one a core of the smallest machine; more would only take turns."""
_WAITING = 32
"""Further calls that may wait, each with a body in memory."""
RETRY_AFTER = "1"
_DESCRIBED = 100


def serve_predictions(router: APIRouter, find: Find, settings: Settings) -> None:
    """Add the operations of releases' models to the products' router. ``find`` gives a release by the ids of
    product and release, or raises ``NotFound``."""
    served = _Predictions(find, settings)
    for method, path, operation_id, operation, body in (
        ("POST", f"{_AT}/predict", "PostPredict", served.predict, _BODY),
        ("GET", f"{_AT}/predict/schema", "GetPredictSchema", served.row_schema, None),
        ("GET", f"{_AT}/predict/openapi.json", "GetPredictDescription", served.description, None),
        ("GET", f"{_AT}/model", "GetReleaseModel", served.card, None),
    ):
        own_route(router, method, path, operation_id, operation, _ANSWER if body else None, body)


def described(catalogue: Catalogue) -> list[tuple[str, str]]:
    """The present release of each product (a hundred at most) with the address of its model's description."""
    found = record.products(catalogue, _DESCRIBED)
    return [
        (one.release, f"/products/{quote(one.id)}/releases/{quote(one.release)}/predict/openapi.json")
        for one in found
        if one.release
    ]


class _Predictions:
    def __init__(self, find: Find, settings: Settings) -> None:
        self._find = find
        self._settings = settings
        self._predictor = Predictor(settings.predict_models)
        self._limiter = anyio.CapacityLimiter(_RUNNING)

    async def predict(self, request: Request, id: str, release: str) -> Response:
        """A row is an object of idShorts (or the gateway's names) and numbers; what is left out or null counts as
        missing. Columns of the release that the model does not use are ignored and named; any other is refused. A
        model of pictures takes one picture (JPEG, PNG, BMP) as the body. ``values=raw``: rows are records as the
        factory sends them, and are cleaned as the release's data were."""
        waiting = self._limiter.statistics().tasks_waiting
        if waiting >= _WAITING:
            answer = problem(request, Unavailable("predict-busy", waiting=waiting))
            answer.headers["Retry-After"] = RETRY_AFTER
            return answer
        kind, encoding = _kind(request)
        body = b"".join([part async for part in unpacked(request, self._settings.max_message, "max_message")])
        work = partial(self._answer, id, release, kind, body, encoding, _values(request))
        return Response(await run_sync(work, limiter=self._limiter), media_type=_JSON)

    def row_schema(self, request: Request, id: str, release: str) -> Response:
        """Every input may be missing; at least one has to be there."""
        signature = self._predictor.signature(self._find(id, release))
        return _json(schema.row_schema(signature, answers.language(request)), "application/schema+json")

    def description(self, request: Request, id: str, release: str) -> Response:
        """For generators of clients and for API portals."""
        made = self._find(id, release)
        url = f"{self._settings.base_url}/products/{made.product}/releases/{made.id}"
        signature = self._predictor.signature(made)
        return _json(schema.openapi(signature, url, self._settings.predict_rows, answers.language(request)))

    def card(self, id: str, release: str) -> Response:
        """As it lies in the release."""
        file = self._find(id, release).released.folder / _CARD
        if not file.exists():
            raise NotFound("model-card-missing", release=release, id=id)
        return FileResponse(file, media_type=_JSON, headers={"X-Content-Type-Options": "nosniff"})

    def _answer(self, id: str, release: str, kind: str, body: bytes, encoding: str, values: Values) -> bytes:
        made = self._find(id, release)
        if kind == _PICTURE:
            return msgspec.json.encode(self._predictor.look(made, body, self._settings.max_pixels))
        given = rows.read(kind, body, self._settings.predict_rows, encoding)
        return msgspec.json.encode(self._predictor.predict(made, given, values))


def _kind(request: Request) -> tuple[str, str]:
    given = request.headers.get("content-type", "")
    try:
        kind, encoding = kind_of(given)
    except AasError:
        kind, encoding = "", None
    if kind not in _KINDS:
        raise WrongType("predict-kind-unknown", given=given[:100])
    return kind, encoding or "utf-8-sig"


def _values(request: Request) -> Values:
    given = request.query_params.get("values", "released")
    if given not in get_args(Values):
        raise BadInput("predict-values-unknown", given=given[:100])
    return cast(Values, given)


def _json(body: object, media_type: str = _JSON) -> Response:
    return Response(msgspec.json.encode(body), media_type=media_type, headers={"Vary": "Accept-Language"})


_ROW = {"type": "object", "additionalProperties": {"type": ["number", "boolean", "string", "null"]}}
_BODY: dict[str, Any] = {
    "parameters": [
        {
            "name": "values",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "enum": list(get_args(Values)), "default": "released"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {"oneOf": [_ROW, {"type": "array", "items": _ROW, "minItems": 1}]},
                "example": [{"CycleTime": 31.2, "Cushion": 5.9}],
            },
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}, "example": "CycleTime,Cushion\n31.2,5.9\n"},
            "image/png": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            _JSON: {
                "example": {
                    "product": "moulding-cell",
                    "release": "moulding-cell-r1",
                    "model": {
                        "version": "1",
                        "task": "classification",
                        "algorithm": "RandomForestClassifier",
                    },
                    "weak": False,
                    "verdict": {"ko": "…", "en": "…"},
                    "rows": 1,
                    "values": "released",
                    "cleaned": {},
                    "ignored": [],
                    "predictions": [{"class": "good", "probabilities": {"good": 0.97, "defect": 0.03}}],
                }
            }
        }
    }
}
