"""Work that is done again and again beside the doors, in a thread of its own."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence

from aas_server.errors import AasError
from aas_server.ingest.trouble import Trouble


class Recurring(ABC):
    """A thread from ``start`` to ``stop``. What goes wrong is told while it lasts and ends nothing: the next time
    may succeed."""

    def __init__(self, name: str, pause: float, *, first: float = 0.0, retries: Sequence[float] = ()) -> None:
        """``pause``: seconds between two times, ``first``: until the first one. ``retries``: after the first
        failure, the second, …, the last one for all that follow; without them ``pause``."""
        self._pause = pause
        self._first = first
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name=name)
        self._trouble = Trouble(name, tuple(retries) or (pause,))

    @property
    def error(self) -> AasError | None:
        """Why the last time failed, or ``None``."""
        return self._trouble.error

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End with what is under way."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def work(self) -> bool:
        """Do it once; whether there is more at once. What takes long looks at ``_ending``."""

    def last(self) -> None:  # noqa: B027 (most leave nothing)
        """What is left to do when it is stopped."""

    def _repeat(self) -> None:
        self._ending.wait(self._first)
        while not self._ending.is_set():
            self._ending.wait(self._tried())
        try:
            self.last()
        except Exception as fault:  # as above; who stopped us must come to an end
            self._trouble.tell(fault)

    def _tried(self) -> float:
        """Do it once; the seconds to rest."""
        try:
            more = self.work()
        except Exception as fault:  # whatever it is: an end of this thread would be the end of its work
            self._trouble.tell(fault)
            return self._trouble.pause()
        self._trouble.over()
        return 0.0 if more else self._pause
