"""``aas product suggest`` and ``aas product mapping``: what fields mean, how far it is settled, the sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import BadInput
from aas_server.house import House, existing
from aas_server.ids import Names
from aas_server.messages import Language
from aas_server.product.folder import check_home
from aas_server.product.report.format import percent
from aas_server.product.standardise import engineering, mapping, values
from aas_server.product.standardise.report import Line, Report, report
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.licensed import Licensed
from aas_server.standard.suggest import Suggestion
from aas_server.standard.words import sentence


@click.command("suggest", help="help-product-suggest", epilog="example-product-suggest")
@click.argument("id")
@options.on_a_folder
def suggest(language: Language, id: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """How far the fields bear a meaning; for each open one what it may be, for each IRDI what speaks against it.
    Nothing is changed."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        found = report(house.shelf, id, dictionary_of(house), lambda stream: values.seen(house.store.lake, stream))
        if as_json:
            voice.print_json(_report(found, language))
            return
        coverage = found.coverage
        counts = {"irdi": coverage.irdi, "own": coverage.own, "open": coverage.open}
        shares = {f"{name}_share": percent(share, 1) for name, share in found.shares.items()}
        voice.say("standard-coverage", id=id, fields=len(found.lines), **counts, **shares)
        undecided = [line for line in found.lines if line.standing == "open" or line.suggestions]
        for line in undecided:
            _say_line(voice, line)
        for line in found.lines:
            for misfit in line.misfits:
                voice.say(
                    "standard-misfit", stream=line.stream, name=line.field.name, what=sentence(misfit, language)
                )


@click.command("mapping", help="help-product-mapping", epilog="example-product-mapping")
@click.argument("id")
@click.option("--write", "target", type=click.Path(path_type=Path, dir_okay=False), help="option-mapping-write")
@click.option("--read", "source", type=click.Path(path_type=Path, dir_okay=False), help="option-mapping-read")
@click.option(
    "--engineering", "folder", type=click.Path(path_type=Path, file_okay=False), help="option-engineering"
)
@options.on_a_folder
def mapping_(
    language: Language,
    id: str,
    target: Path | None,
    source: Path | None,
    folder: Path | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Write the product's mapping sheet, take an edited one over, or write engineering.csv and syscfg.json."""
    if sum(part is not None for part in (target, source, folder)) != 1:
        raise BadInput("mapping-nothing-asked")
    for part in (target, folder):
        if part is not None:
            check_home(part)
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        names = Names(house.settings.domain)
        if target is not None:
            count = mapping.write(house.shelf, names, id, dictionary_of(house), target)
            result = {"product": id, "file": str(target.absolute()), "fields": count}
            voice.result(result, "mapping-written", file=target, count=count)
        elif source is not None:
            _take(voice, house, names, id, source)
        elif folder is not None:
            count, live = engineering.write(house.shelf, names, id, folder)
            result = {"product": id, "folder": str(folder.absolute()), "properties": count, "live": live}
            voice.result(result, "engineering-written", folder=folder, count=count, live=live)


def doubts_of(
    house: House, id: str, table: Sequence[Mapping[str, str]], language: Language
) -> list[dict[str, str]]:
    """What speaks against the IRDIs of the fields that a table is about."""
    named = {(row.get("stream", ""), row.get("name", "")) for row in table}
    found = report(house.shelf, id, dictionary_of(house), lambda stream: values.seen(house.store.lake, stream))
    return [
        {"stream": line.stream, "name": line.field.name, "what": sentence(misfit, language)}
        for line in found.lines
        if (line.stream, line.field.name) in named
        for misfit in line.misfits
    ]


def dictionary_of(house: House) -> Dictionary:
    """Our own table with what the data folder holds."""
    return Dictionary(Licensed(house.settings.data))


def _take(voice: Voice, house: House, names: Names, id: str, source: Path) -> None:
    taken = mapping.read(house.shelf, names, id, dictionary_of(house), source)
    figures = {"rows": taken.rows, "passed": taken.passed, "changed": taken.changed}
    doubts = [
        {"cell": doubt.cell, "kind": doubt.misfit.key, "what": sentence(doubt.misfit, voice.language)}
        for doubt in taken.doubts
    ]
    voice.result({"product": id, **figures, "doubts": doubts}, "mapping-read", id=id, **figures)
    voice.say_each("mapping-doubt", doubts, lambda doubt: {"cell": doubt["cell"], "what": doubt["what"]})


def _say_line(voice: Voice, line: Line) -> None:
    unit = line.field.unit.symbol if line.field.unit else "–"
    state = voice.word(f"standard-{line.standing}")
    voice.say("standard-field", stream=line.stream, name=line.field.name, unit=unit, state=state)
    for one in line.suggestions:
        voice.say(
            "standard-suggestion",
            score=f"{one.score:.2f}",
            sure=voice.word("suggest-sure" if one.sure else "suggest-unsure"),
            name=one.entry.name(voice.language),
            id=one.entry.irdi or one.entry.key,
            why="; ".join(sentence(reason, voice.language) for reason in one.reasons),
        )


def _report(found: Report, language: Language) -> Mapping[str, object]:
    return {
        "product": found.product,
        "coverage": {
            "fields": len(found.lines),
            "irdi": found.coverage.irdi,
            "own": found.coverage.own,
            "open": found.coverage.open,
            "shares": dict(found.shares),
        },
        "fields": [_line(line, language) for line in found.lines],
    }


def _line(line: Line, language: Language) -> Mapping[str, object]:
    return {
        "stream": line.stream,
        "name": line.field.name,
        "idShort": line.field.id_short,
        "semanticId": line.field.semantic_id,
        "unit": line.field.unit.symbol if line.field.unit else "",
        "standing": line.standing,
        "suggestions": [_suggestion(one, language) for one in line.suggestions],
        "misfits": [{"kind": one.key, "what": sentence(one, language)} for one in line.misfits],
    }


def _suggestion(one: Suggestion, language: Language) -> Mapping[str, object]:
    return {
        "score": one.score,
        "sure": one.sure,
        "reasons": [{"kind": reason.key, "what": sentence(reason, language)} for reason in one.reasons],
        **one.entry.as_json(),
    }
