"""A whole store from one engine to the other and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from aas_server import databases
from aas_server.errors import Conflict
from aas_server.settings import Settings
from aas_server.store.contract import Element, Fact, Keys, LiveValue, Quarantined, Store
from aas_server.store.sql.copying import copy
from aas_server.store.sql.engine import Row
from aas_server.store.sql.opening import Databases, bring_up
from aas_server.store.sql.tables import TABLES
from aas_server.store.sqlite import open_store
from connectors.message import Message


@contextmanager
def opened(folder: Path, url: str | None = None) -> Iterator[Databases]:
    folder.mkdir(exist_ok=True)
    with closing(databases.databases(folder, url)) as found:
        bring_up(found, None, half=True)
        yield found


def rows(store: Databases) -> dict[str, list[Row]]:
    """Every row of every table, in an order of their own."""
    found: dict[str, list[Row]] = {}
    for part, tables in TABLES.items():
        with store.parts()[part].reading() as connection:
            for name, table in tables.items():
                all_rows = connection.execute(f"SELECT {table.columns} FROM {name}").fetchall()
                found[name] = sorted((tuple(row) for row in all_rows), key=repr)
    return found


def fill(folder: Path) -> None:
    """Something in every table, more than one batch in some, the last document gone again."""
    store = open_store(folder, indexing=databases.INDEXING)

    async def write() -> None:
        async with store.documents.write() as transaction:
            for number in range(60):
                keys = Keys(
                    "S",
                    "urn:sem",
                    (("plant", "가"),),
                    (Fact("a[0].b", "c"),),
                    (
                        Element("P", "P", None, None, "xs:double", "1.50", 1.5),
                        Element("L", value=None, language="ko"),
                    ),
                    b"meta",
                )
                await transaction.put("submodel", f"urn:{number}", bytes([number, 0, 255]), keys)
            await transaction.put("shell", "urn:0", b"{}", Keys())
            await transaction.attach("urn:2", "File", "text/plain", "0" * 64)
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:1", b"changed", Keys())
            await transaction.delete("shell", "urn:0")

    asyncio.run(write())
    store.catalogue.put("product", "나", b"\x00record")
    store.live.put("s", {"a": LiveValue(1.5, 2**62), "b": LiveValue(None, 1)})
    for number in range(3):
        message = Message("mqtt://a", "t/공장", b"\x00\xff", number, 1)
        store.journal.append([message] * 2, redelivered=[message] * number)
    store.journal.quarantine([Quarantined(2, "mqtt://a", "t", 7, "payload-empty", {"fault": "없음"})])
    store.journal.set_mark("fold", 4, {"births": b"\x00\xff"})
    store.close()


def use(store: Store) -> tuple[list[int], int]:
    """Go on writing: positions of the change log, and the journal's last."""

    async def write() -> list[int]:
        async with store.documents.write() as transaction:
            await transaction.put("shell", "urn:new", b"{}", Keys())
        page = await store.documents.page("shell", 5)
        assert [one.id for one in page.documents] == ["urn:new"]
        return [change.position for change in await store.documents.changes(64, 10)]

    positions = asyncio.run(write())
    return positions, store.journal.append([Message("mqtt://a", "t", b"x", 1)])


def test_there_and_back_every_row_is_the_same(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    fill(tmp_path / "first")
    url = new_postgres()
    shown: list[tuple[int, int]] = []
    with opened(tmp_path / "first") as source, opened(tmp_path / "first", url) as middle:
        counts = copy(source, middle, lambda done, total: shown.append((done, total)))
        wanted = rows(source)
        assert rows(middle) == wanted
        assert counts == {name: len(found) for name, found in wanted.items()}
        assert all(counts[name] for name in counts)
        assert shown[-1] == (sum(counts.values()),) * 2
        with opened(tmp_path / "second") as target:
            copy(middle, target, lambda *_: None)
            assert rows(target) == wanted
    stores = [
        open_store(tmp_path / "first"),
        databases.open_store(Settings(data=tmp_path / "first", database_url=url)),  # type: ignore[arg-type]
        open_store(tmp_path / "second"),
    ]
    assert [use(store) for store in stores] == [([65], 7)] * 3
    for store in stores:
        store.close()


def test_no_number_is_given_twice_after_a_copy(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    """A cursor that points to a document that is gone must not skip the next one."""
    fill(tmp_path / "first")
    url = new_postgres()
    with opened(tmp_path / "first") as source, opened(tmp_path, url) as target:
        copy(source, target, lambda *_: None)
        for store in (source, target):
            with store.twin.writing() as connection:
                made = connection.execute(
                    "INSERT INTO document (kind, id, body, etag, created, updated)"
                    " VALUES ('shell', 'x', ?, 'e', 1, 1) RETURNING seq",
                    (b"",),
                ).fetchall()
            assert made == [(62,)]


def test_a_target_that_is_not_empty_is_left_alone(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    fill(tmp_path / "first")
    with opened(tmp_path / "first") as source, opened(tmp_path, new_postgres()) as target:
        with target.journal.writing() as connection:
            connection.execute("INSERT INTO mark (name, position) VALUES ('a', 1)")
        before = rows(target)
        with pytest.raises(Conflict) as refused:
            copy(source, target, lambda *_: None)
        assert refused.value.key == "database-not-empty"
        assert "mark" in str(refused.value.values["tables"])
        assert rows(target) == before


def test_a_target_that_was_opened_before_takes_a_copy(tmp_path: Path) -> None:
    fill(tmp_path / "from")
    open_store(tmp_path / "to", indexing=databases.INDEXING).close()
    with opened(tmp_path / "from") as source, opened(tmp_path / "to") as target:
        copy(source, target, lambda done, total: None)
        assert rows(target) == rows(source)


def test_a_copy_that_breaks_off_leaves_nothing(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    fill(tmp_path / "first")

    def break_off(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    for url in (new_postgres(), None):
        with opened(tmp_path / "first") as source, opened(tmp_path / "second", url) as target:
            empty = rows(target)
            with pytest.raises(KeyboardInterrupt):
                copy(source, target, break_off)
            assert rows(target) == empty
            copy(source, target, lambda *_: None)
            assert rows(target) == rows(source)


def test_half_a_copy_is_never_taken_for_a_store(tmp_path: Path) -> None:
    """The machine stops after the journal's commit, before the twin's."""
    fill(tmp_path / "first")
    with opened(tmp_path / "second") as target:
        with target.twin.writing() as connection:
            connection.execute("INSERT INTO progress (name, version, seq) VALUES ('copy', 1, 0)")
        with target.journal.writing() as connection:
            connection.execute("INSERT INTO mark (name, position) VALUES ('fold', 1)")
    with pytest.raises(Conflict) as refused:
        open_store(tmp_path / "second")
    assert refused.value.key == "copy-unfinished"
    with opened(tmp_path / "first") as source, opened(tmp_path / "second") as target:
        copy(source, target, lambda *_: None)
        assert rows(target) == rows(source)
    open_store(tmp_path / "second").close()
