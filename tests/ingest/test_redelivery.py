"""What is dropped, and above all what is not. ``kept`` is what one would find in the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aas_server.ingest.redelivery import PATIENCE, Redeliveries
from connectors.message import Delivery, Message

Deliver = Callable[..., Delivery]
Journalled = Callable[[Sequence[tuple[str, int]]], list[Message]]


def kept(judge: Redeliveries, deliveries: Sequence[Delivery], now: float = 0) -> list[str]:
    verdicts = [verdict for delivery in deliveries for verdict in judge.judge(delivery, now)]
    verdicts += judge.expire(now + PATIENCE)
    return [verdict.delivery.message.payload.decode() for verdict in verdicts if verdict.keep]


def test_on_a_new_session_everything_is_kept(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 1), ("b", 2)]))
    assert kept(judge, [deliver("a", 1), deliver("b", 2, dup=True)]) == ["a", "b"]


def test_equal_values_are_kept_while_the_connection_stands(deliver: Deliver) -> None:
    judge = Redeliveries(1000)
    sent = [deliver("RUN", number % 100 + 1, number) for number in range(350)]
    assert kept(judge, sent) == ["RUN"] * 350


def test_a_flagged_delivery_that_is_journalled_is_dropped(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 7), ("b", 8)]))
    assert kept(judge, [deliver("b", 8, 0, dup=True), deliver("c", 9, 1, dup=True), deliver("d", 10, 2)]) == [
        "c",
        "d",
    ]


def test_flagged_deliveries_are_known_however_far_a_broker_went_beyond_the_window(
    deliver: Deliver, journalled: Journalled
) -> None:
    judge = Redeliveries(10, journalled([(f"v{number}", number) for number in range(1, 501)]))
    again = [deliver(f"v{number}", number, number - 1, dup=True) for number in range(1, 501)]
    assert kept(judge, [*again, deliver("new", 501, 500)]) == ["new"]


def test_a_flagged_delivery_that_equals_an_earlier_one_of_its_packet_id_is_new(
    deliver: Deliver, journalled: Journalled
) -> None:
    judge = Redeliveries(10, journalled([("RUN", 1), ("STOP", 1)]))
    assert kept(judge, [deliver("RUN", 1, 0, dup=True), deliver("RUN", 1, 1, dup=True)]) == ["RUN"]


@pytest.mark.parametrize("other", [("b", 9, "t"), ("x", 8, "t"), ("b", 8, "other")])
def test_a_flag_alone_drops_nothing(deliver: Deliver, journalled: Journalled, other: tuple[str, int, str]) -> None:
    payload, packet_id, topic = other
    judge = Redeliveries(10, journalled([("a", 7), ("b", 8)]))
    assert kept(judge, [deliver(payload, packet_id, 0, dup=True, topic=topic)]) == [payload]


def test_a_run_to_the_end_of_the_journal_is_dropped_without_flag(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42), ("c", 43)]))
    sent = [deliver("b", 1, 0), deliver("c", 2, 1), deliver("d", 3, 2), deliver("b", 4, 3)]
    assert kept(judge, sent) == ["d", "b"]


def test_a_run_that_breaks_off_is_kept_whole(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42), ("c", 43)]))
    assert kept(judge, [deliver("a", 1, 0), deliver("b", 2, 1), deliver("x", 3, 2)]) == ["a", "b", "x"]


def test_a_run_that_stops_is_kept_after_a_while(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    assert judge.judge(deliver("a", 1, 0), 100) == []
    assert judge.expire(100 + PATIENCE / 2) == []
    assert [verdict.keep for verdict in judge.expire(100 + PATIENCE)] == [True]
    assert kept(judge, [deliver("b", 2, 1)]) == ["b"]


def test_a_run_begins_with_the_first_delivery_or_not_at_all(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    assert kept(judge, [deliver("new", 1, 0), deliver("b", 2, 1)]) == ["new", "b"]


def test_a_broker_that_keeps_ids_and_goes_on_counting_sends_new_ones(
    deliver: Deliver, journalled: Journalled
) -> None:
    """No flag and the next packet id: a new message, even if it equals the last one."""
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    assert kept(judge, [deliver("b", 43, 0)]) == ["b"]


@pytest.mark.parametrize("length", [1, 2, 99, 100, 101, 250])
def test_where_only_equal_values_come_nothing_is_dropped(
    deliver: Deliver, journalled: Journalled, length: int
) -> None:
    """A broker that counts ids from 1 again and sets no flag; a feed that sends the same value for ever."""
    judge = Redeliveries(1000, journalled([("RUN", number % 100 + 1) for number in range(250)]))
    sent = [deliver("RUN", number % 100 + 1, number) for number in range(length)]
    assert kept(judge, sent) == ["RUN"] * length


def test_a_run_among_equal_values_is_known_by_one_that_is_not(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("RUN", 5), ("RUN", 6), ("STOP", 7), ("RUN", 8)]))
    sent = [deliver(payload, number + 1, number) for number, payload in enumerate(["RUN", "STOP", "RUN", "RUN"])]
    assert kept(judge, sent) == ["RUN"]


def test_what_is_held_comes_again_after_a_second_reconnect(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    assert judge.judge(deliver("a", 1, 0), 0) == []
    assert kept(judge, [deliver("a", 1, 0), deliver("b", 2, 1), deliver("c", 3, 2)]) == ["c"]


def test_what_is_held_is_kept_when_the_session_is_lost(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    assert judge.judge(deliver("a", 1, 0), 0) == []
    assert kept(judge, [deliver("x", 1)]) == ["a", "x"]


def test_qos_0_is_never_dropped_and_keeps_its_place(deliver: Deliver, journalled: Journalled) -> None:
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    sent = [deliver("zero", 0, 0), deliver("a", 1, 1), deliver("a", 0, 2), deliver("b", 2, 3), deliver("c", 3, 4)]
    assert kept(judge, sent) == ["zero", "a", "c"]


PAYLOADS = st.lists(st.sampled_from("aabc"), max_size=12)


@given(before=PAYLOADS, new=PAYLOADS, lost=st.integers(0, 12), renumbers=st.booleans())
def test_whatever_acknowledgements_are_lost_everything_is_there_once(
    before: list[str], new: list[str], lost: int, renumbers: bool
) -> None:
    """A broker that keeps the rules may send any values, equal ones as often as it likes. One that counts ids anew
    and sets no flag is understood where contents differ (as they do when they bear a time)."""
    if renumbers:
        before = [f"{payload} at {number}" for number, payload in enumerate(before)]
        new = [f"{payload} later at {number}" for number, payload in enumerate(new)]
    sent = [Message("m", "t", payload.encode(), 1, 1, False, id) for id, payload in enumerate(before, 1)]
    again = sent[max(0, len(sent) - lost) :] if lost else []
    ids = [old.packet_id for old in again] + list(range(len(sent) + 1, len(sent) + len(new) + 1))
    payloads = [*(old.payload.decode() for old in again), *new]
    deliveries = [
        _Delivery(
            Message("m", "t", payload.encode(), 1, 1, False, place + 1 if renumbers else ids[place]),
            place < len(again) and not renumbers,
            place,
        )
        for place, payload in enumerate(payloads)
    ]
    assert kept(Redeliveries(100, sent), deliveries) == new


def test_a_repeat_of_the_last_record_right_after_a_reconnect_passes_for_its_redelivery(
    deliver: Deliver, journalled: Journalled
) -> None:
    """The one thing that can't be told, with a broker that sets no flag."""
    judge = Redeliveries(10, journalled([("a", 41), ("b", 42)]))
    assert kept(judge, [deliver("b", 1, 0), deliver("b", 2, 1)]) == ["b"]


class _Delivery:
    def __init__(self, message: Message, duplicate: bool, since_connect: int | None) -> None:
        self.message, self.duplicate, self.since_connect = message, duplicate, since_connect

    def acknowledge(self, position: int = 0) -> None:
        pass
