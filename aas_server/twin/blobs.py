"""Whether the values of Blobs are base64 (RFC 4648, clause 4).

aas-core fails on some that are not, without a place, and drops foreign letters from others without a word: a Blob
would come back with other bytes than were sent. Line breaks, as mail puts them in, are allowed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any


def blob_fault(document: Any) -> str | None:
    """The path (``submodelElements[0].value``) of the first value of a Blob that is no base64."""
    for blob in _blobs(document):
        value = blob.get("value")
        if isinstance(value, str) and not _is_base64(value):
            return f"{_path(document, blob)}.value".lstrip(".")
    return None


def _blobs(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        place = waiting.pop()
        if isinstance(place, dict):
            if place.get("modelType") == "Blob":
                yield place
            waiting += [part for part in place.values() if isinstance(part, dict | list)]
        elif isinstance(place, list):
            waiting += [part for part in place if isinstance(part, dict | list)]


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _path(place: Any, wanted: dict[str, Any]) -> str | None:
    """Where ``wanted`` stands below a place; ``""`` at the place itself."""
    if place is wanted:
        return ""
    named = isinstance(place, dict)
    steps = place.items() if named else enumerate(place) if isinstance(place, list) else ()
    for step, part in steps:
        below = _path(part, wanted)
        if below is not None:
            return (f".{step}" if named else f"[{step}]") + below
    return None
