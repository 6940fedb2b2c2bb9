"""Watched folders: what is put in is stored once, ends in done or failed, and nothing else is touched."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader

Until = Callable[[Callable[[], object]], None]


def png(colour: int = 0) -> bytes:
    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + part(b"IDAT", zlib.compress(bytes([0, colour]))) + part(b"IEND", b"")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def watch(store: Store, settings: Settings, inbox: Path) -> Iterator[Callable[..., Ingest]]:
    opened: list[Ingest] = []

    def start(topic: str = "line/1", **changed: object) -> Ingest:
        named = {"watch": [f"{inbox}={topic}"], "watch_seconds": 0.02} | changed
        ingest = Ingest(store, settings.model_copy(update=named), [])
        ingest.start()
        opened.append(ingest)
        return ingest

    yield start
    for ingest in opened:
        ingest.stop()


@pytest.fixture
def rows(store: Store) -> Callable[..., list[tuple[object, ...]]]:
    def read(ingest: Ingest, columns: str, stream: str = "line_1") -> list[tuple[object, ...]]:
        assert ingest.settle()
        with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
            return database.execute(f"SELECT {columns} FROM records ORDER BY position").fetchall()

    return read


def put(file: Path, content: str | bytes) -> Path:
    """As a careful writer does: beside, then renamed."""
    file.parent.mkdir(exist_ok=True)
    draft = file.with_name(f".{file.name}")
    draft.write_bytes(content if isinstance(content, bytes) else content.encode())
    return draft.rename(file)


def test_a_table_is_stored_and_moved_to_done(watch, inbox: Path, until: Until, rows) -> None:
    ingest = watch()
    put(inbox / "a.csv", "time,v\n2026-03-01 00:00:00,1\n2026-03-01 00:00:01,2\n")
    until((inbox / "done" / "a.csv").exists)
    assert rows(ingest, "v") == [(1,), (2,)]
    put(inbox / "a.csv", "time,v\n2026-03-01 00:00:00,1\n2026-03-01 00:00:01,2\n")
    until((inbox / "done" / "a (2).csv").exists)
    assert rows(ingest, "v") == [(1,), (2,)]
    assert [broker.connected for broker in ingest.state().brokers] == [True]


def test_pictures_get_label_and_shot_from_where_they_lie(
    watch, inbox: Path, until: Until, rows, store: Store
) -> None:
    put(inbox / "labels.csv", "file,label,shot,time\nc.png,scratch,7,2026-03-01T00:00:00Z\n")
    put(inbox / "ok" / "cam_shot-12.png", png(1))
    put(inbox / "ng" / "b.png", png(2))
    put(inbox / "c.png", png(3))
    ingest = watch()
    for name in ("ok/cam_shot-12.png", "ng/b.png", "c.png"):
        until((inbox / "done" / name).exists)
    found = rows(ingest, "file, label, shot, width, media_type")
    assert sorted(found) == [
        ("b.png", "ng", None, 1, "image/png"),
        ("c.png", "scratch", "7", 1, "image/png"),
        ("cam_shot-12.png", "ok", "12", 1, "image/png"),
    ]
    digest = rows(ingest, "image")[0][0]
    assert store.files.path(str(digest)).read_bytes().startswith(b"\x89PNG")
    assert (inbox / "labels.csv").exists()
    assert store.catalogue.page("ingested") == []


def test_a_table_of_labels_may_lie_in_the_folder_of_the_pictures(watch, inbox: Path, until: Until, rows) -> None:
    put(inbox / "labels.csv", "file,label\na.png,from above\nb.png,from above\n")
    put(inbox / "camera" / "labels.csv", "file,label,shot\na.png,불량,7\n".encode("cp949"))
    put(inbox / "camera" / "a.png", png(1))
    put(inbox / "camera" / "b.png", png(2))
    ingest = watch()
    for name in ("a.png", "b.png"):
        until((inbox / "done" / "camera" / name).exists)
    assert sorted(rows(ingest, "file, label, shot")) == [("a.png", "불량", "7"), ("b.png", "from above", None)]
    assert (inbox / "camera" / "labels.csv").exists()


def test_what_is_wrong_is_moved_to_failed_with_its_reason(watch, inbox: Path, until: Until, store: Store) -> None:
    watch()
    put(inbox / "a.csv", "time,v\n1\n")
    put(inbox / "b.png", b"no picture")
    for name in ("a.csv", "b.png"):
        until((inbox / "failed" / name).exists)
        korean, english = (inbox / "failed" / f"{name}.txt").read_text("utf-8").splitlines()
        assert any("가" <= sign <= "힣" for sign in korean)
        assert not any("가" <= sign <= "힣" for sign in english)
        assert ".work" not in korean + english
    assert store.journal.last() == 0


def test_links_unknown_files_and_unfinished_ones_are_left_alone(
    watch, inbox: Path, tmp_path: Path, until: Until, store: Store
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("time,v\n2026-03-01,1\n")
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "folder").symlink_to(tmp_path)
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "a.exe").write_bytes(b"MZ")
    (inbox / "b.csv.part").write_text("time,v\n")
    ingest = watch()
    until(lambda: ingest.state().brokers[0].error == "watch-left-alone")
    told = ingest.state().brokers[0].values["files"]
    until(lambda: "a.exe" in ingest.state().brokers[0].values["files"])
    assert "link.csv" in told
    put(inbox / "z.csv", "time,v\n2026-03-01,1\n")
    until((inbox / "done" / "z.csv").exists)
    names = {path.name for path in inbox.iterdir()} - {".work", "done"}
    assert names == {"link.csv", "folder", "pipe.csv", "a.exe", "b.csv.part"}
    assert store.journal.last() == 1


def test_a_file_that_grows_is_not_taken_before_it_is_complete(watch, inbox: Path, until: Until, rows) -> None:
    file = inbox / "a.csv"
    with file.open("w") as writer:
        ingest = watch(watch_seconds=0.5)
        writer.write("time,n\n")
        for number in range(200):
            writer.write(f"2026-03-01 00:00:00,{number}\n")
            writer.flush()
            os.utime(file, ns=(number, number))
    until((inbox / "done" / "a.csv").exists)
    assert rows(ingest, "n") == [(number,) for number in range(200)]


def test_what_a_crash_left_is_finished_at_the_next_start(watch, inbox: Path, until: Until, rows) -> None:
    put(inbox / ".work" / "a.csv", "time,v\n2026-03-01,1\n")
    (inbox / ".work" / "ok").mkdir()
    put(inbox / ".work" / "ok" / "b.png", png())
    ingest = watch()
    until((inbox / "done" / "a.csv").exists)
    until((inbox / "done" / "ok" / "b.png").exists)
    assert rows(ingest, "v, label") == [(1, None), (None, "ok")]


def test_a_folder_that_is_missing_is_told_and_goes_on_once_it_is_there(watch, inbox: Path, until: Until) -> None:
    inbox.rmdir()
    ingest = watch()
    until(lambda: ingest.state().brokers[0].error == "watch-folder-unreadable")
    assert not ingest.ready()
    inbox.mkdir()
    put(inbox / "a.csv", "time,v\n2026-03-01,1\n")
    until((inbox / "done" / "a.csv").exists)
    until(ingest.ready)


def test_a_link_in_place_of_our_folders_leads_nothing_elsewhere(
    watch, inbox: Path, tmp_path: Path, until: Until
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (inbox / "done").symlink_to(elsewhere)
    put(inbox / "a.csv", "time,v\n2026-03-01,1\n")
    ingest = watch()
    until(lambda: ingest.state().brokers[0].error == "watch-folder-unreadable")
    assert list(elsewhere.iterdir()) == []
    (inbox / "done").unlink()
    until((inbox / "done" / "a.csv").exists)
