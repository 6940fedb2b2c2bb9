"""Every record once in the lake, wherever it is cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aas_server.errors import Conflict, Unavailable
from aas_server.ingest import feeds
from aas_server.ingest.fold import MARK
from aas_server.ingest.mending import catch_up
from aas_server.messages import text
from aas_server.settings import Settings
from aas_server.store.contract import MOST_COLUMNS, Store
from aas_server.store.parquet import reader
from aas_server.store.sqlite import open_store
from connectors.message import Message

NOW = 1_700_000_000_000_000_000


def message(topic: str, payload: object, number: int = 0) -> Message:
    body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return Message("mqtt://plant:1883", topic, body, NOW + number * 10**9, 1, False, number + 1)


def shots(count: int, first: int = 0) -> list[Message]:
    return [message("shots", {"no": number, "t": 0.5 * number}, number) for number in range(first, first + count)]


def tags(count: int, first: int = 0) -> list[Message]:
    return [
        message("mos/type-4/d", {"localtime": NOW + number, "data": [{"tag": "A", "value": str(number)}]}, number)
        for number in range(first, first + count)
    ]


def select(store: Store, stream: str, columns: str) -> list[tuple[object, ...]]:
    with reader({"records": store.lake.paths(store.lake.pin(stream))}) as database:
        return database.execute(f"SELECT {columns} FROM records ORDER BY position").fetchall()


def test_everything_in_the_journal_comes_into_the_lake(store: Store, settings: Settings) -> None:
    store.journal.append([*shots(5), *tags(3)])
    catch_up(store, settings)
    assert select(store, "shots", "no, t") == [(number, 0.5 * number) for number in range(5)]
    assert select(store, "mos_type-4_d", "tag, number, text") == [("A", float(n), None) for n in range(3)]
    facts = feeds.facts(store.catalogue, "mos_type-4_d")
    assert (facts.shape, facts.topic, facts.source) == ("narrow", "mos/type-4/d", "mqtt://plant:1883")
    assert (facts.messages, facts.records, facts.first) == (3, 3, NOW)
    assert store.live.get("shots")["t"].value == 2.0
    assert store.live.get("mos_type-4_d")["A"].value == 2.0


def test_what_cannot_be_read_is_set_aside_with_its_reason(store: Store, settings: Settings) -> None:
    store.journal.append([message("shots", b"\xff\xfe"), message("shots", b"{"), *shots(1), message("x", b"{")])
    catch_up(store, settings)
    reasons = {one.position: one.key for one in store.journal.quarantined()}
    assert list(reasons) == [1, 2, 4]
    assert reasons[1] == "payload-not-utf8"
    assert select(store, "shots", "position, no") == [(3, 0)]


def test_a_message_over_the_limit_is_set_aside_with_its_size(store: Store, settings: Settings) -> None:
    cut = Message("mqtt://plant:1883", "shots", b'{"no": 1', NOW, 1, False, 2, left_out=5_992)
    store.journal.append([*shots(1), cut, message("shots", {"text": "x" * 5_000})])
    catch_up(store, settings.model_copy(update={"max_message": 5_000}))
    assert [(one.position, one.key, one.values["size"]) for one in store.journal.quarantined()] == [
        (2, "payload-too-large", "6000"),
        (3, "payload-too-large", "5012"),
    ]
    (first, _) = store.journal.quarantined()
    assert "6000" in text(first.key, "ko", **first.values) and "5000" in text(first.key, "en", **first.values)
    assert store.lake.pin("shots").records == 1


def test_folding_again_adds_nothing(store: Store, settings: Settings) -> None:
    store.journal.append([*shots(5), message("shots", b"{")])
    catch_up(store, settings)
    pin = store.lake.pin("shots")
    catch_up(store, settings)
    store.journal.set_mark(MARK, 0)
    catch_up(store, settings)
    assert store.lake.pin("shots") == pin
    assert feeds.facts(store.catalogue, "shots").records == 5
    assert store.journal.quarantined_count() == 1


@pytest.mark.parametrize("survives", range(7))
def test_a_crash_anywhere_between_the_steps_of_a_fold(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    """The process dies after ``survives`` of a fold's writes; the next one completes it."""
    store.journal.append([*shots(4), *tags(4), message("shots", b"{")])
    done = 0

    def counted(work: object, *arguments: object) -> object:
        nonlocal done
        if done >= survives:
            raise KeyboardInterrupt
        done += 1
        return work(*arguments)  # type: ignore[operator]

    with monkeypatch.context() as patched:
        for owner, name in (
            (type(store.lake), "fold"),
            (type(store.catalogue), "put"),
            (type(store.journal), "quarantine"),
            (type(store.journal), "set_mark"),
            (type(store.live), "put_all"),
        ):
            original = getattr(owner, name)
            patched.setattr(owner, name, lambda *a, work=original: counted(work, *a))
        with pytest.raises(KeyboardInterrupt) if survives < 7 else pytest.MonkeyPatch.context():
            catch_up(store, settings)
    store.journal.append([*shots(2, 4), *tags(2, 4)])
    catch_up(store, settings)
    assert select(store, "shots", "no") == [(number,) for number in range(6)]
    assert select(store, "mos_type-4_d", "number") == [(float(number),) for number in range(6)]
    for stream in ("shots", "mos_type-4_d"):
        facts = feeds.facts(store.catalogue, stream)
        assert (facts.messages, facts.records) == (6, 6)
    assert store.journal.quarantined_count() == 1


def test_a_declared_time_column_and_zone(store: Store, settings: Settings) -> None:
    feeds.declare(store.catalogue, "shots", feeds.Declaration("when", "Asia/Seoul"))
    store.journal.append([message("shots", {"when": "2024-01-01 09:00:00", "time": "1999-01-01", "v": 1})])
    catch_up(store, settings)
    assert select(store, "shots", "epoch(time), time_2, v") == [(1_704_067_200.0, "1999-01-01", 1)]


def test_a_declared_unit_makes_a_number_of_texts(store: Store, settings: Settings) -> None:
    feeds.declare(store.catalogue, "s", feeds.Declaration(units={"weight": "g"}))
    for payload in ({"weight": None, "code": "1"}, {"weight": "12.5", "code": "2"}, {"weight": 7, "code": "3"}):
        store.journal.append([message("s", payload)])
        catch_up(store, settings)
    assert select(store, "s", "weight, code, flags") == [
        (None, "1", None),
        (12.5, "2", "number-as-text"),
        (7.0, "3", None),
    ]


def test_types_go_on_from_fold_to_fold(store: Store, settings: Settings) -> None:
    for payload in ({"v": None, "w": 1}, {"v": 3, "w": None}, {"v": 0.5, "w": "2"}, {"v": "x", "w": 2}):
        store.journal.append([message("s", payload)])
        catch_up(store, settings)
    assert select(store, "s", "v, w, flags, misfit") == [
        (None, 1, None, None),
        (3.0, None, None, None),
        (0.5, 2, "number-as-text", None),
        (None, 2, "misfit", '{"v": "x"}'),
    ]
    assert feeds.facts(store.catalogue, "s").flagged == 2


def test_whole_numbers_too_large_for_doubles_stay_exact(store: Store, settings: Settings) -> None:
    for value in (2**60 + 1, 0.5, 2**64 - 1, 7.0):
        store.journal.append([message("s", {"v": value})])
        catch_up(store, settings)
    assert select(store, "s", "v, misfit") == [
        (2**60 + 1, None),
        (None, '{"v": 0.5}'),
        (None, f'{{"v": {2**64 - 1}}}'),
        (7, None),
    ]


def test_a_stream_that_cannot_be_folded_does_not_hold_up_the_others(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = type(store.lake).fold

    def refuse(lake: object, stream: str, *rest: object) -> int:
        if stream == "shots":
            raise Conflict("lake-column-type", column="t", wanted="double", found="list")
        return fold(lake, stream, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(type(store.lake), "fold", refuse)
    store.journal.append([*shots(2), *tags(2)])
    catch_up(store, settings)
    assert [(one.position, one.key) for one in store.journal.quarantined()] == [
        (1, "lake-column-type"),
        (2, "lake-column-type"),
    ]
    assert store.lake.pin("mos_type-4_d").records == 2


@pytest.mark.long
def test_live_values_of_ids_come_to_an_end(store: Store, settings: Settings) -> None:
    for number in range(3):
        store.journal.append([message("s", {f"id-{number}-{n}": n for n in range(600)} | {"v": number})])
        catch_up(store, settings)
    shown = store.live.get("s")
    assert len(shown) == MOST_COLUMNS
    assert shown["v"].value == 2


def test_a_full_disk_is_told_and_the_fold_is_done_later(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.journal.append(shots(3))

    def full(*_: object) -> int:
        raise Unavailable("store-disk-full", file="lake")

    with monkeypatch.context() as patched:
        patched.setattr(type(store.lake), "fold", full)
        with pytest.raises(Unavailable):
            catch_up(store, settings)
    assert store.journal.quarantined_count() == 0
    catch_up(store, settings)
    assert store.lake.pin("shots").records == 3


def test_two_processes_catch_up_at_once(folder: Path, store: Store, settings: Settings) -> None:
    store.journal.append([*shots(200), *tags(200)])
    other = open_store(folder)
    small = settings.model_copy(update={"fold_records": 20})
    catch_up(other, small)
    catch_up(store, small)
    other.close()
    assert select(store, "shots", "no") == [(number,) for number in range(200)]
    assert feeds.messages(store.catalogue, "shots") == 200
    assert feeds.messages(store.catalogue, "never seen") == 0
