"""``aas evidence``: what came in on which day, and whether that is still true."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
import msgspec

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.house import House, existing
from aas_server.messages import Language, text
from aas_server.streams.evidence import day as days
from aas_server.streams.evidence.sealing import Sealing
from aas_server.streams.evidence.verifying import verify


@click.group("evidence", help="help-evidence", epilog="example-evidence")
def evidence() -> None:
    """All commands on the evidence of collection."""


def _open(data: Path | None, settings: Path | None) -> House:
    return existing(configuration.load(settings, data=data))


@evidence.command("show", help="help-evidence-show", epilog="example-evidence-show")
@click.argument("stream")
@click.option("--from", "since", help="option-evidence-from")
@click.option("--to", "until", help="option-evidence-to")
@options.on_a_folder
def show(
    language: Language,
    stream: str,
    since: str | None,
    until: str | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """A stream's sealed days, one a line."""
    voice = Voice(language, as_json)
    with _open(data, settings) as house:
        found = days.of_stream_between(house.store, stream, since, until)
    if as_json:
        voice.print_json(found)
    if not found:
        voice.say("evidence-nothing-sealed", stream=stream)
    for one in found:
        voice.say("evidence-day-line", **_told(one, voice))


@evidence.command("verify", help="help-evidence-verify", epilog="example-evidence-verify")
@click.option("--head", default="", help="option-evidence-head")
@options.on_a_folder
def verify_(language: Language, head: str, data: Path | None, settings: Path | None, as_json: bool) -> int:
    """Compute every hash anew; 1 where something was changed."""
    voice = Voice(language, as_json)
    with _open(data, settings) as house:
        found = verify(house.store, head)
    if as_json:
        voice.print_json(found.as_json(partial(text, language=language)))
    for one in found.findings:
        voice.say(one.key, **one.values)
    verdict = "evidence-holds" if found.holds else "evidence-broken"
    voice.say(verdict, entries=found.entries, days=found.days, head=found.head)
    return 0 if found.holds else 1


@evidence.command("seal", help="help-evidence-seal", epilog="example-evidence-seal")
@options.on_a_folder
def seal(language: Language, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Seal the days that are over, where no server does it."""
    voice = Voice(language, as_json)
    with _open(data, settings) as house:
        count = Sealing(house.store, house.clock).all()
        last = days.last_sealed(house.store)
    voice.result({"sealed": count, "last": last.day if last else None}, "evidence-sealed", count=count)


def _told(one: days.StreamDay, voice: Voice) -> dict[str, object]:
    values = msgspec.to_builtins(one)
    unknown = voice.word("evidence-unknown")
    percent = {name: f"{100 * values[name]:.1f} %" for name in ("coverage", "uptime") if values[name] is not None}
    return {name: unknown if value is None else value for name, value in (values | percent).items()}
