"""What is kept of births over restarts, for reading old messages again, and how much at most."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.message import Undecodable
from connectors.sparkplug import Births, births, node

DOUBLE, INT64 = 10, 4


def node_birth(encode: Any, session: int, *names: str, seq: int = 0) -> bytes:
    metrics = (
        encode.metric(name=name, alias=one, datatype=DOUBLE, double_value=0.0) for one, name in enumerate(names)
    )
    return bytes(
        encode.payload(encode.metric(name="bdSeq", datatype=INT64, long_value=session), *metrics, seq=seq)
    )


def data(encode: Any, seq: int, alias: int = 0, value: float = 1.0) -> bytes:
    return bytes(encode.payload(encode.metric(alias=alias, double_value=value), seq=seq))


def kept(listener: Any, memory: dict[str, bytes]) -> dict[str, bytes]:
    for name, raw in listener.births.changed().items():
        if raw is None:
            memory.pop(name, None)  # it may never have been kept
        else:
            memory[name] = raw
    return memory


def test_a_restart_costs_no_birth_and_no_gap(listener: Any, encode: Any) -> None:
    memory: dict[str, bytes] = {}
    listener.hear("NBIRTH", node_birth(encode, 3, "a", "b"))
    listener.hear("DBIRTH", node_birth(encode, 3, "c", seq=1), "press")
    kept(listener, memory)
    listener.hear("NDATA", data(encode, 2))
    kept(listener, memory)
    listener.births = Births.restored(memory, 30)
    (part,) = listener.hear("DDATA", data(encode, 3), "press")
    assert (part.tags, part.flags) == (["c"], {})
    (part,) = listener.hear("NDATA", data(encode, 5))
    assert (part.tags, part.flags) == (["a"], {0: ("sequence-gap",)})
    assert listener.births.units("spBv1.0/plant/+/edge") == {}


def test_only_what_changed_is_told_and_equal_births_are_kept_once(listener: Any, encode: Any) -> None:
    listener.hear("NBIRTH", node_birth(encode, 3, "a"))
    first = listener.births.changed()
    assert sorted(name.partition(":")[0] for name in first) == ["birth", "events", "node"]
    assert listener.births.changed() == {}
    listener.hear("NDATA", data(encode, 1))
    assert [name.partition(":")[0] for name in listener.births.changed()] == ["node"]
    listener.hear("NBIRTH", node_birth(encode, 4, "a"))
    assert sorted(name.partition(":")[0] for name in listener.births.changed()) == ["events", "node"]


def test_memory_that_is_damaged_costs_a_rebirth(listener: Any, encode: Any) -> None:
    memory: dict[str, bytes] = {}
    listener.hear("NBIRTH", node_birth(encode, 3, "a"))
    kept(listener, memory)
    for broken in memory:
        listener.births = Births.restored(memory | {broken: b"\xff\xff"}, 30)
        with pytest.raises(Undecodable):
            listener.hear("NDATA", data(encode, 1))
        assert listener.asked(at=0) == ["spBv1.0/plant/NCMD/edge"]


def test_older_messages_are_read_by_the_births_of_their_time(listener: Any, encode: Any) -> None:
    memory: dict[str, bytes] = {}
    listener.hear("NBIRTH", node_birth(encode, 3, "a", "b"))  # 1
    listener.hear("NDATA", data(encode, 1))  # 2
    listener.hear("NBIRTH", node_birth(encode, 4, "b", "a"))  # 3
    listener.hear("NDATA", data(encode, 1))  # 4
    now = Births.restored(kept(listener, memory), 30)

    def tags(after: int) -> list[str]:
        listener.births = now.at(after)
        listener.births.position = after
        (part,) = listener.hear("NDATA", data(encode, 9))
        assert part.flags == {}
        return list(part.tags)

    assert [tags(after) for after in (1, 2, 3, 4)] == [["a"], ["a"], ["b"], ["b"]]
    with pytest.raises(Undecodable):
        tags(0)
    assert listener.births.requests() == []


def test_reading_again_leaves_what_holds_now_untouched(listener: Any, encode: Any) -> None:
    listener.hear("NBIRTH", node_birth(encode, 3, "a"))
    listener.births.changed()
    again = listener.births.at(0)
    again.node("mqtt://memory", "plant", "edge")
    assert listener.births.changed() == {}
    assert listener.hear("NDATA", data(encode, 1))[0].tags == ["a"]


@pytest.mark.parametrize("bound", [None, 7], ids=["first-session", "same-session"])
def test_a_replay_may_read_by_the_birth_that_followed(listener: Any, encode: Any, bound: int | None) -> None:
    """We came late, or a device was: its data lay in quarantine until the birth it was asked for."""
    if bound is not None:
        listener.hear("NBIRTH", node_birth(encode, bound, "n"))
    before = listener.births.position
    with pytest.raises(Undecodable):
        listener.hear("DDATA", data(encode, 1), "press")
    listener.hear("NBIRTH", node_birth(encode, 7, "n"))
    listener.hear("DBIRTH", node_birth(encode, 7, "pressure", seq=1), "press")

    def again(*, ahead: bool) -> Any:
        listener.births = now.at(before, ahead=ahead)
        listener.births.position = before
        (part,) = listener.hear("DDATA", data(encode, 1), "press")
        return part

    now = listener.births
    part = again(ahead=True)
    assert (part.tags, part.numbers, part.flags) == (["pressure"], [1.0], {0: ("alias-from-later-birth",)})
    with pytest.raises(Undecodable):
        again(ahead=False)


@pytest.mark.parametrize("between", ["death", "session", "device death"])
def test_a_replay_guesses_nothing_across_sessions(listener: Any, encode: Any, between: str) -> None:
    listener.hear("NBIRTH", node_birth(encode, 7, "n"))
    before = listener.births.position
    with pytest.raises(Undecodable):
        listener.hear("DDATA", data(encode, 1), "press")
    if between == "death":
        listener.hear("NDEATH", node_birth(encode, 7))
    if between == "device death":
        listener.hear("DDEATH", encode.payload(seq=2), "press")
    listener.hear("NBIRTH", node_birth(encode, 8 if between == "session" else 7, "n"))
    listener.hear("DBIRTH", node_birth(encode, 8, "pressure", seq=1), "press")
    listener.births = listener.births.at(before, ahead=True)
    listener.births.position = before
    with pytest.raises(Undecodable):
        listener.hear("DDATA", data(encode, 1), "press")


def test_a_node_that_flaps_is_remembered_within_bounds(listener: Any, encode: Any) -> None:
    memory: dict[str, bytes] = {}
    for session in range(2 * node.MOST_EVENTS):
        listener.hear("NBIRTH", node_birth(encode, session, f"tag{session}"))
        kept(listener, memory)
    assert sum(name.startswith("birth:") for name in memory) <= node.MOST_EVENTS
    listener.births = Births.restored(memory, 30)
    assert listener.hear("NDATA", data(encode, 1))[0].tags == [f"tag{2 * node.MOST_EVENTS - 1}"]


def test_the_node_that_was_silent_for_longest_is_forgotten(
    listener: Any, encode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(births, "MOST_NODES", 3)
    memory: dict[str, bytes] = {}
    for name in ("one", "two", "three", "one", "four"):
        listener.node = name
        listener.hear("NBIRTH", node_birth(encode, 1, "a"))
    kept(listener, memory)
    assert sorted(name.partition(":")[0] for name in memory) == ["birth", *["events"] * 3, *["node"] * 3]
    listener.node = "two"
    with pytest.raises(Undecodable):
        listener.hear("NDATA", data(encode, 1))
    listener.node = "one"
    assert listener.hear("NDATA", data(encode, 1))[0].tags == ["a"]


def test_what_is_known_of_all_nodes_is_bounded(
    listener: Any, encode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(births, "MOST_METRICS", 10)
    for name in ("one", "two", "three"):
        listener.node = name
        listener.hear("NBIRTH", node_birth(encode, 1, *"abcd"))
        for device in "xyz":
            listener.hear("DBIRTH", node_birth(encode, 1, "a", "b", seq=1), device)
    assert listener.hear("DDATA", data(encode, 4), "z")[0].tags == ["a"]
    listener.node = "one"
    with pytest.raises(Undecodable):
        listener.hear("NDATA", data(encode, 4))
