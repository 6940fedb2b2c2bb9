from __future__ import annotations

from collections.abc import Callable

import pytest

from aas_server.errors import Conflict, NotFound
from aas_server.store.contract import LiveValue, Readings, Store


def test_a_record_is_kept_by_section_and_id(store: Store, open_again: Callable[[], Store]) -> None:
    store.catalogue.put("product", "urn:a", b"1")
    store.catalogue.put("release", "urn:a", b"2")
    store.catalogue.put("product", "urn:a", b"3")
    assert open_again().catalogue.get("product", "urn:a") == b"3"
    store.catalogue.delete("product", "urn:a")
    for ask in (store.catalogue.get, store.catalogue.delete):
        with pytest.raises(NotFound):
            ask("product", "urn:a")
    assert store.catalogue.get("release", "urn:a") == b"2"


def test_adding_twice_is_a_conflict(store: Store) -> None:
    store.catalogue.add("listing", "a", b"1")
    with pytest.raises(Conflict):
        store.catalogue.add("listing", "a", b"2")
    assert store.catalogue.get("listing", "a") == b"1"


def test_pages_go_in_order_of_id(store: Store) -> None:
    for id in ("c", "a", "b", "나"):
        store.catalogue.put("stream", id, id.encode())
    assert [id for id, _ in store.catalogue.page("stream")] == ["a", "b", "c", "나"]
    assert store.catalogue.page("stream", 2, "a") == [("b", b"b"), ("c", b"c")]


def test_the_last_reading_wins_by_its_time(store: Store, open_again: Callable[[], Store]) -> None:
    store.live.put("s", {"a": LiveValue(1.5, 100), "b": LiveValue("RUN", 100)})
    store.live.put("s", {"a": LiveValue(9.9, 99), "b": LiveValue(None, 101), "c": LiveValue(True, 1)})
    store.live.put("other", {})
    assert open_again().live.get("s") == {
        "a": LiveValue(1.5, 100),
        "b": LiveValue(None, 101),
        "c": LiveValue(True, 1),
    }
    assert store.live.get("other") == {}


def test_live_values_of_several_streams_are_put_at_once(store: Store) -> None:
    many = [Readings(f"s{number}", {"a": LiveValue(number, 1), "b": LiveValue(0, 1)}, 1) for number in range(3)]
    store.live.put_all([*many, Readings("none", {})])
    assert [dict(store.live.get(f"s{number}")) for number in range(3)] == [
        {"a": LiveValue(number, 1)} for number in range(3)
    ]


def test_live_values_are_bounded_and_the_first_stay(store: Store) -> None:
    store.live.put("s", {"a": LiveValue(1, 1), "b": LiveValue(1, 1)}, most=3)
    store.live.put("s", {"c": LiveValue(1, 1), "d": LiveValue(1, 1), "a": LiveValue(2, 2)}, most=3)
    store.live.put("other", {"x": LiveValue(1, 1)}, most=3)
    assert {name: live.value for name, live in store.live.get("s").items()} == {"a": 2, "b": 1, "c": 1}
