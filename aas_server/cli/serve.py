"""``aas serve``: the server on one data folder, fed by brokers."""

from __future__ import annotations

from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.feed_watch import FeedWatch
from aas_server.cli.waiting import interruptible, until_interrupted
from aas_server.collecting import collected_seldom
from aas_server.house import House
from aas_server.main import Server, listen
from aas_server.messages import Language


@click.command("serve", help="help-serve", epilog="example-serve")
@options.data
@options.host
@options.port
@options.brokers
@options.filters
@options.insecure
@options.settings
@options.as_json
@click.pass_obj
def serve(
    language: Language,
    data: Path | None,
    host: str | None,
    port: int | None,
    broker: tuple[str, ...],
    filters: tuple[str, ...],
    insecure: bool,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Serve until Ctrl-C."""
    voice = Voice(language, as_json)
    chosen = configuration.load(
        settings,
        data=data,
        host=host,
        port=port,
        broker=list(broker) or None,
        filter=list(filters) or None,
        insecure=insecure or None,
    )
    with (
        interruptible(),
        listen(chosen) as listener,
        House(chosen) as house,
        Server(house, house.subscriptions(), listener) as server,
        collected_seldom(),
    ):
        with until_interrupted():
            if chosen.insecure:
                voice.alert("serving-insecure")
            voice.result({"url": server.url, "data": str(chosen.data.absolute())}, "serving", url=server.url)
            FeedWatch(voice, server.ingest.state).go_on()
        voice.say("stopping")
