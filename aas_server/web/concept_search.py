"""The dictionary searched on the page where a field's meaning is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request

from aas_server.errors import AasError
from aas_server.product.standardise.report import Line
from aas_server.standard.dictionary import Dictionary, Hit, check_asked

MOST = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked and found. ``chosen``: the field that a result is meant for; ``fault``: why nothing could be
    looked for."""

    words: str = ""
    unit: str = ""
    chosen: Line | None = None
    asked: bool = False
    hits: tuple[Hit, ...] = ()
    fault: AasError | None = None


def address(line: Line) -> str:
    """How a field is called in the address of the page."""
    return f"{line.stream}:{line.field.name}"


def search(request: Request, dictionary: Dictionary, lines: Iterable[Line]) -> Search:
    """``?find=…&unit=…&field=…``: entries for the words that can be given in the unit. Without words and unit
    nothing is looked for."""
    asked = request.query_params
    words, unit, field = (asked.get(name, "").strip()[:_LONGEST] for name in ("find", "unit", "field"))
    chosen = next((line for line in lines if field and address(line) == field), None)
    if not (words or unit):
        return Search(chosen=chosen)
    try:
        check_asked(words, unit, "")
    except AasError as fault:
        return Search(words, unit, chosen, True, (), fault)
    return Search(words, unit, chosen, True, tuple(dictionary.search(words, unit, most=MOST)))
