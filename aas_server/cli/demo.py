"""``aas demo``: broker, factory, server and the whole line, in one command."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Bars, Voice
from aas_server.cli.feed_watch import FeedWatch
from aas_server.cli.plant import Plant, Recorded, Simulated
from aas_server.cli.product import summary
from aas_server.cli.waiting import interruptible, until_interrupted
from aas_server.errors import NotFound
from aas_server.house import House
from aas_server.main import Server, listen
from aas_server.messages import Language
from aas_server.product import record
from aas_server.product.record import ReleaseRecord
from connectors.broker import EmbeddedBroker


@click.command("demo", help="help-demo", epilog="example-demo")
@options.data
@click.option("--exit", "leave", is_flag=True, help="option-exit")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="option-seed")
@click.option("--from", "recording", type=click.Path(path_type=Path), help="option-from")
@options.time
@options.label
@options.port
@options.settings
@options.as_json
@click.pass_obj
def demo(
    language: Language,
    data: Path | None,
    leave: bool,
    seed: int,
    recording: Path | None,
    time: str | None,
    label: str | None,
    port: int | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Run the line, then serve until Ctrl-C or end at once."""
    voice = Voice(language, as_json)
    plant = Recorded(recording, time, label, language) if recording else Simulated(seed, language)
    chosen = configuration.load(settings, data=data, port=port)
    with interruptible(), listen(chosen, or_next=port is None) as listener:
        taken = chosen.model_copy(update={"port": listener.getsockname()[1]})
        _run(voice, taken, plant, leave, listener)


def _run(voice: Voice, chosen: configuration.Settings, plant: Plant, leave: bool, listener: socket.socket) -> None:
    began = time.monotonic()
    with (
        House(chosen) as house,
        EmbeddedBroker() as broker,
        Server(house, house.subscriptions([broker.url]), listener) as server,
    ):
        voice.say("demo-running", url=server.url, broker=broker.url, data=str(house.store.folder))
        server.wait_ready()
        with voice.progress() as bars:
            made = _finished(house, plant) or _make(voice, house, server, plant, broker.url, bars)
        voice.say("demo-done", url=server.url, release=made.id)
        if made.priced is not None and made.priced.price == 0:
            voice.say("demo-to-fill-in", file=house.recipe_file(made.product), product=made.product)
        if leave or voice.json:
            voice.print_json({**summary(made), "seconds": round(time.monotonic() - began, 1)})
        if leave:
            return
        with until_interrupted(), plant.live(broker.url):
            voice.say("demo-live")
            FeedWatch(voice, server.ingest.state).go_on()
        voice.say("stopping")


def _finished(house: House, plant: Plant) -> ReleaseRecord | None:
    """What an earlier run made of this plant, if it came to the end."""
    plant.settle_in(house)
    try:
        product = record.product(house.store.catalogue, plant.product)
        made = record.release(house.store, product.release)
    except NotFound:
        return None
    return made if made.registered is not None else None


def _make(voice: Voice, house: House, server: Server, plant: Plant, broker: str, bars: Bars) -> ReleaseRecord:
    plant.produce(broker, house, server.ingest, bars.show)
    guessed = plant.describe(house)
    if guessed is not None and guessed.label is not None and guessed.label.defect:
        file, values = house.recipe_file(guessed.id), ", ".join(guessed.label.defect)
        voice.say("demo-guessed-defect", column=guessed.label.column, values=values, file=file)
    return house.build(plant.product, bars.show)
