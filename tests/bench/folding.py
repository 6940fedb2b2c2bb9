"""Processor time to decode, show and fold a sample: ``python tests/bench/folding.py [--messages N]``.

MOS blocks of a hundred samples from ten devices are journalled beforehand, so that neither broker nor publisher
takes part; then all that a server's thread does with them is measured: its own processor time, the process's with
the thread that folds beside it, and samples a second.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from samples import DEVICES, SAMPLES, bodies

from aas_server.collecting import collected_seldom
from aas_server.ingest.folding import Folding
from aas_server.ingest.rates import Rates
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.sqlite import open_store
from connectors.message import Message

_COMMIT = 500
"""Messages committed together."""
_WARM = 1_000


def fill(store: Store, messages: int) -> None:
    """Journal blocks, a millisecond apart."""
    kinds = [(topic[2:].decode(), before, after) for topic, before, after in bodies(SAMPLES)]
    now = time.time_ns()
    for first in range(0, messages, _COMMIT):
        made = []
        for number in range(first, min(first + _COMMIT, messages)):
            topic, before, after = kinds[number % len(kinds)]
            stamp = now + number * 1_000_000
            made.append(Message("bench", topic, before + b"%d" % stamp + after, stamp, 1))
        store.journal.append(made)


def fold(folding: Folding, upto: int) -> None:
    while folding.folded < upto:
        folding.step(upto)


def measure(folder: Path, messages: int) -> dict[str, object]:
    open_store(folder).close()
    store = open_store(folder)
    fill(store, _WARM + messages)
    folding = Folding(store, Settings(data=folder), Rates(), lambda _: None)
    fold(folding, _WARM)
    first = folding.folded
    with collected_seldom():
        thread, process, begun = time.thread_time(), time.process_time(), time.perf_counter()
        fold(folding, _WARM + messages)
        seconds = time.perf_counter() - begun
        process, thread = time.process_time() - process, time.thread_time() - thread
    folding.close()
    store.close()
    samples = (_WARM + messages - first) * SAMPLES
    return {
        "samples": samples,
        "devices": DEVICES,
        "thread_us_a_sample": round(thread / samples * 1e6, 2),
        "process_us_a_sample": round(process / samples * 1e6, 2),
        "samples_per_second": round(samples / seconds),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=20_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aas-bench-") as scratch:
        print(json.dumps(measure(Path(scratch) / "data", chosen.messages)))
