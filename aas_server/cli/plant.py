"""The factory of the demonstration: our simulated cell, or a recording, and how it is started."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from aas_server.clock import iso
from aas_server.errors import BadInput, NotFound, Unavailable
from aas_server.house import House
from aas_server.ids import slug
from aas_server.ingest.feeds import Declaration
from aas_server.ingest.screen import column_names
from aas_server.ingest.service import Ingest
from aas_server.messages import Language
from aas_server.product.recipe import ClockOffset, Recipe, load
from aas_server.streams.beginning import Plan
from connectors.message import Scalar
from connectors.payloads import stream_name
from connectors.recording import Recording, open_recording
from connectors.simulator import Simulation

Show = Callable[[str, int, int], None]
PATIENCE = 60.0
"""Seconds without a single new message after which the feed is given up."""


class Plant(Protocol):
    """Something that publishes, and the product that is made of it."""

    @property
    def product(self) -> str: ...

    def settle_in(self, house: House) -> None:
        """Find or note this plant in the data folder. Raises ``BadInput`` where another one lives there."""
        ...

    def produce(self, broker: str, house: House, ingest: Ingest, show: Show) -> None:
        """Publish everything that is not in the journal yet, and wait until it is stored."""
        ...

    def describe(self, house: House) -> Recipe | None:
        """Write the product's recipe where there is none yet. Returns it where it was guessed from the data."""
        ...

    @contextmanager
    def live(self, broker: str) -> Iterator[None]:
        """Let new readings come in for as long as the block runs."""
        ...


class Simulated:
    """The simulated injection-moulding cell. Its clock ended when the folder was begun."""

    product = "injection-cell-1"

    def __init__(self, seed: int, language: Language) -> None:
        self._seed = seed
        self._language = language
        self._end = ""

    def settle_in(self, house: House) -> None:
        begun = _noted(
            house, "simulator", {"seed": self._seed, "end": iso(house.clock.now().replace(microsecond=0))}
        )
        if begun["seed"] != self._seed:
            raise BadInput("demo-other-seed", seed=begun["seed"], wanted=self._seed, data=house.store.folder)
        self._end = str(begun["end"])

    def describe(self, house: House) -> None:
        if house.recipe_file(self.product).exists():
            return
        recipe = load(Path(__file__).with_name("demo_cell.toml"))
        offsets = tuple(
            ClockOffset(stream, iso(start), iso(end), seconds)
            for stream, start, end, seconds in self._simulation().facts().clock_offsets
        )
        house.keep_recipe(replace(recipe, cleaning=replace(recipe.cleaning, clock_offsets=offsets)))

    def produce(self, broker: str, house: House, ingest: Ingest, show: Show) -> None:
        recipe = load(Path(__file__).with_name("demo_cell.toml"))
        facts = self._simulation().facts()
        for stream in recipe.streams:
            fields = facts.fields[stream]
            known = Declaration(
                time_column=recipe.time if stream == recipe.streams[0] else None,
                units={name: field.unit for name, field in fields.items() if field.unit},
                titles={name: {"ko": field.ko, "en": field.en} for name, field in fields.items()},
            )
            house.declare(stream, known)
        _publish(broker, house, ingest, recipe.streams, self._arguments(), show)

    @contextmanager
    def live(self, broker: str) -> Iterator[None]:
        with _factory(broker, [*self._arguments(), "--live"]):
            yield

    def _arguments(self) -> list[str]:
        return ["--seed", str(self._seed), "--end", self._end, "--lang", self._language]

    def _simulation(self) -> Simulation:
        return Simulation(self._seed, datetime.fromisoformat(self._end))


class Recorded:
    """A file that is published as if it came in now. After its last row it falls silent."""

    def __init__(self, file: Path, time_column: str | None, label: str | None, language: Language) -> None:
        self._language = language
        self._recording = open_recording(file, time=time_column, label=label)
        _check_label(self._recording)
        self._file = file.absolute()
        self._label = label
        self._time = self._recording.time
        self.product = slug(
            file.stem if any(map(str.isalpha, file.stem)) else f"{self._file.parent.name}-{file.stem}"
        )

    def settle_in(self, house: House) -> None:
        facts = {"sha256": _sha256(self._file), "time": self._time or "", "label": self._label or ""}
        begun = _noted(house, f"recording/{self.product}", facts)
        if begun["sha256"] != facts["sha256"]:
            self.product = f"{self.product}-{facts['sha256'][:6]}"
            begun = _noted(house, f"recording/{self.product}", facts)
        for option in ("time", "label"):
            if begun[option] != facts[option]:
                raise BadInput(
                    "demo-other-option",
                    option=option,
                    before=begun[option] or "–",
                    wanted=facts[option] or "–",
                    file=house.recipe_file(self.product),
                )

    def produce(self, broker: str, house: House, ingest: Ingest, show: Show) -> None:
        house.declare(self._stream, Declaration(time_column=self._time, form="flat-json"))
        arguments = ["--from", str(self._file), "--topic", self._topic, "--lang", self._language]
        for option, value in (("--time", self._time), ("--label", self._label)):
            arguments += [option, value] if value else []
        _publish(broker, house, ingest, (self._stream,), arguments, show)

    def describe(self, house: House) -> Recipe | None:
        if house.recipe_file(self.product).exists():
            return None
        stored = column_names(list(self._recording.columns), {})
        label = stored[self._label] if self._label else None
        return house.desk().begin(Plan(self.product, (self._stream,), label))

    @contextmanager
    def live(self, broker: str) -> Iterator[None]:  # noqa: ARG002 (a recording has nothing more to say)
        yield

    @property
    def _topic(self) -> str:
        return f"recording/{self.product}"

    @property
    def _stream(self) -> str:
        return stream_name(self._topic)


def _check_label(recording: Recording) -> None:
    """Raises ``BadInput`` where the label says the same of every row: there is nothing to learn from it."""
    if recording.label is None:
        return
    values: set[Scalar] = set()
    for row in recording.values():
        values.add(row.get(recording.label))
        if len(values - {None}) > 1:
            return
    (value,) = values - {None}
    raise BadInput("demo-label-one-value", file=recording.file, column=recording.label, value=value)


def _noted(house: House, id: str, facts: Mapping[str, object]) -> Mapping[str, object]:
    """What was noted of this plant when the folder was begun; noted now where it is new."""
    try:
        return msgspec.json.decode(house.store.catalogue.get("demo", id), type=dict[str, object])
    except NotFound:
        house.store.catalogue.put("demo", id, msgspec.json.encode(facts))
        return facts


def _publish(
    broker: str, house: House, ingest: Ingest, streams: tuple[str, ...], arguments: list[str], show: Show
) -> None:
    if not ingest.settle(timeout=PATIENCE):
        raise Unavailable("feed-stands-still", stored=house.messages(streams), expected="?")
    stored = house.messages(streams)
    total = published = -1
    with _factory(broker, [*arguments, "--skip", str(stored)]) as process:
        for line in process.stdout or ():
            told = msgspec.json.decode(line, type=dict[str, int])
            total = told.get("total", total)
            published = told.get("published", published)
            show("factory", told.get("done", 0), total)
        if process.wait() != 0 or published < 0:
            raise Unavailable("factory-failed", code=process.returncode)
    _await(house, ingest, streams, published, show)


def _await(house: House, ingest: Ingest, streams: tuple[str, ...], expected: int, show: Show) -> None:
    stored, moved = -1, time.monotonic()
    while stored < expected:
        ingest.settle(timeout=1.0)
        now = house.messages(streams)
        if now > stored:
            stored, moved = now, time.monotonic()
            show("store", stored, expected)
        elif time.monotonic() - moved > PATIENCE:
            raise Unavailable("feed-stands-still", stored=stored, expected=expected)


@contextmanager
def _factory(broker: str, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The factory's process; it ends with the block, and with us whatever happens (its input is our pipe)."""
    command = [sys.executable, "-m", "aas_server", "factory", "--broker", broker, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(timeout=20)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
