"""What changed in the twin, published as CloudEvents at a broker: structured JSON, QoS 1, at least once.

Topics are those that other AAS servers use (``<prefix>/aasrepository/aas/updated``, ``<prefix>/submodelrepository/
submodel/created``). The place in the change log moves on once the broker has acknowledged: after a crash the last
events come again, with the same ids.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from aas_server.errors import NotFound
from aas_server.ingest.trouble import Trouble
from aas_server.store.contract import Catalogue
from aas_server.twin.events import Event
from aas_server.twin.events.feed import Feed
from connectors.mqtt import parse_url
from connectors.replay import publish

CONTENT_TYPE = "application/cloudevents+json"
_SECONDS = 0.5
_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
_PAGE = 500
_REPOSITORY: Mapping[str, str] = {
    "aas": "aasrepository",
    "asset": "aasrepository",
    "submodel": "submodelrepository",
    "conceptdescription": "conceptdescriptionrepository",
}

Result = TypeVar("Result")


class Run(Protocol):
    """Runs a coroutine on the server's event loop and waits for it, from another thread."""

    def __call__(self, work: Coroutine[Any, Any, Result]) -> Result: ...


class Announcing:
    """A thread that publishes the events of one store, beginning with those after its first start."""

    def __init__(self, feed: Feed, catalogue: Catalogue, run: Run, url: str, prefix: str) -> None:
        """``url``: the broker's; with ``?version=5`` the content type is told, too. Raises ``BrokerUrlError``."""
        self.broker = parse_url(url).shown
        self._feed = feed
        self._catalogue = catalogue
        self._run = run
        self._url = url
        self._prefix = prefix.strip("/")
        self._client_id = f"aas-events-{secrets.token_hex(4)}"
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="announcing")
        self.trouble = Trouble("announcing")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; what was not published is at the next start."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        tries = 0
        while not self._ending.is_set():
            try:
                more = self._step()
                self.trouble.over()
                tries = 0
            except Exception as fault:  # a broker that is away, whatever it says of itself
                self.trouble.tell(fault)
                self._ending.wait(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS) - 1)])
                tries += 1
                continue
            if not more:
                self._ending.wait(_SECONDS)

    def _step(self) -> bool:
        """Publish the next events; whether there are more at once."""
        position = self._position()
        page = self._run(self._feed.page(position, _PAGE))
        if page.events:
            publish(
                self._url,
                self._messages(page.events),
                client_id=self._client_id,
                stop=self._ending,
                content_type=CONTENT_TYPE,
            )
            if self._ending.is_set():
                return False  # some may not have been sent: all of them come again
        if page.after != position:
            self._catalogue.put("announced", self.broker, msgspec.json.encode(page.after))
        return not page.ended

    def _messages(self, events: Sequence[Event]) -> Iterator[tuple[str, bytes]]:
        for event in events:
            yield topic_of(event, self._prefix), msgspec.json.encode(event)

    def _position(self) -> int:
        try:
            return int(msgspec.json.decode(self._catalogue.get("announced", self.broker), type=int))
        except NotFound:
            here = self._run(self._feed.last())
            self._catalogue.put("announced", self.broker, msgspec.json.encode(here))
            return here


def topic_of(event: Event, prefix: str) -> str:
    """Where an event is published."""
    _, _, word, what, _ = event["type"].split(".")
    return f"{prefix}/{_REPOSITORY[word]}/{word}/{what}"
