"""A data folder kept small: by settings, without harm to releases, readers and streams that are behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aas_server.errors import AasError
from aas_server.house import House
from aas_server.ingest import behind
from aas_server.store.contract import Pin
from aas_server.streams.keeping import Keeper, Keeping, Kept

BENCH = Path(__file__).parents[1] / "product" / "package" / "bench.py"
Publish = Callable[..., None]


class Later:
    """A clock that is ahead by some days."""

    def __init__(self, days: float) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def keeping(house: House, days: float = 0, **settings: float) -> Keeping:
    return Keeping(house.store, house.settings.model_copy(update=settings), Later(days))


def shots(first: int, last: int) -> list[dict[str, int]]:
    return [{"n": number} for number in range(first, last + 1)]


def numbers(house: House, pin: Pin | None = None) -> list[int]:
    lake = house.store.lake
    tables = [pq.read_table(path) for path in lake.paths(pin or lake.pin("shots"))]
    return [int(n) for table in tables for n in table.column("n").to_pylist()]


def test_nothing_goes_by_default(house: House, publish: Publish) -> None:
    publish("shots", *shots(1, 5))
    assert keeping(house, days=399).run() == Kept()
    assert (house.store.journal.first(), numbers(house)) == (1, [1, 2, 3, 4, 5])


def test_messages_go_after_their_time_and_records_stay(house: House, publish: Publish) -> None:
    publish("shots", *shots(1, 5))
    assert keeping(house, days=401).run().messages == 5
    assert (house.store.journal.first(), numbers(house)) == (6, [1, 2, 3, 4, 5])
    publish("shots", *shots(6, 7))
    assert keeping(house, days=1000, journal_days=0).run().messages == 0
    assert numbers(house) == [1, 2, 3, 4, 5, 6, 7]


def test_records_go_after_their_time_where_it_is_set(house: House, publish: Publish) -> None:
    publish("shots", *shots(1, 5))
    kept = keeping(house, days=31, lake_days=30).run()
    assert (kept.records, numbers(house)) == (5, [])
    publish("shots", *shots(6, 6))
    assert keeping(house, lake_days=30).run().records == 0
    assert numbers(house) == [6]


def damage(house: House, stream: str) -> None:
    (house.store.folder / "lake" / stream / "_delta_log" / f"{0:020d}.json").write_text('{"no": "log"}')


def test_messages_stay_that_a_stream_behind_lacks(house: House, publish: Publish) -> None:
    publish("shots", *shots(1, 3))
    damage(house, "shots")
    publish("shots", *shots(4, 4))
    publish("other", *shots(1, 2))
    assert list(behind.streams(house.store.catalogue)) == ["shots"]
    with pytest.raises(AasError):
        keeping(house, days=401).run()
    assert house.store.journal.first() == 1


def test_a_release_reads_the_same_whatever_is_kept(
    house: House, publish: Publish, release: Callable[[Pin], None]
) -> None:
    for number in range(1, 11):
        publish("shots", *shots(number, number))
    pin = house.store.lake.pin("shots")
    release(pin)
    for number in range(11, 31):
        publish("shots", *shots(number, number))
    kept = keeping(house, days=401, lake_days=30, grace_hours=1e-9).run()
    assert (kept.messages, kept.records) == (30, 30)
    assert kept.files > 0
    assert numbers(house) == []
    assert numbers(house, pin) == list(range(1, 11))
    there = {path.name for path in (house.store.folder / "lake" / "shots").glob("*.parquet")}
    assert there == set(pin.files)


def test_a_damaged_stream_does_not_keep_the_others(house: House, publish: Publish) -> None:
    publish("damaged", *shots(1, 1))
    publish("shots", *shots(1, 5))
    damage(house, "damaged")
    with pytest.raises(AasError):
        keeping(house, days=31, lake_days=30).run()
    assert numbers(house) == []


def test_the_server_does_it_by_itself(house: House, publish: Publish, until: Callable[..., None]) -> None:
    publish("shots", *shots(1, 5))
    keeper = Keeper(keeping(house, days=401), hours=1e-6)
    keeper.start()
    until(lambda: house.store.journal.first() > 1)
    keeper.stop()
    assert (house.store.journal.first(), keeper.error) == (6, None)
