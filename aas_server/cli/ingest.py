"""``aas ingest``: files taken in, beside a running server or without one."""

from __future__ import annotations

import time as clock
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from aas_server import server_file
from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Bars, Voice
from aas_server.cli.each_file import Result, each_file
from aas_server.cli.ingest_watch import go_on
from aas_server.cli.waiting import interruptible
from aas_server.errors import BadInput, Unavailable
from aas_server.house import House
from aas_server.ingest.fold import MARK
from aas_server.ingest.service import catch_up
from aas_server.ingest.taking.files import SOURCE, Files, Taken, Wish
from aas_server.ingest.taking.watch import PICTURES, Watch
from aas_server.messages import Language
from connectors.message import Message
from connectors.recording import Hints
from connectors.recording.encoding import NAMES

PATIENCE = 120.0
"""Seconds for a running server to fold a little more; then it is left to itself."""
_LOOK_EVERY = 0.1


@click.command("ingest", help="help-ingest", epilog="example-ingest")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--topic", help="option-ingest-topic")
@options.time
@click.option("--zone", help="option-ingest-zone")
@click.option("--encoding", help="option-ingest-encoding")
@click.option("--sheet", help="option-ingest-sheet")
@click.option(
    "--precision", type=click.Choice(["s", "ms", "us", "ns"]), default="ns", help="option-ingest-precision"
)
@options.label
@click.option("--again", is_flag=True, help="option-ingest-again")
@click.option("--watch", type=click.Path(path_type=Path, file_okay=False), help="option-ingest-watch")
@options.on_a_folder
def ingest(
    language: Language,
    files: tuple[Path, ...],
    topic: str | None,
    time: str | None,
    zone: str | None,
    encoding: str | None,
    sheet: str | None,
    precision: Literal["s", "ms", "us", "ns"],
    label: str | None,
    again: bool,
    watch: Path | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> int:
    """Take each file in; the others go on where one fails. 1 if any failed."""
    voice = Voice(language, as_json)
    if not files and watch is None:
        raise BadInput("ingest-nothing")
    chosen = configuration.load(settings, data=data)
    if zone is not None:
        configuration.load(settings, data=data, zone=zone)
    wish = Wish(topic, time, label, zone, again, Hints(None, _encoding(encoding), sheet, precision))
    code = 0
    with interruptible(), House(chosen) as house:
        if files:
            with voice.progress() as bars:
                code = each_file(voice, files, "ingest-failed", _Taker(house, wish, voice, bars).take)
                _fold(house, bars)
        if watch is not None:
            go_on(house, Watch(watch, wish, house.store, house.settings), voice)
    return code


class _Taker:
    """Takes one file after the other, straight into the journal."""

    def __init__(self, house: House, wish: Wish, voice: Voice, bars: Bars) -> None:
        journal = house.store.journal
        self._files = Files(
            house.store,
            house.settings,
            lambda topic, chunk, arrival: journal.append([Message(SOURCE, topic, chunk.payload, arrival)]),
        )
        self._wish = wish
        self._voice = voice
        self._bars = bars

    def take(self, file: Path) -> tuple[Result, bool]:
        """What became of the file, as JSON. Pictures come by their folder, which tells their labels."""
        if file.is_dir() or file.suffix.lower() in PICTURES:
            raise BadInput("ingest-not-alone", file=str(file))
        tables = self._files.take(file, self._wish, lambda done, rows: self._bars.show("ingest", done, rows))
        for one in tables:
            self._voice.say(_key(one), file=file.name, **asdict(one))
        return {"tables": [asdict(one) for one in tables]}, True


def _key(one: Taken) -> str:
    if one.known:
        return "ingest-known"
    if one.resumed:
        return "ingest-resumed"
    return "ingest-taken" if one.time else "ingest-taken-timeless"


def _encoding(given: str | None) -> str | None:
    if given is None:
        return None
    if given.lower() not in NAMES:
        raise BadInput("ingest-encoding-unknown", given=given, known=", ".join(NAMES))
    return NAMES[given.lower()]


def _fold(house: House, bars: Bars) -> None:
    """Into the lake: by the running server, else by us."""
    journal = house.store.journal
    start, end = journal.mark(MARK), journal.last()
    if start >= end:
        return
    if server_file.running(house.store.folder) is None:
        catch_up(house.store, house.settings)
        bars.show("fold", end - start, end - start)
        return
    folded, deadline = start, clock.monotonic() + PATIENCE
    while folded < end:
        clock.sleep(_LOOK_EVERY)
        before, folded = folded, journal.mark(MARK)
        bars.show("fold", min(folded, end) - start, end - start)
        if folded > before:
            deadline = clock.monotonic() + PATIENCE
        elif clock.monotonic() > deadline:
            raise Unavailable("ingest-server-slow", messages=end - folded)
