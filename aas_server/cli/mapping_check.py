"""``aas mapping check``: mapping sheets of anybody judged by themselves, without a product or a server."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from aas_server.cli import options
from aas_server.cli.concepts import dictionary_at
from aas_server.cli.console import Voice
from aas_server.cli.each_file import Result, each_file
from aas_server.messages import Language, error_text
from aas_server.product.report.format import percent
from aas_server.standard import mapping
from aas_server.standard.dictionary import Dictionary
from aas_server.standard.mapping import Checked
from aas_server.standard.words import sentence


@click.group("mapping", help="help-mapping", epilog="example-mapping")
def mapping_() -> None:
    """All about mapping sheets that belong to no product."""


@mapping_.command("check", help="help-mapping-check", epilog="example-mapping-check")
@options.files
@options.on_a_folder
def check(
    language: Language, files: tuple[Path, ...], data: Path | None, settings: Path | None, as_json: bool
) -> int:
    """Coverage, faults and doubts of each sheet, with their cells. 1 if any has faults or can't be read."""
    voice = Voice(language, as_json)
    return each_file(voice, files, "check-failed", partial(_checked, voice, dictionary_at(data, settings)))


def _checked(voice: Voice, dictionary: Dictionary, file: Path) -> tuple[Result, bool]:
    found = mapping.check(mapping.read(file), dictionary)
    for one in found:
        _say(voice, file, one)
    return {"sheets": [_told(one, voice.language) for one in found]}, not any(one.faults for one in found)


def _say(voice: Voice, file: Path, one: Checked) -> None:
    counts = _counts(one)
    shares = {f"{name}_share": percent(share, 1) for name, share in _shares(one).items()}
    said = {"rows": one.rows, "properties": one.properties, "faults": len(one.faults), "doubts": len(one.doubts)}
    voice.say("mapping-checked", file=file.name, sheet=one.title, **counts, **shares, **said)
    voice.say_each("mapping-fault", one.faults, lambda fault: {"what": error_text(fault, voice.language)})
    voice.say_each(
        "mapping-doubt",
        one.doubts,
        lambda doubt: {"cell": doubt.cell, "what": sentence(doubt.misfit, voice.language)},
    )


def _told(one: Checked, language: Language) -> dict[str, object]:
    return {
        "sheet": one.title,
        "rows": one.rows,
        "properties": one.properties,
        "coverage": {**_counts(one), "shares": _shares(one)},
        "faults": [
            {"cell": fault.values["cell"], "kind": fault.key, "what": error_text(fault, language)}
            for fault in one.faults
        ],
        "doubts": [
            {"cell": doubt.cell, "kind": doubt.misfit.key, "what": sentence(doubt.misfit, language)}
            for doubt in one.doubts
        ],
        "open": list(one.open),
    }


def _counts(one: Checked) -> dict[str, int]:
    return {"irdi": one.coverage.irdi, "own": one.coverage.own, "open": one.coverage.open}


def _shares(one: Checked) -> dict[str, float | None]:
    return {name: count / one.properties if one.properties else None for name, count in _counts(one).items()}
