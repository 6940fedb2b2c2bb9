"""A data folder, opened: store, twin, packages and the line put together. Implementations are named here only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import connectors
import submodels
import templates
from aas_server import brokers, databases, server_file, slots
from aas_server.broker_settings import BrokerSettings
from aas_server.clock import Clock, SystemClock
from aas_server.errors import NotFound, Unavailable
from aas_server.ids import Names
from aas_server.ingest import feeds
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.replaying import replay
from aas_server.ingest.service import Ingest
from aas_server.product import line, lock, recipe
from aas_server.product.recipe import Recipe, keeping
from aas_server.product.record import ReleaseRecord
from aas_server.product.series.operations import SeriesOperations
from aas_server.product.work import Prepared, Work
from aas_server.runner import Runner
from aas_server.settings import Settings
from aas_server.slots import Slot
from aas_server.store import durable
from aas_server.store.contract import Store
from aas_server.streams.configuration import Configuration
from aas_server.streams.configuration.subscribing import Subscribing, address
from aas_server.streams.desk import Desk, Tools
from aas_server.streams.pulse import TailPulse
from aas_server.streams.replaying import Replaying
from aas_server.streams.rows import Pulse
from aas_server.twin.editing.submodels import Submodels
from aas_server.twin.operations import Operations
from aas_server.twin.operations.delegation import Delegation
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
from connectors.message import Source
from connectors.mqtt import Subscription

Show = Callable[[str, int, int], None]


def existing(settings: Settings) -> House:
    """The house of a data folder that is there already. Raises ``NotFound``: a mistyped folder is not made."""
    if not databases.there(settings):
        raise NotFound("data-folder-missing", data=str(settings.data.absolute()))
    return House(settings)


class House:
    """One data folder, opened: what every command and the server stand on."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        _check_packages()
        self.settings = settings
        self.clock = clock or SystemClock()
        self.store: Store = databases.open_store(settings)
        self.runner = Runner()
        self.repository = Repository(self.store, settings.max_json_depth, settings.history_days, self.clock)
        self.packages = Packages(self.store, self.clock)
        self.operations = Operations(
            settings.operation_limit, Delegation(settings.delegation_hosts, settings.max_message)
        )
        editor = Submodels(self.repository, settings.max_json_depth)
        SeriesOperations(self.repository, editor, self.clock, settings.page_limit).register(self.operations)
        self.configuration = Configuration(self.store, self.runner.run)
        self.shelf = Shelf(self.repository, self.store.files, Names(settings.domain), self.runner.run)

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the event loop, then close the store."""
        self.runner.close()
        self.operations.close()
        self.store.close()
        if "slot" in self.__dict__:
            self.slot.release()

    def build(self, product: str, show: Show) -> ReleaseRecord:
        """Run the product's line by its recipe. Raises the steps' errors."""
        made_by = keeping.load(self.store.folder, product)
        self.configuration.catch_up()
        with lock.scratch(self.store.folder, product) as folder:
            made = line.run(self._work(made_by, folder, show))
        self.configuration.catch_up()
        return made

    def preview(self, product: str, show: Show) -> Prepared:
        """What the product's step 2 would make of the data by its recipe as it stands; nothing of it is kept, and
        its tables are gone. Raises the steps' errors."""
        made_by = keeping.load(self.store.folder, product)
        with lock.scratch(self.store.folder, product) as folder:
            return line.preview(self._work(made_by, folder, show))

    def desk(self, pulse: Pulse | None = None, connected: Sequence[str] = ()) -> Desk:
        """What people do with streams. ``pulse``: who decodes at present, else the journal's tail tells.
        ``connected``: the brokers of the server that runs."""
        server = server_file.running(self.store.folder)
        tools = Tools(
            store=self.store,
            settings=self.settings,
            repository=self.repository,
            configuration=self.configuration,
            clock=self.clock,
            run=self.runner.run,
            base_url=server.url if server else self.settings.base_url,
            brokers=tuple(connected) or (server.brokers if server else ()),
        )
        return Desk(tools, pulse or TailPulse(self.store, self.settings), self.replaying)

    @cached_property
    def replaying(self) -> Replaying:
        """Reads streams again from the journal, one at a time."""
        return Replaying(self.store, self.clock, partial(replay, self.store, self.settings))

    def recipe_file(self, product: str) -> Path:
        """Where the product's recipe lies."""
        return keeping.place(self.store.folder, product)

    def keep_recipe(self, made_by: Recipe) -> None:
        """Write a recipe, whole or not at all."""
        file = self.recipe_file(made_by.id)
        file.parent.mkdir(parents=True, exist_ok=True)
        durable.write(file, recipe.dump(made_by))

    def subscriptions(self, urls: Sequence[str] | None = None) -> list[Source]:
        """One subscription a broker (the settings' where none is named), with a stable client id and a persistent
        session. Raises ``BrokerError``, ``BadInput``, ``Refused``."""
        named = brokers.configured(self.settings) if urls is None else [BrokerSettings(url=url) for url in urls]
        return list(brokers.subscriptions(named, self.settings, self.slot))

    def subscription(self, broker: BrokerSettings) -> Subscription:
        """One more, for ``Ingest.add_source``. Raises as ``subscriptions``."""
        return brokers.subscribe(broker, self.settings, self.slot)

    def described(self, ingest: Ingest) -> Subscribing:
        """Subscribes what descriptions in the twin name, as long as ``ingest`` runs."""
        known = {address(one.url): one.filters for one in brokers.configured(self.settings)}
        return Subscribing(
            self.store.catalogue,
            ingest,
            lambda name: known.get(address(name)) or self.settings.filter,
            lambda url, filters: self.subscription(BrokerSettings(url=url, filters=list(filters))),
            self.settings.aid_brokers,
        )

    @cached_property
    def slot(self) -> Slot:
        """This server's place among those on the folder, held until the house is closed."""
        return slots.take(self.store.folder, self.shared)

    @property
    def shared(self) -> bool:
        """Whether several servers may hold the folder."""
        return self.settings.postgres_url is not None

    def declare(self, stream: str, known: Declaration) -> None:
        """Say what is known of a stream before its first message."""
        feeds.declare(self.store.catalogue, stream, replace(known, zone=known.zone or self.settings.zone))

    def messages(self, streams: Sequence[str]) -> int:
        """How many messages of these streams are stored and understood."""
        return sum(feeds.messages(self.store.catalogue, stream) for stream in streams)

    def _work(self, made_by: Recipe, folder: Path, show: Show) -> Work:
        server = server_file.running(self.store.folder)
        url = server.url if server else self.settings.base_url
        return Work(
            recipe=made_by,
            folder=folder,
            store=self.store,
            twin=self.shelf,
            packages=self.packages,
            clock=self.clock,
            names=Names(self.settings.domain),
            settings=self.settings.model_copy(update={"external_url": url}),
            progress=show,
        )


def _check_packages() -> None:
    """``templates``, ``submodels``, ``connectors`` are common names: make sure that they are ours."""
    home = Path(__file__).parent.parent
    found = [Path(str(package.__file__)).parent.parent for package in (templates, submodels, connectors)]
    if any(folder != home for folder in found):
        raise Unavailable("package-not-intact", found=", ".join(sorted({str(folder) for folder in found})))
