"""Python's search for objects that hold each other: seldom while a server runs, as before when it has ended."""

from __future__ import annotations

import gc
import weakref

from aas_server.collecting import collected_seldom


def test_it_is_seldom_meanwhile_and_as_before_afterwards() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with collected_seldom():
        assert gc.get_freeze_count() > 1000
        assert gc.get_threshold()[0] > before[0][0]
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


def test_what_holds_itself_is_found_meanwhile() -> None:
    class Held:
        pass

    found: list[bool] = []

    def hold() -> None:
        held = Held()
        held.itself = held  # type: ignore[attr-defined]
        weakref.finalize(held, found.append, True)

    with collected_seldom():
        hold()
        kept = [[] for _ in range(200_000)]
    assert kept and found == [True]
