"""``aas streams``: what comes in, adopted or not yet, and what people do with it."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path

import click

from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.opening import opened
from aas_server.cli.streams_told import tell, tell_configured, tell_list, tell_unread
from aas_server.clock import moment, ns
from aas_server.errors import Refused
from aas_server.messages import Language
from aas_server.streams.adopting import Wish
from aas_server.streams.detail import unread_json
from aas_server.streams.keeping import Keeping

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
            desk = house.desk()
            tell_list(voice, list(desk.all()), list(desk.configured()), desk.replaying())


@streams.command("show", help="help-streams-show", epilog="example-streams-show")
@click.argument("name")
@options.on_a_folder
def show(language: Language, name: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """One stream looked at closely."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        shown = house.desk().show(name)
    if as_json:
        voice.print_json(shown.as_json())
    else:
        tell(voice, shown)


@streams.command("adopt", help="help-streams-adopt", epilog="example-streams-adopt")
@click.argument("target")
@click.option("--name", help="option-streams-name")
@click.option("--shell", help="option-streams-shell")
@click.option("--title", help="option-streams-title")
@click.option("--time", help="option-streams-time")
@click.option("--zone", help="option-streams-zone")
@click.option("--interval", type=click.FloatRange(min=0, min_open=True), help="option-streams-interval")
@options.on_a_folder
def adopt(
    language: Language,
    target: str,
    name: str | None,
    shell: str | None,
    title: str | None,
    time: str | None,
    zone: str | None,
    interval: float | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Describe it in the twin, and bring the history of what it joins."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        desk = house.desk()
        adopted = desk.adopt(Wish(target, name, shell, title, time, zone, interval))
        if adopted.replay:
            desk.replay(adopted.stream)
        nothing_yet = not desk.row(adopted.stream).messages
    told = {"stream": adopted.stream, "topic": adopted.topic, "submodels": ", ".join(adopted.submodels)}
    voice.result(adopted.as_json(), "streams-adopted", **told)
    if adopted.joined:
        voice.say("streams-joined", joined=", ".join(adopted.joined))
    if nothing_yet:
        voice.say("streams-adopted-nothing-yet", topic=adopted.topic)


@streams.command("replay", help="help-streams-replay", epilog="example-streams-replay")
@click.argument("name")
@click.option("--from", "since", help="option-streams-from")
@options.on_a_folder
def replay(
    language: Language, name: str, since: str | None, data: Path | None, settings: Path | None, as_json: bool
) -> None:
    """Read it again from the journal, and wait."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        start = None if since is None else ns(moment("--from", since, house.settings.zone))
        done = house.desk().replay(name, start)
    told = done.as_json()
    voice.result(told, "streams-replayed", **told)
    if done.joined:
        voice.say("streams-joined", joined=", ".join(done.joined))


@streams.command("erase", help="help-streams-erase", epilog="example-streams-erase")
@click.argument("name")
@click.option("--yes", is_flag=True, help="option-streams-yes")
@click.option("--reason", default="", help="option-streams-reason")
@click.option("--even-released", is_flag=True, help="option-streams-even-released")
@options.on_a_folder
def erase(
    language: Language,
    name: str,
    yes: bool,
    reason: str,
    even_released: bool,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Take all of it away for good; without ``--yes`` nothing is done."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        desk = house.desk()
        row = desk.row(name)
        if not yes:
            raise Refused("streams-erase-unconfirmed", stream=row.name)
        done = desk.erase(row.name, reason, f"command {_user()}", even_released=even_released)
    told = done.as_json()
    voice.result(told, "streams-erased", **told)


@streams.command("quarantine", help="help-streams-quarantine", epilog="example-streams-quarantine")
@click.argument("name", required=False)
@options.on_a_folder
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
    tell_unread(voice, found)
    if as_json:
        voice.print_json([unread_json(one) for one in found])


@streams.command("configuration", help="help-streams-configuration", epilog="example-streams-configuration")
@options.on_a_folder
def configured(language: Language, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """What the twin says of the feed, and what of it is not honoured."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        found = list(house.desk().configured())
    tell_configured(voice, found)
    if as_json:
        voice.print_json([one.as_json() for one in found])


@streams.command("keep", help="help-streams-keep", epilog="example-streams-keep")
@options.on_a_folder
def keep(language: Language, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Keep the data folder small now."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        kept = asdict(Keeping(house.store, house.settings, house.clock).run())
    voice.result(kept, "streams-kept", **kept)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in the system's list: a container may have none
        return "?"
