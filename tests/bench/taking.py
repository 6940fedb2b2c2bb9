"""How long a file takes to be taken in: CSV into the journal, and from there into the lake.

``python tests/bench/taking.py [--rows N]`` prints rows a second of processor time and of the clock.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aas_server.ingest.service import catch_up
from aas_server.ingest.taking.files import SOURCE, Files, Wish
from aas_server.settings import Settings
from aas_server.store.sqlite import open_store
from connectors.message import Message


def write(file: Path, rows: int) -> None:
    """Ten columns: time, machine, six readings, a counter and a truth value."""
    chance = random.Random(1)
    with file.open("w", encoding="utf-8") as out:
        out.write("time,설비,p1,p2,p3,t1,t2,t3,qty,ok\n")
        for n in range(rows):
            at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1772323200 + n))
            value = chance.random() * 100
            readings = ",".join(f"{value * factor:.2f}" for factor in (1, 2, 3, 0.5, 0.25, 0.125))
            out.write(f"{at},우진2호기,{readings},{n},{n % 7 == 0}\n")


@contextmanager
def measured(what: str, rows: int) -> Iterator[None]:
    wall, processor = time.monotonic(), time.process_time()
    yield
    wall, processor = time.monotonic() - wall, time.process_time() - processor
    print(f"{what}: {processor:.1f} s of processor ({rows / processor:,.0f} rows/s), {wall:.1f} s by the clock")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        write(file, rows)
        settings = Settings(data=Path(folder) / "data")
        store = open_store(settings.data)
        journal = store.journal
        files = Files(
            store,
            settings,
            lambda topic, chunk, arrival: journal.append([Message(SOURCE, topic, chunk.payload, arrival)]),
        )
        with measured("into the journal", rows):
            files.take(file, Wish("line/1"))
        with measured("into the lake", rows):
            catch_up(store, settings)
        store.close()


if __name__ == "__main__":
    main()
