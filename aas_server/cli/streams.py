"""``aas streams``: what comes in, adopted or not yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from aas_server import server_file
from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import AasError
from aas_server.house import House, existing
from aas_server.ingest.mending import catch_up
from aas_server.messages import Language, error_text, text
from aas_server.streams.detail import Detail, unread_json
from aas_server.streams.rows import StreamRow

_MOST = 1000


@click.group("streams", invoke_without_command=True, help="help-streams", epilog="example-streams")
@options.data
@options.settings
@options.as_json
@click.pass_context
def streams(context: click.Context, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """The list, unless something else is asked for."""
    if context.invoked_subcommand is None:
        voice = Voice(context.obj, as_json)
        with opened(data, settings) as house:
            _list(voice, house)


@streams.command("show", help="help-streams-show", epilog="example-streams-show")
@click.argument("name")
@options.data
@options.settings
@options.as_json
@click.pass_obj
def show(language: Language, name: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """One stream looked at closely."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        shown = house.desk().show(name)
    if as_json:
        voice.print_json(shown.as_json())
    else:
        _tell(voice, shown)


@streams.command("quarantine", help="help-streams-quarantine", epilog="example-streams-quarantine")
@click.argument("name", required=False)
@options.data
@options.settings
@options.as_json
@click.pass_obj
def quarantine(
    language: Language, name: str | None, data: Path | None, settings: Path | None, as_json: bool
) -> None:
    """What could not be read, and why."""
    voice = Voice(language, as_json)
    found = []
    with opened(data, settings) as house:
        desk = house.desk()
        after: int | None = 0
        while after is not None:
            page, after = desk.unread(name, _MOST, after)
            found += page
    voice.say_each(
        "streams-unread",
        found,
        lambda one: unread_json(one) | {"sentence": text(one.key, voice.language, **one.values)},
    )
    if as_json:
        voice.print_json([unread_json(one) for one in found])
    elif not found:
        voice.say("streams-unread-none")


@contextmanager
def opened(data: Path | None, settings: Path | None) -> Iterator[House]:
    """The house, with all that is journalled folded; beside a server, that one's work."""
    chosen = configuration.load(settings, data=data)
    with existing(chosen) as house:
        if server_file.running(chosen.data) is None:
            house.configuration.catch_up()
            catch_up(house.store, chosen)
        yield house


def _list(voice: Voice, house: House) -> None:
    rows = list(house.desk().all())
    for row in rows:
        voice.say("streams-line", **_said(voice, row))
        if row.error is not None:
            voice.say("streams-behind", sentence=_sentence(voice, row.error))
    if voice.json:
        voice.print_json([row.as_json() for row in rows])
    elif not rows:
        voice.say("streams-none")


def _said(voice: Voice, row: StreamRow) -> dict[str, object]:
    told = row.as_json()
    counts = {name: f"{told[name]:,}" for name in ("messages", "records", "duplicates", "quarantined")}
    state = voice.word(f"streams-state-{row.state}")
    return told | counts | {"state": state, "last": told["last"] or "–", "lag": f"{row.lag:.1f}"}


def _sentence(voice: Voice, error: AasError) -> str:
    return error_text(error, voice.language)


def _tell(voice: Voice, shown: Detail) -> None:
    voice.say("streams-line", **_said(voice, shown.row))
    if shown.interval is not None:
        voice.say("streams-interval", interval=f"{shown.interval:g}")
    for seen in shown.fields:
        unit = seen.field.unit
        voice.say(
            "streams-field",
            name=seen.name,
            type=seen.type,
            unit=f" ({unit.symbol})" if unit else "",
            nulls=f"{seen.nulls:.0%}",
            example="–" if seen.example is None else str(seen.example)[:80],
        )
    for record in shown.sample:
        voice.say("streams-record", record=msgspec.json.encode(record).decode())
    for reason in shown.reasons:
        sentence = text(reason.key, voice.language, **reason.last.values)
        voice.say("streams-reason", count=f"{reason.count:,}", sentence=sentence)
