"""After an erasure nothing of a message is left in the database's files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.store.contract import Quarantined, Store
from aas_server.store.sqlite import open_store
from connectors.message import Message

psycopg = pytest.importorskip("psycopg", reason="needs psycopg (extra postgres)")

from aas_server.store import postgres  # noqa: E402 (needs the extra)

MARKER = b"3f0c-secret-recipe-91aa"
TOPIC = "line/secret-topic-77b1"


def secret(size: int, noise: bool) -> bytes:
    """Of which a part is the marker, twice; with noise it can't be compressed."""
    filling = secrets.token_bytes(size) if noise else b"x" * size
    return MARKER + filling + MARKER


def found(folder: Path) -> list[str]:
    files = [folder / f"journal.db{end}" for end in ("", "-wal", "-shm")]
    marks = (MARKER, TOPIC.encode())
    return [file.name for file in files if file.exists() and any(mark in file.read_bytes() for mark in marks)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


@pytest.mark.parametrize(("size", "count"), [(10, 1), (500, 1), (3000, 7), (200_000, 2)])
@pytest.mark.parametrize("noise", [True, False])
def test_nothing_is_left_in_the_files(store: Store, size: int, count: int, noise: bool) -> None:
    for number in range(30):
        mine = [Message("a", TOPIC, secret(size, noise), number) for _ in range(count)]
        others = [Message("a", "kept", b"%d" % number, number)] * 3
        store.journal.append([*mine, *others], redelivered=mine)
        store.journal.quarantine([Quarantined(number * (count + 3) + 1, "a", TOPIC, 1, "k", {"topic": TOPIC})])
    assert found(store.folder)
    assert store.journal.erase(lambda entry: entry.message.topic == TOPIC).messages == 30 * count
    assert found(store.folder) == []
    kept = [entry.message.payload for entry in store.journal.read(0, 10_000) if not entry.erased]
    assert kept == [b"%d" % number for number in range(30) for _ in range(3)]
    store.close()


def test_nothing_is_left_of_what_was_pruned_before(store: Store) -> None:
    for number in range(40):
        store.journal.append([Message("a", TOPIC, secret(900, noise=True), number)])
    store.journal.set_mark("fold", 40)
    store.journal.prune(39)
    store.journal.erase(lambda entry: entry.message.topic == TOPIC)
    assert found(store.folder) == []
    store.close()


def test_nothing_is_left_beside_another_process_that_reads(store: Store) -> None:
    other = open_store(store.folder)
    store.journal.append([Message("a", TOPIC, secret(900, noise=True), 1)])
    assert len(other.journal.read(0, 10)) == 1
    store.journal.erase(lambda entry: entry.message.topic == TOPIC)
    assert found(store.folder) == []
    assert [entry.erased for entry in other.journal.read(0, 10)] == [True]
    other.close()
    store.close()


def test_postgres_has_no_row_of_it_left(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    store = postgres.open_store(tmp_path, url)
    mine = Message("a", TOPIC, secret(900, noise=True), 1)
    store.journal.append([mine, Message("a", "kept", b"1", 1)], redelivered=[mine])
    store.journal.quarantine([Quarantined(1, "a", TOPIC, 1, "k", {"topic": TOPIC})])
    with psycopg.connect(url, autocommit=True) as connection:
        assert marked(connection, "batch")
    store.journal.erase(lambda entry: entry.message.topic == TOPIC)
    store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("batch", "quarantine", "topic_count"):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            assert MARKER.decode() not in str(rows)
            assert TOPIC not in str(rows)
            assert marked(connection, table) == []


def marked(connection: Any, table: str) -> list[str]:
    """Which of a table's files, with that of its long values, hold the marker."""
    connection.execute("CHECKPOINT")
    (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    files = connection.execute(
        "SELECT pg_relation_filepath(oid) FROM pg_class WHERE oid = %(table)s::regclass"
        " OR oid = (SELECT reltoastrelid FROM pg_class WHERE oid = %(table)s::regclass)",
        {"table": table},
    ).fetchall()
    paths = [Path(folder, file) for (file,) in files]
    if not os.access(paths[0], os.R_OK):
        pytest.skip("the database's files are another user's")
    return [path.name for path in paths if MARKER in path.read_bytes() or TOPIC.encode() in path.read_bytes()]
