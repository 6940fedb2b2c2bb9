"""Which documents a document refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aas_server.twin.plain import Json


def submodel_ids(shell: Json) -> list[str]:
    """The ids of the submodels a shell refers to."""
    return [reference["keys"][0]["value"] for reference in shell.get("submodels", ())]


def referred_ids(value: Any) -> Iterator[str]:
    """Every id that a reference below ``value`` ends in: any may be that of a concept description."""
    if isinstance(value, list):
        for part in value:
            yield from referred_ids(part)
    elif isinstance(value, dict):
        keys = value.get("keys")
        if isinstance(keys, list) and keys and "value" in keys[-1]:
            yield keys[-1]["value"]
        for part in value.values():
            if isinstance(part, dict | list):
                yield from referred_ids(part)
