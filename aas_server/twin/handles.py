"""Work that goes on after its request was answered, under a handle that outlives a restart.

A handle is kept in the catalogue: what it became (``running``, ``completed``, ``failed``, ``timeout``), what the
work gave, and why it failed. A handle that is still ``running`` there, though no task of this server works on it,
was cut off when a server ended; it is told as failed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec
import structlog

from aas_server.clock import Clock
from aas_server.errors import AasError, NotFound, Unavailable
from aas_server.store.contract import Catalogue
from aas_server.store.sections import everything

State = Literal["running", "completed", "failed", "timeout"]

_log = structlog.get_logger()
_NAME_BYTES = 24
"""Bytes of chance in a handle's id: who doesn't know it can't guess it."""


@dataclass(frozen=True, slots=True)
class Handle:
    """What is known of a piece of work. ``body`` is what it gave (empty unless ``completed``), ``fault`` why it
    has no body (``failed``, ``timeout``), ``note`` what who began it wants to know later."""

    id: str
    state: State
    body: bytes = b""
    fault: AasError | None = None
    note: str = ""


class _Record(msgspec.Struct, omit_defaults=True):
    """A handle as the catalogue keeps it. ``since``: seconds since 1970, when it began, later when it ended."""

    kind: str
    state: State
    since: float
    body: bytes = b""
    key: str = ""
    values: Mapping[str, Any] = {}
    status: int = 500
    note: str = ""


class Handles:
    """Pieces of work by handle. One instance serves all kinds; it belongs to one event loop."""

    def __init__(self, catalogue: Catalogue, clock: Clock, hours: float = 24, most: int = 1000) -> None:
        """``hours``: how long a handle is kept after its work ended; ``most``: how many there may be at a time,
        where ended ones give way to new ones."""
        self._catalogue = catalogue
        self._clock = clock
        self._age = timedelta(hours=hours).total_seconds()
        self._most = most
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended: dict[str, float] | None = None
        self._turn = asyncio.Lock()

    async def start(self, kind: str, work: Coroutine[Any, Any, bytes], timeout: float, note: str = "") -> str:
        """Begin ``work`` and answer its handle at once. After ``timeout`` seconds the work is cancelled. Raises
        ``Unavailable`` where too much is running already."""
        try:
            async with self._turn:
                await self._make_room()
                handle = secrets.token_urlsafe(_NAME_BYTES)
                begun = _Record(kind, "running", self._now(), note=note)
                await self._keep(handle, begun)
                self._running[handle] = asyncio.create_task(self._see_through(begun, handle, work, timeout))
        except BaseException:
            work.close()
            raise
        return handle

    async def state(self, kind: str, id: str) -> Handle:
        """What became of a handle of this kind. Raises ``NotFound`` where there is none, or none any more."""
        # Asked before the record is read: work that ends in between has left its result there.
        running = id in self._running
        try:
            kept = msgspec.json.decode(await asyncio.to_thread(self._catalogue.get, "handle", id), type=_Record)
        except NotFound:
            raise NotFound("handle-unknown", handle=id) from None
        if kept.kind != kind or (not running and kept.since < self._now() - self._age):
            raise NotFound("handle-unknown", handle=id)
        if kept.state == "running":
            cut_off = None if running else Unavailable("work-cut-off")
            return Handle(id, "running" if running else "failed", fault=cut_off, note=kept.note)
        return Handle(id, kept.state, kept.body, _fault(kept), kept.note)

    async def wait(self, id: str) -> None:
        """Until a piece of work of this server has ended; at once where it has."""
        if id in self._running:
            await asyncio.wait([self._running[id]])

    async def _see_through(
        self, begun: _Record, handle: str, work: Coroutine[Any, Any, bytes], timeout: float
    ) -> None:
        """Do the work and keep what it became. A server that stops cancels this: the handle stays ``running``."""
        try:
            record = await self._result(begun.kind, work, timeout)
            record.note = begun.note
            await self._keep(handle, record)
            if self._ended is not None:
                self._ended[handle] = record.since
        finally:
            del self._running[handle]

    async def _result(self, kind: str, work: Coroutine[Any, Any, bytes], timeout: float) -> _Record:
        guard = asyncio.timeout(timeout)
        try:
            async with guard:
                body = await work
            return _Record(kind, "completed", self._now(), body)
        except AasError as error:
            return _failed(kind, "failed", self._now(), error)
        except Exception as fault:
            if isinstance(fault, TimeoutError) and guard.expired():
                late = Unavailable("work-timed-out", seconds=f"{timeout:g}")
                return _failed(kind, "timeout", self._now(), late)
            _log.exception("work failed", kind=kind)
            return _failed(kind, "failed", self._now(), AasError("work-failed", fault=f"{fault!r}"))

    async def _make_room(self) -> None:
        """Forget what is too old, and the oldest where there are too many."""
        if self._ended is None:
            self._ended = await asyncio.to_thread(self._kept)
        ended = sorted(self._ended, key=self._ended.__getitem__)
        surplus = len(ended) + len(self._running) + 1 - self._most
        old = self._now() - self._age
        for number, handle in enumerate(ended):
            if number >= surplus and self._ended[handle] >= old:
                break
            await asyncio.to_thread(self._catalogue.delete, "handle", handle)
            del self._ended[handle]
        if len(self._running) >= self._most:
            raise Unavailable("handles-full", most=self._most)

    def _kept(self) -> dict[str, float]:
        """The handles that earlier servers left, with the time they stand for."""
        kept = everything(self._catalogue, "handle")
        return {id: msgspec.json.decode(body, type=_Record).since for id, body in kept}

    async def _keep(self, handle: str, record: _Record) -> None:
        body = msgspec.json.encode(record, enc_hook=str)
        await asyncio.to_thread(self._catalogue.put, "handle", handle, body)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _failed(kind: str, state: State, since: float, error: AasError) -> _Record:
    return _Record(kind, state, since, key=error.key, values=error.values, status=error.status)


def _fault(kept: _Record) -> AasError | None:
    if not kept.key:
        return None
    error = AasError(kept.key, **kept.values)
    error.status = kept.status
    return error
