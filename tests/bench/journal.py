"""How fast messages become durable: PostgreSQL against COPY of the same bytes, SQLite beside it.

Run: ``python tests/bench/journal.py [COMMITS]``. Each commit is appended to the journal and copied into a table
with one column of bytes, in turns; both wait for the disk (``fsync`` and ``synchronous_commit`` are on). COPY has
either a row a message (its payload) or a row a commit (the journal's blob before it is compressed). Payloads are
made here: MOS messages of five readings with one decimal, or 300 random bytes, which can't be compressed.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
from serving import postgres

from aas_server.store.contract import Journal
from aas_server.store.postgres import open_store
from aas_server.store.sql import blobs
from aas_server.store.sqlite import open_store as open_sqlite
from connectors.message import Message

SIZES = (1, 20, 100, 1000, 5000)
"""Messages of a commit: what has arrived while the one before was written."""
COMMITS = 100


def main(commits: int) -> None:
    with tempfile.TemporaryDirectory() as folder, postgres() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE raw (body bytea)")
        connection.commit()
        journal = open_store(Path(folder, "postgres"), url).journal
        beside = open_sqlite(Path(folder, "sqlite")).journal
        for kind, payload in (("MOS", mos), ("random", noise)):
            for size in SIZES:
                told(kind, size, commits, measured(journal, beside, connection, payload, size, commits))


def measured(
    journal: Journal,
    beside: Journal,
    connection: psycopg.Connection,
    payload: Callable[[int], bytes],
    size: int,
    commits: int,
) -> list[float]:
    """Seconds of all commits together: the journal, COPY by message, COPY by commit, the journal in SQLite."""
    seconds = [0.0] * 4
    for messages in batches(payload, size, commits):
        works: Sequence[Callable[[], object]] = (
            lambda: journal.append(messages),  # noqa: B023 (called in this turn)
            lambda: copy(connection, [message.payload for message in messages]),  # noqa: B023
            lambda: copy(connection, [blobs.packed(messages)]),  # noqa: B023
            lambda: beside.append(messages),  # noqa: B023
        )
        for number, work in enumerate(works):
            start = time.perf_counter()
            work()
            seconds[number] += time.perf_counter() - start
    return seconds


def copy(connection: psycopg.Connection, bodies: Sequence[bytes]) -> None:
    statement = "COPY raw (body) FROM STDIN (FORMAT BINARY)"
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(statement) as copying:
        copying.set_types(["bytea"])
        for body in bodies:
            copying.write_row((body,))


def batches(payload: Callable[[int], bytes], size: int, commits: int) -> Iterator[list[Message]]:
    for start in range(0, size * commits, size):
        yield [
            Message("mqtt://plant", f"mos/type-4/d{number % 20}", payload(number), 10**18 + number, 1, False, 1)
            for number in range(start, start + size)
        ]


def mos(number: int) -> bytes:
    data = [{"tag": f"Product.CA03.T{n}", "value": str(round(20 + random.random() * 5, 1))} for n in range(5)]
    return json.dumps({"localtime": 1698218076000000000 + number * 10**9, "data": data}).encode()


def noise(number: int) -> bytes:
    return random.randbytes(300)


def told(kind: str, size: int, commits: int, seconds: list[float]) -> None:
    ours, by_message, by_commit, sqlite = seconds
    print(
        f"{kind:6} {size:5} a commit: {by_message / ours:5.2f} x COPY by message, {by_commit / ours:5.2f} x commit"
        f" ({ours * 1000 / commits:.2f} ms; SQLite {sqlite * 1000 / commits:.2f} ms)"
    )


if __name__ == "__main__":
    random.seed(7)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COMMITS)
