"""``aas import``: packages from elsewhere, taken in."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.each_file import Result, each_file
from aas_server.house import House
from aas_server.messages import Language, text
from aas_server.twin.package import Policy, Repair, Report, import_file


@click.command("import", help="help-import", epilog="example-import")
@options.files
@click.option(
    "--on-conflict",
    type=click.Choice(["keep-both", "replace", "refuse"]),
    default="keep-both",
    show_default=True,
    help="option-on-conflict",
)
@click.option("--strict", is_flag=True, help="option-strict")
@options.on_a_folder
def import_(
    language: Language,
    files: tuple[Path, ...],
    on_conflict: str,
    strict: bool,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> int:
    """Take each file in, whole or not at all; the others go on where one fails. 1 if any failed."""
    voice = Voice(language, as_json)
    with House(configuration.load(settings, data=data)) as house:

        def imported(file: Path) -> tuple[Result, bool]:
            report = _import(house, file, cast(Policy, on_conflict), strict)
            _say(voice, report)
            return report.as_json() | {"file": str(file)}, True

        return each_file(voice, files, "import-failed", imported)


def _import(house: House, file: Path, on_conflict: Policy, strict: bool) -> Report:
    work = import_file(
        house.repository, house.store.files, file, house.settings, on_conflict=on_conflict, strict=strict
    )
    return house.runner.run(work)


def _say(voice: Voice, report: Report) -> None:
    """The report of one package: a line for the whole, then one for each thing that isn't as the file has it."""
    voice.say(
        "imported",
        file=report.file,
        created=report.created,
        updated=report.updated,
        same=report.same,
        kept=report.kept_both,
    )
    voice.say_each(
        "import-kept-both",
        [one for one in report.documents if one.outcome == "kept-both"],
        lambda one: {"kind": voice.word(f"kind-{one.kind}"), "given": one.given, "id": one.id},
    )
    for key, found in (("import-repaired", report.repairs), ("import-finding", report.findings)):
        voice.say_each(
            key,
            found,
            lambda one: {"place": _place(one), "sentence": text(one.key, voice.language, **one.values)},
        )
    voice.say_each("import-missing", report.missing, lambda place: {"place": place})


def _place(repair: Repair) -> str:
    return "#".join(part for part in (repair.id, repair.path) if part)
