"""In which turn streams are folded where there are too many to fold them all at once."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.ingest.decode import Decoder


def in_turn(decoder: Decoder) -> Sequence[str]:
    """The streams that wait, oldest first: so the mark moves on. Where no more may be gathered, the largest ones
    come before them, until half the room is free: so the others needn't wait for many small ones."""
    batches = decoder.batches
    oldest = sorted(batches, key=lambda stream: batches[stream].sent[0])
    if not decoder.full:
        return oldest
    first: list[str] = []
    freed = 0
    for stream in sorted(batches, key=lambda stream: -len(batches[stream])):
        if 2 * freed >= decoder.records:
            break
        freed += len(batches[stream])
        first.append(stream)
    taken = set(first)
    return [*first, *(stream for stream in oldest if stream not in taken)]
