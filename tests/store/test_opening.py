from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from aas_server.errors import Conflict, Unavailable
from aas_server.messages import LANGUAGES, error_text
from aas_server.store.sqlite import open_store


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    store = open_store(tmp_path / "deep" / "data")
    assert (store.folder / "twin.db").exists()
    assert (store.folder / "journal.db").exists()
    store.close()
    open_store(store.folder).close()


@pytest.mark.parametrize("file", ["twin.db", "journal.db"])
def test_a_folder_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path, file: str) -> None:
    open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / file) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = (tmp_path / file).read_bytes()
    with pytest.raises(Conflict) as refused:
        open_store(tmp_path)
    assert refused.value.key == "database-newer"
    for language in LANGUAGES:
        said = error_text(refused.value, language)
        assert "99" in said
        assert str(refused.value.values["known"]) in said
        assert str(tmp_path) in said
    assert (tmp_path / file).read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(Unavailable) as refused:
        open_store(tmp_path)
    assert refused.value.key == "store-damaged"
    assert "journal.db" in error_text(refused.value, "ko")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable) as refused:
        open_store(tmp_path / "file" / "data")
    assert refused.value.key == "data-folder-unwritable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Unavailable):
        open_store(tmp_path)


def test_both_databases_sync_every_commit(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for database in (store.journal._database, store.catalogue._database):  # type: ignore[attr-defined]
        connection = database.connection()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()


def test_several_processes_open_a_new_folder_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from aas_server.store.sqlite import open_store\n"
        "store = open_store(Path(sys.argv[1])); store.catalogue.put('demo', sys.argv[2], b'1'); store.close()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "data"), str(number)], stderr=subprocess.PIPE
        )
        for number in range(4)
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    store = open_store(tmp_path / "data")
    assert [id for id, _ in store.catalogue.page("demo")] == ["0", "1", "2", "3"]
    store.close()


def test_what_a_crash_left_half_written_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    incoming = tmp_path / "files" / "incoming"
    left, fresh = incoming / "left", incoming / "fresh"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    fresh.write_bytes(b"just made, not locked yet")

    class Slow(io.BytesIO):
        """While it is read, another process opens the folder; by then the file is old."""

        def read(self, size: int | None = -1) -> bytes:
            for file in incoming.iterdir():
                if file != fresh:
                    os.utime(file, (1, 1))
            open_store(tmp_path).close()
            return super().read(size)

    digest = store.files.add(Slow(b"content"))
    assert store.files.path(digest).read_bytes() == b"content"
    assert list(incoming.iterdir()) == [fresh]
    store.close()


def test_a_file_is_synced_before_it_is_named_and_its_folders_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    done: list[str] = []
    rename, fsync = Path.rename, os.fsync

    def renamed(self: Path, target: Path) -> Path:
        done.append("named")
        return rename(self, target)

    def synced(handle: int) -> None:
        done.append(Path(f"/proc/self/fd/{handle}").readlink().parent.name)
        fsync(handle)

    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(os, "fsync", synced)
    store.files.add(b"once")
    assert done == ["incoming", "named", "files", tmp_path.name]
    done.clear()
    store.files.add(b"once")
    assert done == ["incoming", "files", tmp_path.name]
    store.close()
