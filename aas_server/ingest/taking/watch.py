"""A watched folder as a source: tables and pictures that are put into it are taken in, each once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from pathlib import Path

from aas_server.errors import AasError, TooLarge, Unavailable
from aas_server.ids import slug
from aas_server.ingest.taking.chunks import Chunk
from aas_server.ingest.taking.files import SOURCE, Files, Wish
from aas_server.ingest.taking.inbox import Claimed, Inbox
from aas_server.ingest.taking.labels import Labels
from aas_server.ingest.taking.ledger import Ledger, Note, id_of
from aas_server.ingest.taking.pictures import payload_of
from aas_server.ingest.trouble import error_of, log
from aas_server.messages import LANGUAGES, error_text
from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.errors import DoorError
from connectors.message import Receiver
from connectors.push import Door
from connectors.recording import is_known

PICTURES = frozenset((".jpg", ".jpeg", ".png", ".bmp"))
_TICK = 0.5
_WAITING = 64
"""Messages of one folder that may wait for their commit."""


@dataclass(frozen=True, slots=True)
class WatchState:
    """As a broker's connection: ``connected`` where the folder can be read. ``error`` and ``values`` fill a
    sentence: why it can't, what stands still, or what was left alone."""

    connected: bool
    error: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    retry: int | None = None
    insecure: bool = False


class Watch:
    """Implements ``connectors.message.Source`` over one folder. ``wish``: how its tables are taken in; its topic
    is that of pictures, too, else ``recording/<the folder's name>``."""

    def __init__(self, folder: Path, wish: Wish, store: Store, settings: Settings) -> None:
        self.folder = folder.absolute()
        self._wish = wish
        self._settings = settings
        self._inbox = Inbox(self.folder)
        self._labels = Labels(self.folder, settings.watch_shot)
        self._files = Files(store, settings, self._send)
        self._ledger = Ledger(store, "ingested")
        self._door = Door(SOURCE, _WAITING, settings.queue_bytes)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"watch-{folder.name}")
        self._state = WatchState(False)

    @property
    def name(self) -> str:
        return f"folder:{self.folder}"

    def start(self, receive: Receiver) -> None:
        self._door.start(receive)
        self._thread.start()

    def ready(self) -> bool:
        """Whether the folder can be read."""
        return self._thread.is_alive() and self.folder.is_dir()

    def state(self) -> WatchState:
        """For pages."""
        return self._state

    def stop(self) -> None:
        """Take no more; a file that is half taken goes on at the next start."""
        self._ending.set()
        self._door.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                self._step()
            except DoorError:
                return
            except OSError as fault:
                self._state = WatchState(
                    False, "watch-folder-unreadable", {"folder": str(self.folder), "fault": fault.strerror or "?"}
                )
            except Exception as fault:  # an end of this thread would be the end of the folder
                if not isinstance(fault, AasError):
                    log("watch", fault)
                error = error_of(fault)
                self._tell(error.key, **{name: str(value) for name, value in error.values.items()})
            self._ending.wait(self._settings.watch_seconds)

    def _step(self) -> None:
        """One look: first what a crash left, then what is complete."""
        for left in self._inbox.left():
            self._take(left)
        complete = self._inbox.complete()
        for path in complete:
            if self._ending.is_set():
                return
            if _known(path) and (claimed := self._inbox.claim(path)) is not None:
                self._take(claimed)
        alone = [*self._inbox.strangers(), *(path.name for path in complete if not _known(path))]
        if alone:
            self._tell("watch-left-alone", folder=str(self.folder), files=", ".join(sorted(alone)[:10]))
        else:
            self._state = WatchState(True)

    def _tell(self, key: str, **values: str) -> None:
        self._state = WatchState(True, key, values)

    def _take(self, claimed: Claimed) -> None:
        """A file to its end. What is wrong with it is said beside it; what is wrong with us lets it wait."""
        note = ""
        try:
            if claimed.path.suffix.lower() in PICTURES:
                note = self._picture(claimed)
            else:
                self._files.take(claimed.path, self._wish)
        except AasError as fault:
            if isinstance(fault, Unavailable) or fault.key == "file-at-work":
                raise
            self._inbox.settle(claimed, _reason(fault, claimed))
            return
        self._inbox.settle(claimed)
        if note:
            self._ledger.drop(note)

    def _picture(self, claimed: Claimed) -> str:
        """Store one, if it is not stored yet; returns its note's id, to be dropped once the file has gone."""
        topic = self._wish.topic or f"recording/{slug(self.folder.name)}"
        about = self._labels.about(claimed)
        if claimed.path.stat().st_size > self._settings.max_message:
            raise TooLarge("watch-picture-large", file=claimed.name, limit=self._settings.max_message)
        payload = payload_of(topic, claimed.path.read_bytes(), about, self._settings.max_pixels)
        id = id_of("picture", topic, str(claimed.path), str(claimed.path.stat().st_mtime_ns))
        note = self._ledger.find(id)
        if note is None:
            note = Note(topic, SOURCE, "", time.time_ns(), name=claimed.name)
            self._ledger.begin(id, note)
        if not note.messages:
            self._send(topic, Chunk(payload, 1), note.arrival)
        return id

    def _send(self, topic: str, chunk: Chunk, arrival: int) -> int:
        """Through the gateway; waits for the commit, however long the disk is full."""
        pushed = self._door.push(topic, chunk.payload, arrival)
        while True:
            try:
                return pushed.position.result(_TICK)
            except NotYet:
                if self._ending.is_set():
                    raise DoorError("door-closed") from None


def watches(settings: Settings, store: Store) -> list[Watch]:
    """A source for each folder that the settings name, ``FOLDER`` or ``FOLDER=TOPIC``."""
    return [Watch(Path(folder), Wish(topic or None), store, settings) for folder, topic in _pairs(settings.watch)]


def _pairs(given: Iterable[str]) -> Iterable[tuple[str, str]]:
    for one in given:
        folder, _, topic = one.partition("=")
        yield folder, topic


def _known(path: Path) -> bool:
    """Whether its name says that it can be read: a table beside the folders of labels, a picture anywhere."""
    return path.suffix.lower() in PICTURES or is_known(path)


def _reason(fault: AasError, claimed: Claimed) -> str:
    """Why it failed, in both languages; of the file it says the name alone."""
    said = "\n".join(error_text(fault, language) for language in LANGUAGES)
    return said.replace(str(claimed.path), claimed.name) + "\n"
