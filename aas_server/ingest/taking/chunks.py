"""Rows put together into messages: JSON arrays of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from aas_server.errors import TooLarge
from connectors.message import Scalar

CHUNK = 2**20
"""Bytes of a message made of a file's rows: few commits, and little to do again after a crash."""
_MOST = 10_000
"""Rows of one: what a message holds is decoded as one piece."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A message's payload, and how many rows it holds."""

    payload: bytes
    rows: int


def chunks(
    rows: Iterable[Mapping[str, Scalar]], largest: int, size: int = CHUNK, most: int = _MOST
) -> Iterator[Chunk]:
    """``rows`` in order, as many a message as fit into ``size`` bytes. Raises ``TooLarge`` for a row that is over
    ``largest`` bytes by itself."""
    encode = msgspec.json.Encoder().encode
    gathered: list[bytes] = []
    total = 2
    for number, row in enumerate(rows, start=1):
        encoded = encode(row)
        if len(encoded) + 2 > largest:
            raise TooLarge("row-too-large", row=number, size=len(encoded), limit=largest)
        if gathered and (total + len(encoded) + 1 > size or len(gathered) == most):
            yield _joined(gathered)
            gathered, total = [], 2
        gathered.append(encoded)
        total += len(encoded) + 1
    if gathered:
        yield _joined(gathered)


def _joined(rows: list[bytes]) -> Chunk:
    return Chunk(b"[" + b",".join(rows) + b"]", len(rows))
