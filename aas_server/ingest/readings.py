"""The last reading of every field in a batch, for the twin's live values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aas_server.errors import AasError
from aas_server.ingest.decode import Batch
from aas_server.ingest.trouble import log
from aas_server.store.contract import MOST_COLUMNS, Live, LiveValue
from connectors.message import Scalar

MOST_TAGS = 20_000
"""Live values of a narrow stream: devices of ten thousand tags are known. A wide one has as many as columns."""

_DOUBTFUL = frozenset({"implausible-time", "unreadable-time"})


def show(live: Live, batch: Batch) -> None:
    """Make the batch's last readings the live values of its stream. Left out where that fails for a reason that
    nobody foresaw: it must not keep the records from being stored."""
    try:
        live.put(batch.stream, last_readings(batch), MOST_TAGS if batch.shape == "narrow" else MOST_COLUMNS)
    except AasError:
        raise
    except Exception as fault:
        log(batch.stream, fault)


def last_readings(batch: Batch) -> Mapping[str, LiveValue]:
    """By field (wide) or tag (narrow). A record without a time that can be believed counts by its arrival."""
    times = [arrival if time is None else time for time, arrival in zip(batch.times, batch.arrivals, strict=True)]
    for row, flags in batch.flags.items():
        if not _DOUBTFUL.isdisjoint(flags):
            times[row] = batch.arrivals[row]
    wanted = _names(batch)
    found: dict[str, LiveValue] = {}
    for row in reversed(np.argsort(np.array(times, np.int64), kind="stable").tolist()):
        for name, value in _values(batch, row):
            if name not in found:
                found[name] = LiveValue(value, times[row])
        if len(found) == wanted:
            break
    return found


def _names(batch: Batch) -> int:
    if batch.shape == "narrow":
        return len(set(batch.tags))
    return len({name for row in batch.rows for name in row})


def _values(batch: Batch, row: int) -> list[tuple[str, Scalar]]:
    if batch.shape == "wide":
        return list(batch.rows[row].items())
    text = batch.texts[row]
    return [(batch.tags[row], batch.numbers[row] if text is None else text)]
