"""Streams whose table can't be folded at present: the others go on, and the journal keeps what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from aas_server.errors import AasError, NotFound, Unavailable
from aas_server.ingest.trouble import error_of, log
from aas_server.messages import in_all
from aas_server.store.contract import Catalogue
from aas_server.store.sections import everything


@dataclass(frozen=True, slots=True)
class Behind:
    """Why a stream is behind: ``key`` and ``values`` of a sentence."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def streams(catalogue: Catalogue) -> Mapping[str, Behind]:
    """All that are behind."""
    return {stream: msgspec.json.decode(body, type=Behind) for stream, body in everything(catalogue, "behind")}


def leave(catalogue: Catalogue, stream: str, fault: Exception) -> None:
    """Say that a stream is behind, and why; logged where the reason is new."""
    error = error_of(fault)
    reason = msgspec.json.encode(Behind(error.key, {name: str(value) for name, value in error.values.items()}))
    try:
        if catalogue.get("behind", stream) == reason:
            return
    except NotFound:
        pass
    log(stream, fault)
    catalogue.put("behind", stream, reason)


def error(stream: str, reason: Behind) -> AasError:
    """What people are told of a stream that is behind."""
    return Unavailable("stream-behind", stream=stream, reason=in_all(reason.key, **reason.values))
