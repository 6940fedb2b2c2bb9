"""A stream that can't be folded concerns itself alone, and lacks nothing once it can be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aas_server.ingest import behind, feeds
from aas_server.ingest.fold import MARK
from aas_server.ingest.mending import catch_up
from aas_server.messages import LANGUAGES, error_text
from aas_server.settings import Settings
from aas_server.store.contract import Store
from aas_server.store.parquet import reader
from connectors.message import Message

NOW = 1_700_000_000_000_000_000


def shots(count: int, first: int = 0) -> list[Message]:
    return [
        Message("mqtt://plant:1883", "shots", b'{"no": %d}' % number, NOW + number)
        for number in range(first, first + count)
    ]


def tags(count: int, first: int = 0) -> list[Message]:
    return [
        Message("mqtt://plant:1883", "mos/type-4/d", b'{"data": [{"tag": "A", "value": "%d"}]}' % number, NOW)
        for number in range(first, first + count)
    ]


def numbers(store: Store) -> list[int]:
    with reader({"records": store.lake.paths(store.lake.pin("shots"))}) as database:
        return [no for (no,) in database.execute("SELECT no FROM records ORDER BY position").fetchall()]


@pytest.fixture
def damage(store: Store) -> Callable[[str], Callable[[], None]]:
    """Damages a stream's log in its middle; what it returns undoes it."""

    def write(stream: str) -> Callable[[], None]:
        commit = store.folder / "lake" / stream / "_delta_log" / f"{1:020d}.json"
        sound = commit.read_bytes()
        commit.write_bytes(b"garbage")
        return lambda: commit.write_bytes(sound) and None

    return write


def test_a_damaged_table_concerns_its_own_stream_alone(
    store: Store, settings: Settings, damage: Callable[[str], Callable[[], None]]
) -> None:
    for first in range(3):
        store.journal.append([*shots(1, first), *tags(1, first)])
        catch_up(store, settings)
    undo = damage("shots")
    for first in range(3, 6):
        store.journal.append([*shots(1, first), *tags(1, first)])
        catch_up(store, settings)
    assert store.lake.pin("mos_type-4_d").records == 6
    assert store.journal.mark(MARK) == store.journal.last()
    (stream, reason), *others = behind.streams(store.catalogue).items()
    assert (stream, reason.key, others) == ("shots", "lake-damaged", [])
    for language in LANGUAGES:
        said = error_text(behind.error(stream, reason), language)
        assert "shots" in said and "garbage" not in said and str(store.folder) in said
    undo()
    catch_up(store, settings)
    assert behind.streams(store.catalogue) == {}
    assert numbers(store) == list(range(6))
    assert feeds.facts(store.catalogue, "shots").records == 6


@pytest.mark.parametrize("comes_more", [True, False])
def test_a_table_that_was_moved_away_is_made_anew_from_the_journal(
    store: Store, settings: Settings, tmp_path: Path, comes_more: bool
) -> None:
    small = settings.model_copy(update={"fold_records": 3})
    store.journal.append(shots(4))
    store.journal.append(tags(4))
    catch_up(store, small)
    (store.folder / "lake" / "shots").rename(tmp_path / "away")
    if comes_more:
        store.journal.append(shots(2, 4))
    catch_up(store, small)
    assert numbers(store) == list(range(6 if comes_more else 4))
    assert feeds.facts(store.catalogue, "shots").records == (6 if comes_more else 4)
    assert store.lake.pin("mos_type-4_d").records == 4


def test_a_table_restored_from_an_older_backup_is_filled_up(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    table, backup = store.folder / "lake" / "shots", tmp_path / "backup"
    store.journal.append(shots(2))
    catch_up(store, settings)
    shutil.copytree(table, backup)
    store.journal.append(shots(2, 2))
    catch_up(store, settings)
    shutil.rmtree(table)
    shutil.copytree(backup, table)
    store.journal.append(shots(2, 4))
    catch_up(store, settings)
    assert numbers(store) == list(range(6))


def test_what_nobody_foresaw_in_one_stream_leaves_only_that_behind(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = type(store.lake).fold

    def refuse(lake: object, stream: str, *rest: object) -> int:
        if stream == "shots":
            raise RuntimeError("nobody foresaw this")
        return fold(lake, stream, *rest)  # type: ignore[arg-type]

    store.journal.append([*shots(2), *tags(2)])
    with monkeypatch.context() as patched:
        patched.setattr(type(store.lake), "fold", refuse)
        catch_up(store, settings)
        assert store.lake.pin("mos_type-4_d").records == 2
        assert behind.streams(store.catalogue)["shots"].key == "ingest-unexpected"
    catch_up(store, settings)
    assert store.lake.pin("shots").records == 2
