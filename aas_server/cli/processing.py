"""``aas product lineage`` and ``preview``: what cleaning did to a release's data, and what it would do by now."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import NotFound
from aas_server.house import existing
from aas_server.messages import Language
from aas_server.product import record
from aas_server.product.column_change import ColumnChange, ColumnSummary
from aas_server.product.work import Prepared
from submodels.data_processing import Operation


@click.command("lineage", help="help-product-lineage", epilog="example-product-lineage")
@click.argument("id")
@options.on_a_folder
def lineage(language: Language, id: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Every operation on the data of the product's release, and each column before and after."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        made = record.current(house.store, record.product(house.store.catalogue, id))
        if made is None:
            raise NotFound("lineage-no-release", id=id)
        _tell(voice, made.prepared, made.id)


@click.command("preview", help="help-product-preview", epilog="example-product-preview")
@click.argument("id")
@options.on_a_folder
def preview(language: Language, id: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Clean the data by the recipe as it stands, and keep nothing of it."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house, voice.progress() as bars:
        _tell(voice, house.preview(id, bars.show), "")


def _tell(voice: Voice, prepared: Prepared, release: str) -> None:
    operations = prepared.processing.operations
    if voice.json:
        tables = [{"stream": table.stream, "rows": table.rows} for table in prepared.tables]
        told = {
            "release": release or None,
            "tables": tables,
            "operations": operations,
            "columns": prepared.changes,
        }
        voice.print_json(msgspec.to_builtins(told))
        return
    voice.say("lineage-of-release" if release else "lineage-preview", release=release)
    for table in prepared.tables:
        here = [one for one in operations if one.stream == table.stream]
        busy = [one for one in here if one.cells_changed or one.rows_in != one.rows_out]
        voice.say("lineage-stream", stream=table.stream, rows=f"{table.rows:,}")
        for one in busy:
            _operation(voice, one)
        voice.say("lineage-idle", count=len(here) - len(busy))
        changes = [one for one in prepared.changes if one.stream == table.stream]
        voice.say_each("lineage-column", changes, lambda one: _column(voice, one))


def _operation(voice: Voice, one: Operation) -> None:
    voice.say(
        "lineage-operation",
        code=one.code,
        rows_in=f"{one.rows_in:,}",
        rows_out=f"{one.rows_out:,}",
        cells=f"{one.cells_changed:,}",
        rule=one.rule,
    )
    if one.before or one.after:
        empty = voice.word("lineage-empty")
        voice.say("lineage-cell", place=one.example, before=one.before or empty, after=one.after or empty)
    elif one.example:
        voice.say("lineage-place", place=one.example)


def _column(voice: Voice, one: ColumnChange) -> dict[str, object]:
    def said(seen: ColumnSummary | None) -> str:
        if seen is None:
            return voice.word("lineage-withheld") if one.withheld else "–"
        figures = "" if seen.mean is None else f", {seen.minimum:g} … {seen.mean:g} … {seen.maximum:g}"
        return f"{voice.word('lineage-missing')} {seen.missing:,}{figures}"

    return {"column": one.name, "before": said(one.before), "after": said(one.after)}
