"""A door for what is brought, not fetched (HTTP requests, files): each message is answered once it is durable.

What is pushed waits for its commit, bounded by number and by bytes; who brings more is refused at once
(``DoorError``) instead of waiting, because a client that holds a request open can be told to come again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future

from connectors.errors import DoorError
from connectors.message import Message, Receiver


class Pushed:
    """One message on its way. ``position`` becomes its place in the journal, once it is durable."""

    __slots__ = ("_door", "duplicate", "message", "position", "since_connect")

    def __init__(self, door: Door, message: Message) -> None:
        self._door = door
        self.message = message
        self.duplicate = False
        self.since_connect: int | None = None
        self.position: Future[int] = Future()

    def acknowledge(self, position: int = 0) -> None:
        """The message is durable: who waits for it may go on."""
        self._door._settle(self, position)

    def withdraw(self) -> bool:
        """Take it back; ``False`` where the gateway has it already, so that it may yet be stored."""
        return self._door._withdraw(self)


class Door:
    """Implements ``message.Source``. ``count`` messages and ``size`` bytes of payload may wait; one message is let
    in however large it is, where none waits."""

    def __init__(self, name: str, count: int, size: int) -> None:
        self._name = name
        self._most, self._largest = count, size
        self._moved = threading.Condition()
        self._waiting: deque[Pushed] = deque()
        self._open = self._bytes = 0
        self._last = 0
        self._receive: Receiver | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name=f"door-{name}", daemon=True)

    @property
    def name(self) -> str:
        return self._name

    def start(self, receive: Receiver) -> None:
        self._receive = receive
        self._thread.start()

    def ready(self) -> bool:
        """Whether it takes messages."""
        return self._receive is not None and not self._stopped

    def stop(self) -> None:
        """Take no more; what the gateway has not got yet is refused."""
        with self._moved:
            self._stopped = True
            left, self._waiting = list(self._waiting), deque()
            self._moved.notify_all()
        for pushed in left:
            self._forget(pushed)
            pushed.position.set_exception(DoorError("door-closed"))
        if self._thread.is_alive():
            self._thread.join()

    def now(self) -> int:
        """The time of arrival (ns since 1970, UTC): never the same twice, so that it tells pushes apart."""
        with self._moved:
            self._last = max(time.time_ns(), self._last + 1)
            return self._last

    def push(self, topic: str, payload: bytes, arrival: int | None = None) -> Pushed:
        """Let a message in; returns at once. Raises ``DoorError`` where too many wait already, or the server
        ends."""
        message = Message(self._name, topic, payload, self.now() if arrival is None else arrival)
        size = len(payload)
        with self._moved:
            if self._stopped or self._receive is None:
                raise DoorError("door-closed")
            if self._open and (self._open >= self._most or self._bytes + size > self._largest):
                raise DoorError("door-full", waiting=self._open)
            pushed = Pushed(self, message)
            self._open += 1
            self._bytes += size
            self._waiting.append(pushed)
            self._moved.notify_all()
        return pushed

    def _work(self) -> None:
        assert self._receive is not None
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._stopped or self._waiting)
                if self._stopped:
                    return
                pushed = self._waiting.popleft()
            self._receive(pushed)

    def _settle(self, pushed: Pushed, position: int) -> None:
        self._forget(pushed)
        pushed.position.set_result(position)

    def _withdraw(self, pushed: Pushed) -> bool:
        with self._moved:
            if pushed not in self._waiting:
                return False
            self._waiting.remove(pushed)
        self._forget(pushed)
        pushed.position.cancel()
        return True

    def _forget(self, pushed: Pushed) -> None:
        with self._moved:
            self._open -= 1
            self._bytes -= len(pushed.message.payload)
