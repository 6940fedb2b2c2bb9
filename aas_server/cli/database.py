"""``aas database``: what a store stands on, brought to this version, copied to the other engine."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import click

from aas_server import databases, server_file
from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.databases import INDEXING
from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.messages import Language
from aas_server.settings import Settings
from aas_server.store import folder as folders
from aas_server.store.sql.copying import copy as copy_all
from aas_server.store.sql.migration import newest
from aas_server.store.sql.opening import Databases, bring_up, unfinished
from aas_server.store.sql.tables import counts

_CONNECTION_STRING = re.compile(
    r"(?i)(^|[\s;])\s*(host(addr)?|port|(db)?name|database|server|user(name)?|password|pwd|service|sslmode)\s*=|^jdbc:"
)
"""As libpq (``host=… password=…``), ADO and JDBC write where a database is."""


@click.group("database", help="help-database", epilog="example-database")
def database() -> None:
    """The database behind a data folder."""


@database.command("status", help="help-database-status", epilog="example-database-status")
@options.on_a_folder
def status(language: Language, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Engine, place, versions, sizes, and how many rows each table has."""
    voice = Voice(language, as_json)
    with closing(_chosen(configuration.load(settings, data=data))) as opened:
        parts = {
            part: {"place": one.place, "version": one.version(), "newest": newest(part)}
            for part, one in opened.parts().items()
        }
        sizes = {part: opened.tables[part].size() for part in parts}
        current = all(part["version"] == part["newest"] for part in parts.values())
        rows = _rows(opened) if current else {}
        whole = not current or not unfinished(opened)
    for part, known in parts.items():
        voice.say(f"database-{part}", engine=opened.engine, size=f"{sizes[part] / 2**20:.1f}", **known)
    for name, count in rows.items():
        voice.say("database-rows", table=name, count=f"{count:,}")
    if not whole:
        voice.say("copy-unfinished", database=opened.twin.place)
    if as_json:
        described = {part: known | {"bytes": sizes[part]} for part, known in parts.items()}
        voice.print_json({"engine": opened.engine, "parts": described, "rows": rows, "whole": whole})


@database.command("migrate", help="help-database-migrate", epilog="example-database-migrate")
@options.on_a_folder
def migrate(language: Language, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Bring the databases to this version. Opening them does so too; here it is said."""
    voice = Voice(language, as_json)
    with closing(_chosen(configuration.load(settings, data=data))) as opened:
        brought = bring_up(opened, INDEXING)
        versions = {part: one.version() for part, one in opened.parts().items()}
    done = {part: numbers for part, numbers in brought.migrations.items() if numbers}
    for part, numbers in done.items():
        voice.say("database-migrated", part=part, numbers=", ".join(map(str, numbers)))
    if not done:
        voice.say("database-current", versions=", ".join(f"{part} {number}" for part, number in versions.items()))
    if brought.indexed:
        voice.say("database-indexed", count=brought.indexed)
    if as_json:
        voice.print_json({"versions": versions, "migrations": brought.migrations, "indexed": brought.indexed})


@database.command("copy", help="help-database-copy", epilog="example-database-copy")
@click.option("--to", "target", required=True, help="option-database-to")
@options.on_a_folder
def copy(language: Language, target: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Copy everything from the configured database into an empty one, all or nothing."""
    voice = Voice(language, as_json)
    chosen = configuration.load(settings, data=data)
    if other := server_file.running(chosen.data):
        raise Conflict("copy-while-serving", data=str(chosen.data), url=other.url)
    with closing(_chosen(chosen)) as source, closing(_target(target)) as into, voice.progress() as bars:
        bring_up(source, INDEXING)
        bring_up(into, None, half=True)
        copied = copy_all(source, into, lambda done, total: bars.show("copy", done, total))
        place = into.twin.place
    voice.say("database-copied", rows=f"{sum(copied.values()):,}", database=place)
    if as_json:
        voice.print_json({"to": place, "rows": copied})


def _chosen(settings: Settings) -> Databases:
    """The databases that the settings name; they are there already. Raises ``NotFound``."""
    if settings.postgres_url is None and not databases.there(settings):
        raise NotFound("data-folder-missing", data=str(settings.data.absolute()))
    return databases.databases(settings.data, settings.postgres_url)


def _target(target: str) -> Databases:
    """``target`` is a ``postgresql://`` URL, else a folder, which is made where it is missing. Raises ``BadInput``
    where it is a connection string of other tools; it may hold a password, and isn't quoted."""
    if _CONNECTION_STRING.search(target):
        raise BadInput("copy-target-unknown")
    url = configuration.load(None, database_url=target).postgres_url if "://" in target else None
    if url is None:
        folders.make(Path(target).absolute())
    return databases.databases(Path(target), url)


def _rows(opened: Databases) -> dict[str, int]:
    found: dict[str, int] = {}
    for part, one in opened.parts().items():
        with one.reading() as connection:
            found |= counts(connection, part)
    return found
