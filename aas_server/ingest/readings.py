"""The last reading of every field in a batch, for the twin's live values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.errors import AasError
from aas_server.ingest.batch import Batch
from aas_server.ingest.ordering import DOUBTED, OLD_BY_NATURE
from aas_server.ingest.screen import field_names
from aas_server.ingest.trouble import log
from aas_server.store.contract import MOST_COLUMNS, Live, LiveValue, Readings

MOST_TAGS = 20_000
"""Live values of a narrow stream: devices of ten thousand tags are known. A wide one has as many as columns."""

_TOGETHER = 500
"""Streams a transaction: others who write wait for a few milliseconds."""
_BEFORE_ALL = 0
"""The time (ns since 1970) of what is old but says not how old: it takes no other reading's place."""


def show(live: Live, batches: Iterable[tuple[Batch, int]]) -> None:
    """Make the last readings of batches, each from its message of that number (from 0) on, the live values of
    their streams. Left out where that fails for a reason that nobody foresaw: it must not keep the records from
    being stored."""
    left = iter(batches)
    while some := list(islice(left, _TOGETHER)):
        _put(live, [told for batch, message in some if (told := _told(batch.since(message))) is not None])


def _told(batch: Batch) -> Readings | None:
    try:
        most = MOST_TAGS if batch.shape == "narrow" else MOST_COLUMNS
        return Readings(batch.stream, last_readings(batch), most)
    except AasError:
        raise
    except Exception as fault:
        log(batch.stream, fault)
        return None


def _put(live: Live, told: Sequence[Readings]) -> None:
    """All at once, one by one where one of them can't be put."""
    try:
        live.put_all(told)
    except AasError:
        raise
    except Exception as fault:
        if len(told) == 1:
            log(told[0].stream, fault)
            return
        for one in told:
            _put(live, [one])


def last_readings(batch: Batch) -> Mapping[str, LiveValue]:
    """By field (wide) or tag (narrow). A record without a time that can be believed counts by its arrival; but one
    that is old by nature (sent as history, or retained by a broker) then comes before all others."""
    times = _times(batch)
    order = np.argsort(times, kind="stable")
    return _of_tags(batch, times, order) if batch.shape == "narrow" else _of_fields(batch, times, order)


def _times(batch: Batch) -> NDArray[np.int64]:
    told = batch.times
    valid = told.is_valid().to_numpy(zero_copy_only=False)
    times = np.where(valid, told.fill_null(0).to_numpy(), batch.arrivals)
    arrivals = batch.arrivals if batch.flags else times
    for row, flags in batch.flags.items():
        doubted = not valid[row] or not DOUBTED.isdisjoint(flags)
        if doubted:
            times[row] = arrivals[row] if OLD_BY_NATURE.isdisjoint(flags) else _BEFORE_ALL
    return times


def _of_tags(batch: Batch, times: NDArray[np.int64], order: NDArray[np.int64]) -> Mapping[str, LiveValue]:
    samples = batch.samples.columns()
    last = np.full(len(batch.samples.tags), -1, np.int64)
    # Of several rows with one number the last one stays.
    last[samples["code"].to_numpy()[order]] = order
    there = np.flatnonzero(last >= 0)
    found = samples.take(pa.array(last[there]))
    tags = list(batch.samples.tags)
    return {
        tags[code]: LiveValue(number if text is None else text, time)
        for code, number, text, time in zip(
            there.tolist(),
            found["number"].to_pylist(),
            found["text"].to_pylist(),
            times[last[there]].tolist(),
            strict=True,
        )
    }


def _of_fields(batch: Batch, times: NDArray[np.int64], order: NDArray[np.int64]) -> Mapping[str, LiveValue]:
    wanted = len(field_names(batch.rows))
    found: dict[str, LiveValue] = {}
    for row in reversed(order.tolist()):
        for name, value in batch.rows[row].items():
            if name not in found:
                found[name] = LiveValue(value, int(times[row]))
        if len(found) == wanted:
            break
    return found
