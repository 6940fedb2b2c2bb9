"""``aas concepts``: the dictionary of factory quantities, with those that the firm has licensed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from aas_server import databases
from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import BadInput, NotFound
from aas_server.messages import Language, text
from aas_server.standard import importing
from aas_server.standard.dictionary import MOST, Dictionary, check_asked
from aas_server.standard.entry import Entry
from aas_server.standard.importing import Trouble
from aas_server.standard.licensed import Licensed
from templates import quantities, units
from templates.units import UnitCode

_KEPT_TROUBLES = 1000
"""Rows left out that are told one by one; all are counted."""


@click.group("concepts", help="help-concepts", epilog="example-concepts")
def concepts() -> None:
    """All about dictionary entries."""


@concepts.command("search", help="help-concepts-search", epilog="example-concepts-search")
@click.argument("words", nargs=-1)
@click.option("--unit", default="", help="option-concepts-unit")
@click.option("--quantity", default="", help="option-concepts-quantity")
@options.on_a_folder
def search(
    language: Language,
    words: tuple[str, ...],
    unit: str,
    quantity: str,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Entries by name (Korean, English, German, abbreviation), unit and kind of quantity; the best first."""
    check_asked(" ".join(words), unit, quantity)
    voice = Voice(language, as_json)
    hits = dictionary_at(data, settings).search(" ".join(words), unit, quantity, MOST)
    if as_json:
        voice.print_json([{**hit.entry.as_json(), "score": hit.score} for hit in hits])
        return
    if not hits:
        voice.say("concepts-none")
    voice.say_each("concepts-line", hits, lambda hit: _line(hit.entry, language))


@concepts.command("show", help="help-concepts-show", epilog="example-concepts-show")
@click.argument("key")
@options.on_a_folder
def show(language: Language, key: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """One entry by its IRDI or by the key of our table: names, definition, units, plausible values, source."""
    voice = Voice(language, as_json)
    entry = dictionary_at(data, settings).entry(key)
    if entry is None:
        raise NotFound("concepts-missing", given=key)
    if as_json:
        voice.print_json(entry.as_json())
        return
    for field, value in _details(entry, language).items():
        if value:
            voice.say("concepts-detail", field=voice.word(f"concepts-{field}"), value=value)


@concepts.command("units", help="help-concepts-units", epilog="example-concepts-units")
@click.option("--quantity", default="", help="option-concepts-quantity")
@options.as_json
@click.pass_obj
def units_(language: Language, quantity: str, as_json: bool) -> None:
    """Every unit with its codes in UCUM, UN/ECE, IEC CDD and QUDT and its conversion to the SI unit."""
    kind = quantities.quantity(quantity) if quantity else None
    if quantity and kind is None:
        known = ", ".join(one.key for one in quantities.everything())
        raise BadInput("concepts-quantity-unknown", given=quantity, known=known)
    voice = Voice(language, as_json)
    found = [one for one in units.everything() if kind is None or one.quantity == kind.key]
    if as_json:
        voice.print_json([_unit(one) for one in found])
        return
    for one in found:
        voice.say(
            "concepts-unit", **{name: "–" if value in ("", None) else value for name, value in _unit(one).items()}
        )


@concepts.command("import", help="help-concepts-import", epilog="example-concepts-import")
@options.files
@options.on_a_folder
def import_(
    language: Language, files: tuple[Path, ...], data: Path | None, settings: Path | None, as_json: bool
) -> None:
    """Keep the licensed dictionaries in FILES in the data folder; the same again changes nothing."""
    voice = Voice(language, as_json)
    loaded = configuration.load(settings, data=data)
    if not databases.there(loaded):
        raise NotFound("data-folder-missing", data=str(loaded.data.absolute()))
    licensed = Licensed(loaded.data)
    results = []
    for file in files:
        troubles: list[Trouble] = []
        counted = 0

        def note(trouble: Trouble, kept: list[Trouble] = troubles) -> None:
            nonlocal counted
            counted += 1
            if len(kept) < _KEPT_TROUBLES:
                kept.append(trouble)

        taken = licensed.take(importing.read(file, note))
        figures = {"new": taken.new, "changed": taken.changed, "same": taken.same, "left": counted}
        voice.say("dictionary-taken", file=file.name, **figures)
        voice.say_each("dictionary-trouble", troubles, lambda one: _trouble(one, voice))
        results.append(
            {
                "file": str(file),
                **figures,
                "troubles": [{**_trouble(one, voice), "key": one.key} for one in troubles],
            }
        )
    if as_json:
        voice.print_json({"files": results, "entries": licensed.count()})


def dictionary_at(data: Path | None, settings: Path | None) -> Dictionary:
    """Our own table, with what the data folder holds where there is one."""
    return Dictionary(Licensed(configuration.load(settings, data=data).data))


def _line(entry: Entry, language: Language) -> dict[str, object]:
    return {
        "id": entry.irdi or "–",
        "own": entry.key or "–",
        "name": entry.name(language),
        "unit": entry.unit or ", ".join(entry.units[:3]) or "–",
        "dictionary": entry.dictionary,
    }


def _details(entry: Entry, language: Language) -> dict[str, str]:
    plausible = entry.plausible
    kinds = [kind.names[language] for key in sorted(entry.quantities) if (kind := quantities.quantity(key))]
    return {
        "irdi": entry.irdi,
        "key": entry.key,
        "dictionary": entry.dictionary,
        "names": ", ".join(f"{code}: {name}" for code, name in entry.names.items()),
        "definition": entry.definition.get(language) or entry.definition.get("en", ""),
        "unit-label": entry.unit,
        "units": ", ".join(entry.units),
        "kinds": ", ".join(kinds),
        "type": entry.data_type,
        "short": ", ".join(entry.short),
        "plausible": _range(plausible.minimum, plausible.maximum, plausible.unit, plausible.reason[language])
        if plausible
        else "",
        "source": entry.source,
    }


def _range(minimum: float | None, maximum: float | None, unit: str, reason: str) -> str:
    low = "" if minimum is None else f"{minimum:g}"
    high = "" if maximum is None else f"{maximum:g}"
    return f"{low} … {high} {unit}".strip() + f" ({reason})"


def _unit(one: UnitCode) -> dict[str, object]:
    return {
        "symbol": one.symbol,
        "ucum": one.ucum,
        "unece": one.code,
        "iec": one.irdi,
        "qudt": one.qudt,
        "quantity": one.quantity,
        "factor": one.factor,
        "offset": one.offset,
    }


def _trouble(one: Trouble, voice: Voice) -> Mapping[str, object]:
    return {"file": one.file, "line": one.line, "what": text(one.key, voice.language, given=one.given)}
