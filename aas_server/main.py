"""Everything is put together here: the gateway and the doors, running on one house."""

from __future__ import annotations

import errno
import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial

import uvicorn
from fastapi import FastAPI

from aas_server import server_file
from aas_server.announcing import Announcing
from aas_server.api.app import mount_apis
from aas_server.api.concepts import concepts_router
from aas_server.api.docs import docs_router
from aas_server.api.events import events_router
from aas_server.api.evidence import evidence_router
from aas_server.api.flux import flux_router
from aas_server.api.guard import Guard
from aas_server.api.health import health_router
from aas_server.api.metrics import metrics_router
from aas_server.api.predictions import described
from aas_server.api.problems import install_problems
from aas_server.api.products import products_router
from aas_server.api.push.ingest import ingest_router
from aas_server.api.push.mos import mos_router
from aas_server.api.push.pictures import pictures_router
from aas_server.api.records import records_router
from aas_server.api.streams import streams_router
from aas_server.building import Building
from aas_server.errors import Refused, Unavailable
from aas_server.house import House
from aas_server.ingest.recurring import Recurring
from aas_server.ingest.service import Ingest
from aas_server.leftovers import Leftovers
from aas_server.settings import Settings
from aas_server.streams.configuration.watching import Watching
from aas_server.streams.evidence.witness import Witness
from aas_server.streams.keeping import Keeper, Keeping
from aas_server.streams.pulse import WorkerPulse
from aas_server.twin.events.feed import Feed
from aas_server.twin.operations import files as operation_files
from aas_server.web.app import create_web
from connectors.message import Source

BACKLOG = 2048
"""Connections that may wait to be accepted, as uvicorn has it."""
PATIENCE = 30.0
"""Seconds until a server that isn't ready is given up."""


class Server:
    """Gateway and doors over one house, from the block's begin to its end. ``listener`` comes from ``listen``."""

    def __init__(self, house: House, sources: Sequence[Source], listener: socket.socket) -> None:
        settings = house.settings
        self._house = house
        self._sources = sources
        self._socket = listener
        self.url = settings.base_url
        self.ingest = Ingest(house.store, settings, sources)
        self._watching = Watching(house.configuration, house.described(self.ingest))
        self._building = Building(settings)
        config = uvicorn.Config(
            create_app(house, self.ingest, self._building),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=3,
            server_header=False,
            # Who forwards is judged by api/address.py; uvicorn would believe any peer on loopback.
            proxy_headers=False,
            date_header=True,
        )
        self._uvicorn = uvicorn.Server(config)
        self._beside: list[Recurring] = [
            Witness(house.store, house.clock, self._connected),
            Keeper(Keeping(house.store, settings, house.clock), settings.compact_hours),
        ]
        if url := settings.events_broker.get_secret_value():
            feed = Feed(house.store.documents, f"{self.url}/api/v3.1")
            self._beside.append(
                Announcing(feed, house.store.catalogue, house.runner.run, url, settings.events_prefix)
            )
        self._stack = ExitStack()

    def __enter__(self) -> Server:
        self._stack.callback(self._socket.close)
        running = server_file.Running(self.url, tuple(source.name for source in self._sources))
        try:
            self._stack.enter_context(server_file.held(self._house.store.folder, running, self._house.shared))
            # What the twin says of the feed holds before the first message is read.
            self._house.configuration.catch_up()
            self._stack.callback(self.ingest.stop)
            self.ingest.start()
            self._stack.callback(self._watching.stop)
            self._watching.start()
            self._take_over_what_is_left()
            for beside in self._beside:
                self._stack.callback(beside.stop)
                beside.start()
            self._stack.callback(self._building.stop)
            serving = self._house.runner.start(self._uvicorn.serve(sockets=[self._socket]))
            self._stack.callback(self._stop, serving)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def wait_ready(self) -> None:
        """Until the doors are open and every subscription is confirmed. Raises ``Unavailable``."""
        deadline = time.monotonic() + PATIENCE
        while not (self._uvicorn.started and self.ingest.ready()):
            if time.monotonic() > deadline:
                brokers = ", ".join(broker.url for broker in self.ingest.state().brokers)
                raise Unavailable("server-did-not-start", seconds=int(PATIENCE), brokers=brokers)
            time.sleep(0.02)

    def _connected(self) -> Mapping[str, bool]:
        return {broker.url: broker.connected for broker in self.ingest.brokers()}

    def _take_over_what_is_left(self) -> None:
        if self._house.shared:
            leftovers = Leftovers(self._house.settings, self._house.store.folder, self.ingest)
            leftovers.start()
            self._stack.callback(leftovers.stop)

    def _stop(self, serving: Future[None]) -> None:
        self._uvicorn.should_exit = True
        serving.result(timeout=PATIENCE)


def create_app(house: House, ingest: Ingest, building: Building | None = None) -> Guard:
    """All doors behind the guard: the AAS API, the products' Open API, health, pages."""
    settings = house.settings
    operation_files.load(house.operations, settings.operation_files)

    def ready() -> dict[str, bool]:
        return {source.name: source.ready() for source in ingest.sources} | {"ingest": ingest.ready()}

    app = FastAPI(title="AAS data product server", version="1", docs_url=None, redoc_url=None)
    install_problems(app)
    app.include_router(products_router(house.store, settings, house.clock))
    # Before the streams, which answer whatever else lies below their address.
    app.include_router(pictures_router(house.store))
    app.include_router(evidence_router(house.store, settings))
    desk = house.desk(WorkerPulse(ingest), [source.name for source in ingest.sources])
    streams = streams_router(desk, settings)
    app.include_router(streams)
    app.include_router(records_router(house.store, settings, streams, folding=ingest))
    app.include_router(concepts_router(settings))
    app.include_router(flux_router(house.store, house.clock))
    app.include_router(events_router(house.store.documents, settings))
    app.include_router(ingest_router(ingest.pushes, settings))
    app.include_router(mos_router(house.store, ingest.pushes, settings))
    app.include_router(health_router(ready))
    app.include_router(metrics_router(desk.all, ingest.brokers, house.store.journal, ingest.ready))
    app.include_router(docs_router(app, models=partial(described, house.store.catalogue)))
    with_apis = mount_apis(app, house.store, house.repository, house.packages, settings, house.operations)
    app.mount("/", create_web(house.store, settings, ingest.state, desk, building, house.shelf))
    return Guard(with_apis, settings)


def listen(settings: Settings, *, or_next: bool = False) -> socket.socket:
    """A socket that listens where the settings say, or with ``or_next`` on the next port that is free.

    Raises ``Refused`` beyond loopback without ``insecure``, ``Unavailable`` where the port is taken.
    """
    host, port = settings.host, settings.port
    _check_host(host, settings.insecure)
    for candidate in range(port, 65536 if or_next else port + 1):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(BACKLOG)
            return listener
        except OSError as fault:
            listener.close()
            if fault.errno != errno.EADDRINUSE:
                raise Unavailable("address-unusable", host=host, port=candidate, fault=fault.strerror) from None
    raise Unavailable("port-in-use", port=port)


def _check_host(host: str, insecure: bool) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not (loopback or insecure):
        raise Refused("host-not-loopback", host=host)
