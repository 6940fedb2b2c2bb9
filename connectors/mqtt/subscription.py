"""A broker's subscription as a source of messages: manual acknowledgement, persistent session, for ever."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.errors import BrokerError
from connectors.message import Letter, Receiver
from connectors.mqtt.address import parse_url
from connectors.mqtt.backoff import Backoff
from connectors.mqtt.connection import Connection, Session
from connectors.mqtt.ending import end_session
from connectors.mqtt.filters import Wishes, read_filter
from connectors.mqtt.outbox import Outbox
from connectors.mqtt.plan import Plan
from connectors.mqtt.state import SubscriptionState
from connectors.mqtt.tls import context
from connectors.mqtt.wake import Wake

_SECOND = 10**9


class Subscription:
    """Everything a broker lets us see under ``filters``. Connects again for ever, with growing pauses."""

    def __init__(
        self,
        url: str,
        filters: Sequence[str],
        client_id: str,
        window: int = 1000,
        keepalive: int = 60,
        plan: Plan | None = None,
    ) -> None:
        """``client_id`` must stay the same over restarts: the broker keeps our session under it. A filter may bear
        its own quality of service (``line/#;qos=2``). ``keepalive`` in seconds. Raises ``BrokerError`` for a wrong
        URL or filter, or a certificate that can't be used."""
        self._plan = plan or Plan()
        broker = parse_url(url)
        if self._plan.user is not None:
            broker = replace(broker, user=self._plan.user, password=self._plan.password)
        if broker.tls:
            context(self._plan.tls, broker.insecure_tls)
        self._broker = broker
        self._client_id = client_id
        self._window = window
        self._keepalive = broker.keepalive or keepalive
        memory = self._plan.memory
        self._wishes = Wishes(
            [read_filter(text, self._plan.qos) for text in filters], memory.filters() if memory else ()
        )
        self._outbox = Outbox()
        self._wake = Wake()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._state = SubscriptionState(False, None, insecure=broker.insecure_tls)

    @property
    def name(self) -> str:
        """The broker's URL without user and password, or the plan's name."""
        return self._plan.name or self._broker.shown

    def start(self, receive: Receiver) -> None:
        """Begin; returns at once, whether or not the broker is there. A ``receive`` that raises ends the
        connection; it is tried again."""
        session = Session(
            self.name,
            self._broker,
            self._client_id,
            self._window,
            self._keepalive,
            self._plan,
            self._wishes,
            self._outbox,
            self._wake,
            receive,
            self._tell,
        )
        self._thread = threading.Thread(target=self._work, args=(session,), name=f"mqtt {self.name}", daemon=True)
        self._thread.start()

    def ready(self) -> bool:
        """Whether we are connected and the broker granted every filter on this connection."""
        state = self._state
        return state.connected and not state.error and self._wishes.confirmed()

    def state(self) -> SubscriptionState:
        """For pages: connected or not, since when, what is wrong, and when it is tried again."""
        return self._state

    def set_filters(self, filters: Sequence[str]) -> None:
        """From now on these: new ones are subscribed, those gone are unsubscribed; ``ready`` again once the broker
        has granted all. From any thread. Raises ``BrokerError`` for a wrong filter, and nothing changes then."""
        self._wishes.want([read_filter(text, self._plan.qos) for text in filters])
        if self._state.error == "subscription-refused":
            self._tell("", True, {})
        self._wake()

    def send(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """Publish, as soon as the broker is there; ``qos`` 0 or 1. From any thread, and never waits: ``False``
        where too much waits already, or we were stopped."""
        if self._stopping.is_set() or not self._outbox.put(Letter(topic, payload, qos, retain)):
            return False
        self._wake()
        return True

    def idle(self) -> float:
        """For how many seconds nothing has come, all filters being granted and all that came acknowledged."""
        connection = self._connection
        return connection.idle() if connection is not None and self.ready() else 0.0

    def end_session(self) -> None:
        """Let the broker forget the session, once it is stopped. Raises ``OSError`` where it can't be reached."""
        end_session(self._broker, self._client_id, self._plan.tls)

    def stop(self) -> None:
        """Disconnect; the broker keeps the session. Waits for a receiver that is at work."""
        self._stopping.set()
        self._wake()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._wake.close()
        self._state = SubscriptionState(False, time.time_ns(), insecure=self._broker.insecure_tls)

    def _work(self, session: Session) -> None:
        backoff = Backoff(self._plan.longest_wait)
        while not self._stopping.is_set():
            if self._served(session):
                backoff.over()
            self._wait(backoff.pause())

    def _served(self, session: Session) -> bool:
        """One connection from begin to end; whether the broker took us. Whatever goes wrong, this thread goes
        on."""
        try:
            connection = Connection(session, self._stopping.is_set)
            self._connection = connection
            connection.serve()
        except BrokerError as fault:
            values = {name: str(value) for name, value in fault.values.items()}
            self._tell(fault.key, False, {"url": self._broker.shown, **values})
            return False
        except Exception as fault:  # an end of this thread would be the end of the feed
            self._tell("receiver-failed", False, {"url": self._broker.shown, "fault": repr(fault)})
            return False
        return connection.proved

    def _wait(self, seconds: float) -> None:
        if self._stopping.is_set():
            return
        self._state = replace(self._state, retry=time.time_ns() + int(seconds * _SECOND))
        deadline = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        while not self._stopping.is_set() and (left := deadline - time.monotonic()) > 0:
            if poll.poll(left * 1000):
                self._wake.notice()

    def _tell(self, key: str, connected: bool, values: Mapping[str, str]) -> None:
        now = time.time_ns()
        self._state = SubscriptionState(connected, now, key, values, insecure=self._broker.insecure_tls)
