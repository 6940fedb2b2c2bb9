"""``aas ingest --watch``: what is put into a folder is taken in until Ctrl-C, with or without a server beside."""

from __future__ import annotations

import threading

from aas_server import server_file
from aas_server.cli.console import Voice
from aas_server.cli.feed_watch import LOOK_EVERY
from aas_server.cli.waiting import until_interrupted
from aas_server.errors import Unavailable
from aas_server.house import House
from aas_server.ingest.service import catch_up
from aas_server.ingest.taking.watch import Watch
from aas_server.messages import error_text, text
from connectors.message import Delivery

_RETRY_SECONDS = 5.0


def go_on(house: House, watch: Watch, voice: Voice) -> None:
    """Take in, tell what changes, and fold where no server does."""
    ending = threading.Event()
    watch.start(_Keeper(house, voice, ending))
    try:
        with until_interrupted():
            voice.say("ingest-watching", folder=watch.folder)
            told = ""
            while True:
                ending.wait(LOOK_EVERY)
                state = watch.state()
                if state.error != told:
                    told = state.error
                    voice.alert("feed-folder-told" if told else "feed-folder-back", **_said(voice, watch))
                _fold(house)
    finally:
        ending.set()
        watch.stop()
    _fold(house)


class _Keeper:
    """Puts what comes into the journal; a full disk lets it wait."""

    def __init__(self, house: House, voice: Voice, ending: threading.Event) -> None:
        self._journal = house.store.journal
        self._voice = voice
        self._ending = ending

    def __call__(self, delivery: Delivery) -> None:
        while not self._ending.is_set():
            try:
                position = self._journal.append([delivery.message])
            except Unavailable as fault:
                self._voice.alert("feed-stopped", sentence=error_text(fault, self._voice.language))
                self._ending.wait(_RETRY_SECONDS)
                continue
            delivery.acknowledge(position)
            return


def _said(voice: Voice, watch: Watch) -> dict[str, str]:
    state = watch.state()
    return {
        "url": watch.name,
        "sentence": text(state.error, voice.language, **state.values) if state.error else "",
    }


def _fold(house: House) -> None:
    if server_file.running(house.store.folder) is None:
        catch_up(house.store, house.settings)
