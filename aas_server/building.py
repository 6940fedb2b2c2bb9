"""A product's line, run beside the server in a process of its own: the server stays quick, and a line that dies
takes nothing along."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from aas_server.errors import AasError, Conflict, Unavailable
from aas_server.house import House
from aas_server.settings import Settings

PATIENCE = 10.0
"""Seconds a line is given to end when the server stops, before it is killed; the next build makes up for it."""


class Building:
    """One line at a time for a server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._product = ""
        self._told: Connection | None = None
        self._faults: dict[str, AasError | None] = {}

    def start(self, product: str) -> None:
        """Run the line; returns at once. Raises ``Conflict`` where one runs already."""
        with self._lock:
            if self._look():
                raise Conflict("line-runs-already", product=self._product)
            spawning = multiprocessing.get_context("spawn")
            self._told, tells = spawning.Pipe(duplex=False)
            self._process = spawning.Process(
                target=_build, args=(self._settings, product, tells), name=f"line {product}"
            )
            self._product = product
            self._faults[product] = None
            self._process.start()
            tells.close()

    def running(self) -> str | None:
        """The product whose line runs at present."""
        with self._lock:
            return self._product if self._look() else None

    def fault(self, product: str) -> AasError | None:
        """Why the product's line, as last started here, came to no end; ``None`` where it did."""
        with self._lock:
            self._look()
            return self._faults.get(product)

    def stop(self) -> None:
        """End what runs."""
        with self._lock:
            if self._process is not None and self._process.is_alive():
                self._process.terminate()
                self._process.join(PATIENCE)
                if self._process.is_alive():
                    self._process.kill()
                    self._process.join()
            self._look()

    def _look(self) -> bool:
        """Whether it runs; how it ended is taken down."""
        if self._process is None:
            return False
        if self._process.is_alive():
            return True
        self._process.join()
        self._faults[self._product] = self._end(self._process.exitcode)
        self._process.close()
        self._process = None
        return False

    def _end(self, code: int | None) -> AasError | None:
        assert self._told is not None
        with self._told as told:
            try:
                end = told.recv() if told.poll() else ("line-died", {"product": self._product, "code": code})
            except EOFError:
                end = ("line-died", {"product": self._product, "code": code})
        return None if end is None else Unavailable(end[0], **end[1])


def _build(settings: Settings, product: str, tells: Connection) -> None:
    """The child: what it ends with is told as ``None`` or (key, values)."""
    with tells:
        try:
            with House(settings) as house:
                house.build(product, _silent)
        except AasError as error:
            tells.send((error.key, {name: str(value) for name, value in error.values.items()}))
            return
        tells.send(None)


def _silent(_step: str, _done: int, _total: int) -> None:
    """The product's record tells how far it is."""
