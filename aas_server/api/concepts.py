"""The dictionary of factory quantities over REST, with what the firm imported."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from aas_server.api.answers import of_now
from aas_server.api.rest import close
from aas_server.api.services import own_route
from aas_server.errors import NotFound
from aas_server.settings import Settings
from aas_server.standard.dictionary import MOST, Dictionary, check_asked
from aas_server.standard.licensed import Licensed

_Search = Annotated[str, Query(max_length=200, description="Words of a name in Korean, English or German")]
_Unit = Annotated[str, Query(max_length=50, description="Only what can be given in this unit")]
_Quantity = Annotated[str, Query(max_length=50, description="Only this kind of quantity")]
_Limit = Annotated[int, Query(ge=1, le=MOST)]
_Id = Annotated[str, Query(max_length=200, description="An IRDI, or the key of our table")]


def concepts_router(settings: Settings) -> APIRouter:
    """``/concepts``."""
    router = APIRouter(tags=["concepts"])
    concepts = _Concepts(Dictionary(Licensed(settings.data)))
    own_route(router, "GET", "/concepts", "GetConcepts", concepts.found)
    own_route(router, "GET", "/concepts/entry", "GetConcept", concepts.one)
    close(router, "/concepts")
    return router


class _Concepts:
    """The operations; they run in worker threads."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary

    def found(
        self, search: _Search = "", unit: _Unit = "", quantity: _Quantity = "", limit: _Limit = 20
    ) -> Response:
        """Entries by words, unit and kind of quantity, the best first, each with its score."""
        check_asked(search, unit, quantity)
        hits = self._dictionary.search(search, unit, quantity, limit)
        return of_now({"result": [{**hit.entry.as_json(), "score": hit.score} for hit in hits]})

    def one(self, id: _Id) -> Response:
        """An entry by its IRDI or key; an IRDI bears ``#`` and ``/``, so it is a parameter."""
        entry = self._dictionary.entry(id)
        if entry is None:
            raise NotFound("concepts-missing", given=id)
        return of_now(entry.as_json())
