"""The forms in which records are answered, and which of them is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aas_server.errors import BadInput


@dataclass(frozen=True, slots=True)
class Form:
    """``name`` stands in ``format=`` and behind the file's name."""

    name: str
    media_type: str
    also: tuple[str, ...] = ()


JSON = Form("json", "application/json")
NDJSON = Form(
    "ndjson", "application/x-ndjson", ("application/ndjson", "application/jsonl", "application/jsonlines")
)
CSV = Form("csv", "text/csv; charset=utf-8; header=present", ("text/csv", "application/csv"))
ARROW = Form("arrow", "application/vnd.apache.arrow.stream")
PARQUET = Form("parquet", "application/vnd.apache.parquet", ("application/x-parquet",))
FORMS: Mapping[str, Form] = {form.name: form for form in (JSON, NDJSON, CSV, ARROW, PARQUET)}
_MEDIA: Mapping[str, Form] = {name: form for form in FORMS.values() for name in (form.media_type, *form.also)}


def form_of(given: str | None, accept: str | None) -> Form:
    """The one that ``format=`` names, else the one that ``Accept`` likes best, else JSON. Raises ``BadInput``."""
    if given is not None:
        if given.strip().lower() not in FORMS:
            raise BadInput("records-format-unknown", given=given, known=", ".join(FORMS))
        return FORMS[given.strip().lower()]
    liked: list[tuple[float, Form]] = []
    for part in (accept or "").split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media_type in _MEDIA:
            liked.append((_quality(parameters), _MEDIA[media_type]))
    return max(liked, key=lambda one: one[0])[1] if liked else JSON


def _quality(parameters: list[str]) -> float:
    for one in parameters:
        if one.startswith("q="):
            try:
                return float(one[2:])
            except ValueError:
                return 0.0
    return 1.0
