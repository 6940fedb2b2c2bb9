"""The last reading of every field in a batch, for the twin's live values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aas_server.errors import AasError
from aas_server.ingest.batch import Batch
from aas_server.ingest.ordering import DOUBTED, OLD_BY_NATURE
from aas_server.ingest.screen import field_names
from aas_server.ingest.trouble import log
from aas_server.store.contract import MOST_COLUMNS, Live, LiveValue

MOST_TAGS = 20_000
"""Live values of a narrow stream: devices of ten thousand tags are known. A wide one has as many as columns."""

_BEFORE_ALL = 0
"""The time (ns since 1970) of what is old but says not how old: it takes no other reading's place."""


def show(live: Live, batch: Batch, message: int = 0) -> None:
    """Make the batch's last readings, from its message number ``message`` (from 0) on, the live values of its
    stream. Left out where that fails for a reason that nobody foresaw: it must not keep the records from being
    stored."""
    try:
        last = last_readings(batch.since(message))
        live.put(batch.stream, last, MOST_TAGS if batch.shape == "narrow" else MOST_COLUMNS)
    except AasError:
        raise
    except Exception as fault:
        log(batch.stream, fault)


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
