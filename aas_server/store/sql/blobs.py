"""The messages of a commit as one blob, and what is left of one that was erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from aas_server.store.contract import Entry
from connectors.message import Message

_LEAST = 2**12
"""Bytes from which a blob is compressed: below, a call costs more than the few bytes saved."""
_LEVEL = 1
_FRAME = b"\x28\xb5\x2f\xfd"
"""How a Zstandard frame begins (RFC 8878, 3.1.1); an array of MessagePack never does."""


class _Kept(msgspec.Struct, array_like=True):
    """A message in a blob. New parts come at the end, with a default: old blobs stay readable."""

    source: str
    topic: str
    payload: bytes
    arrival: int
    qos: int = 0
    retain: bool = False
    packet_id: int = 0
    left_out: int = 0
    erased: bool = False


class Broken(Exception):
    """A blob that is not what was written."""


_DECODER = msgspec.msgpack.Decoder(list[_Kept])


def packed(messages: Sequence[Message]) -> bytes:
    """Messages as they are kept, before ``compressed``."""
    return msgspec.msgpack.encode([message.parts() for message in messages])


def compressed(body: bytes) -> bytes:
    """As it goes into the database."""
    if len(body) < _LEAST:
        return body
    smaller: bytes = pa.Codec("zstd", _LEVEL).compress(body, asbytes=True)
    return smaller if len(smaller) < len(body) else body


def entries(last: int, body: bytes) -> Iterator[Entry]:
    """A blob's entries; ``last`` is the position of its last one."""
    kept = _unpacked(body)
    return (Entry(position, _message(one), one.erased) for position, one in enumerate(kept, last - len(kept) + 1))


@dataclass(frozen=True, slots=True)
class Rest:
    """A blob again, before ``compressed``, without what was wanted, and what went."""

    body: bytes
    gone: Sequence[Entry]


def without(last: int, body: bytes, wanted: Callable[[Entry], bool]) -> Rest | None:
    """A blob, whose last entry stands at ``last``, without what is wanted; ``None`` where it holds nothing of
    it."""
    kept = _unpacked(body)
    first = last - len(kept) + 1
    there = [Entry(first + number, _message(one)) for number, one in enumerate(kept) if not one.erased]
    gone = [entry for entry in there if wanted(entry)]
    if not gone:
        return None
    for entry in gone:
        message = entry.message
        # No packet id: nothing is compared with it as a redelivery.
        kept[entry.position - first] = _Kept(
            message.source, "", b"", message.arrival, message.qos, message.retain, erased=True
        )
    return Rest(msgspec.msgpack.encode(kept), gone)


def _message(kept: _Kept) -> Message:
    return Message(
        kept.source,
        kept.topic,
        kept.payload,
        kept.arrival,
        kept.qos,
        kept.retain,
        kept.packet_id,
        kept.left_out,
    )


def _unpacked(body: bytes) -> list[_Kept]:
    try:
        if body.startswith(_FRAME):
            with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
                body = stream.read()
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, pa.ArrowException, OSError) as fault:
        raise Broken(str(fault)) from fault
