"""What changed in the twin, published as CloudEvents at a broker: structured JSON, QoS 1, at least once.

Topics are those that other AAS servers use (``<prefix>/aasrepository/aas/updated``, ``<prefix>/submodelrepository/
submodel/created``). The place in the change log moves on once the broker has acknowledged: after a crash the last
events come again, with the same ids.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from aas_server.errors import NotFound
from aas_server.ingest.recurring import Recurring
from aas_server.store.contract import Catalogue
from aas_server.twin.events import Event
from aas_server.twin.events.feed import Feed
from aas_server.twin.shelf import Run
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


class Announcing(Recurring):
    """Publishes the events of one store, beginning with those after its first start. What was not published is at
    the next start."""

    def __init__(self, feed: Feed, catalogue: Catalogue, run: Run, url: str, prefix: str) -> None:
        """``url``: the broker's; with ``?version=5`` the content type is told, too. Raises ``BrokerUrlError``."""
        super().__init__("announcing", _SECONDS, retries=_RETRY_SECONDS)
        self.broker = parse_url(url).shown
        self._feed = feed
        self._catalogue = catalogue
        self._run = run
        self._url = url
        self._prefix = prefix.strip("/")
        self._client_id = f"aas-events-{secrets.token_hex(4)}"

    def work(self) -> bool:
        """Publish the next events; whether there are more at once."""
        position = self._position()
        page = self._run(self._feed.page(position, _PAGE))
        if page.events:
            published = publish(
                self._url,
                self._messages(page.events),
                client_id=self._client_id,
                stop=self._ending,
                content_type=CONTENT_TYPE,
            )
            if published.messages < len(page.events):
                return False  # stopped before all were sent: they come again at the next start
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
