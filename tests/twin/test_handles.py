"""Handles of work that goes on: what became of it, across restarts, bounded in number and age."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aas_server.errors import BadInput, NotFound, Unavailable
from aas_server.messages import error_text
from aas_server.store.contract import Store
from aas_server.twin.handles import Handle, Handles

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def handles(store: Store, watch: Watch) -> Handles:
    return Handles(store.catalogue, watch, hours=1, most=3)


async def gives(body: bytes) -> bytes:
    return body


async def raises(error: Exception) -> bytes:
    raise error


async def ended(handles: Handles, work: Coroutine[Any, Any, bytes], timeout: float = 20) -> Handle:
    """What becomes of ``work``."""
    handle = await handles.start("bulk", work, timeout)
    await handles.wait(handle)
    return await handles.state("bulk", handle)


def test_work_runs_and_its_result_is_kept(handles: Handles, run: Run) -> None:
    async def story() -> None:
        go = asyncio.Event()

        async def work() -> bytes:
            await go.wait()
            return b'{"success":true}'

        handle = await handles.start("bulk", work(), 20)
        assert (await handles.state("bulk", handle)).state == "running"
        go.set()
        await handles.wait(handle)
        found = await handles.state("bulk", handle)
        assert (found.state, found.body, found.fault) == ("completed", b'{"success":true}', None)

    run(story())


def test_a_failure_keeps_its_sentence_in_both_languages(handles: Handles, run: Run) -> None:
    found = run(ended(handles, raises(BadInput("cursor-wrong", cursor="x"))))
    assert found.state == "failed"
    assert found.fault is not None and found.fault.status == 400
    assert error_text(found.fault, "en") == error_text(BadInput("cursor-wrong", cursor="x"), "en")
    assert error_text(found.fault, "ko") == error_text(BadInput("cursor-wrong", cursor="x"), "ko")


def test_an_unforeseen_failure_is_told(handles: Handles, run: Run) -> None:
    found = run(ended(handles, raises(ZeroDivisionError("by nought"))))
    assert found.state == "failed"
    assert found.fault is not None and "by nought" in error_text(found.fault, "en")


def test_work_over_its_time_is_stopped(handles: Handles, run: Run) -> None:
    stopped: list[bool] = []

    async def forever() -> bytes:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        return b""

    found = run(ended(handles, forever(), 0.01))
    assert found.state == "timeout" and stopped == [True]
    assert found.fault is not None and "0.01 seconds" in error_text(found.fault, "en")


def test_a_timeout_of_the_work_itself_is_a_failure(handles: Handles, run: Run) -> None:
    assert run(ended(handles, raises(TimeoutError("broker")))).state == "failed"


def test_results_outlive_a_restart_and_work_cut_off_has_failed(store: Store, watch: Watch, run: Run) -> None:
    async def before() -> tuple[str, str]:
        handles = Handles(store.catalogue, watch)
        done = await handles.start("bulk", gives(b"whole"), 20)
        await handles.wait(done)
        return done, await handles.start("bulk", asyncio.Event().wait(), 20)  # type: ignore[arg-type]

    done, cut_off = run(before())

    async def after() -> tuple[Handle, Handle]:
        handles = Handles(store.catalogue, watch)
        return await handles.state("bulk", done), await handles.state("bulk", cut_off)

    whole, failed = run(after())
    assert (whole.state, whole.body) == ("completed", b"whole")
    assert failed.state == "failed"
    assert failed.fault is not None and "server stopped" in error_text(failed.fault, "en")


def test_a_handle_is_of_one_kind_and_cannot_be_guessed(handles: Handles, run: Run) -> None:
    async def story() -> None:
        first = await handles.start("bulk", gives(b""), 20)
        second = await handles.start("bulk", gives(b""), 20)
        assert len(first) == 32 and first != second
        for kind, id in (("operation", first), ("bulk", "x"), ("bulk", "")):
            with pytest.raises(NotFound):
                await handles.state(kind, id)

    run(story())


def test_a_handle_is_forgotten_after_its_hours(handles: Handles, watch: Watch, store: Store, run: Run) -> None:
    async def story() -> None:
        old = await handles.start("bulk", gives(b"old"), 20)
        await handles.wait(old)
        watch.time += timedelta(hours=2)
        with pytest.raises(NotFound):
            await handles.state("bulk", old)
        new = await handles.start("bulk", gives(b"new"), 20)
        await handles.wait(new)
        assert [id for id, _ in store.catalogue.page("handle")] == [new]

    run(story())


def test_ended_work_gives_way_and_running_work_does_not(store: Store, watch: Watch, run: Run) -> None:
    async def story() -> None:
        handles = Handles(store.catalogue, watch, most=2)
        go = asyncio.Event()

        async def waits() -> bytes:
            await go.wait()
            return b"done"

        oldest = await handles.start("bulk", gives(b""), 20)
        await handles.wait(oldest)
        running = [await handles.start("bulk", waits(), 20) for _ in range(2)]
        with pytest.raises(NotFound):
            await handles.state("bulk", oldest)
        with pytest.raises(Unavailable):
            await handles.start("bulk", waits(), 20)
        go.set()
        for handle in running:
            await handles.wait(handle)
            assert (await handles.state("bulk", handle)).body == b"done"

    run(story())


def test_what_earlier_servers_left_is_bounded_too(store: Store, watch: Watch, run: Run) -> None:
    for _ in range(2):
        for _ in range(3):
            run(ended(Handles(store.catalogue, watch, most=4), gives(b"")))
    assert len(store.catalogue.page("handle")) == 4
