"""``aas replay``: publish recordings as a gateway would."""

from __future__ import annotations

import threading
from pathlib import Path

import click

from aas_server import server_file
from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.waiting import interruptible
from aas_server.errors import BadInput
from aas_server.ids import slug
from aas_server.messages import Language
from connectors.recording import open_recording
from connectors.replay import publish

CLIENT_ID = "aas-replay"


@click.command("replay", help="help-replay", epilog="example-replay")
@options.files
@click.option("--broker", help="option-replay-broker")
@click.option("--topic", help="option-topic")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="option-rate")
@options.time
@options.label
@options.data
@options.as_json
@click.pass_obj
def replay(
    language: Language,
    files: tuple[Path, ...],
    broker: str | None,
    topic: str | None,
    rate: float | None,
    time: str | None,
    label: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Publish each file's rows, one message a row, in order."""
    voice = Voice(language, as_json)
    url = broker or _broker_of(configuration.load(None, data=data).data)
    recordings = [open_recording(file, time=time, label=label) for file in files]
    stop = threading.Event()
    done: list[dict[str, object]] = []
    with interruptible(), voice.progress() as bars:
        for recording in recordings:
            where = topic or f"recording/{slug(recording.file.stem)}"
            rows = recording.rows

            def show(count: int, rows: int = rows) -> None:
                bars.show("replay", count, rows)

            published = publish(
                url, recording.messages(where), client_id=CLIENT_ID, rate=rate, progress=show, stop=stop
            )
            done.append({"file": str(recording.file), "topic": where, "messages": published.messages})
            voice.say("replayed", file=recording.file.name, topic=where, messages=published.messages)
    if as_json:
        voice.print_json(done)


def _broker_of(data: Path) -> str:
    """The broker that the server on this data folder listens to."""
    server = server_file.running(data)
    if server is None:
        raise BadInput("no-server-runs", data=data)
    if not server.brokers:
        raise BadInput("server-without-broker", data=data, url=server.url)
    return server.brokers[0]
