"""The listing: what the data library shows of a release. Its form is a data file, ``listing.schema.json``.

The package's hash and the library's answer live here and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match

from aas_server.errors import BadInput, NotFound
from aas_server.store.contract import Catalogue

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dates:
    """When a release was registered (ISO 8601 UTC), and the first day on which it may be taken down."""

    registered: str
    kept_until: date


@cache
def schema() -> Mapping[str, Any]:
    """The form of a listing (JSON Schema 2020-12). Titles are ``한국어 / English``."""
    form: Mapping[str, Any] = json.loads(Path(__file__).with_name("listing.schema.json").read_text("utf-8"))
    return form


def schema_id() -> str:
    return str(schema()["$id"])


def check(record: Record) -> None:
    """Raises ``BadInput`` with the place of the first fault."""
    fault = best_match(jsonschema.Draft202012Validator(schema()).iter_errors(record))
    if fault is not None:
        where = "/".join(str(step) for step in fault.absolute_path) or "-"
        raise BadInput(
            "listing-wrong", where=where, title=_title(fault.absolute_path), fault=_short(fault.message)
        )


def put(catalogue: Catalogue, record: Record) -> None:
    """Keep a checked listing."""
    catalogue.put("listing", record["id"], json.dumps(record, ensure_ascii=False).encode())


def find(catalogue: Catalogue, id: str) -> Record | None:
    """The listing, or ``None``."""
    try:
        record: Record = json.loads(catalogue.get("listing", id))
    except NotFound:
        return None
    return record


def dates(record: Record | None) -> Dates | None:
    return Dates(record["registered"], date.fromisoformat(record["keptUntil"])) if record else None


def rows(record: Record) -> list[list[object]]:
    """The listing as a flat form: Korean title, English title, field, value."""
    form: list[list[object]] = [["항목", "Item", "field", "value"]]
    for name, value in record.items():
        ko, _, en = schema()["properties"][name]["title"].partition(" / ")
        form += [[ko, en, path, cell] for path, cell in _flat(name, value)]
    return form


def _flat(path: str, value: object) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [cell for name, part in value.items() for cell in _flat(f"{path}.{name}", part)]
    if isinstance(value, list):
        if all(isinstance(part, str) for part in value):
            return [(path, "; ".join(value))]
        return [cell for index, part in enumerate(value) for cell in _flat(f"{path}[{index}]", part)]
    if isinstance(value, bool):
        return [(path, "true" if value else "false")]
    return [(path, value)]


def _title(path: Any) -> str:
    first = next(iter(path), None)
    return str(schema()["properties"][first]["title"]) if first in schema()["properties"] else "-"


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:200] + "…"
