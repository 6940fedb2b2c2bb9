"""``aas import`` and ``aas check``: packages from elsewhere, taken in or only looked at."""

from __future__ import annotations

from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import AasError
from aas_server.house import House
from aas_server.messages import Language, error_text, text
from aas_server.twin.package.check import check as check_file
from aas_server.twin.package.importer import import_file


@click.command("import", help="help-import", epilog="example-import")
@options.files
@options.data
@options.settings
@options.as_json
@click.pass_obj
def import_(
    language: Language, files: tuple[Path, ...], data: Path | None, settings: Path | None, as_json: bool
) -> int:
    """Take each file in, whole or not at all; the others go on where one fails. 1 if any failed."""
    voice = Voice(language, as_json)
    results: list[dict[str, object]] = []
    failed = 0
    chosen = configuration.load(settings, data=data)
    with House(chosen) as house:
        for file in files:
            try:
                report = house.runner.run(import_file(house.repository, house.store.files, file, chosen))
            except AasError as error:
                failed += 1
                sentence = error_text(error, language)
                results.append({"file": str(file), "error": error.key, "message": sentence})
                voice.say("import-failed", file=file.name, sentence=sentence)
                continue
            results.append({"file": str(file), **report.as_json()})
            voice.say("imported", file=file.name, created=report.created, updated=report.updated, same=report.same)
    if as_json:
        voice.print_json(results)
    return 1 if failed else 0


@click.command("check", help="help-check", epilog="example-check")
@options.files
@options.data
@options.settings
@options.as_json
@click.pass_obj
def check(
    language: Language, files: tuple[Path, ...], data: Path | None, settings: Path | None, as_json: bool
) -> int:
    """Verify each file against the metamodel, with the BaSyx SDK as second opinion. 1 if any has faults."""
    voice = Voice(language, as_json)
    chosen = configuration.load(settings, data=data)
    results: list[dict[str, object]] = []
    faulty = 0
    for file in files:
        try:
            findings = check_file(file, chosen)
        except AasError as error:
            faulty += 1
            sentence = error_text(error, language)
            results.append({"file": str(file), "error": error.key, "message": sentence})
            voice.say("check-failed", file=file.name, sentence=sentence)
            continue
        errors = [finding for finding in findings if finding.severity == "error"]
        faulty += bool(errors)
        results.append({"file": str(file), "findings": [finding.as_json() for finding in findings]})
        for finding in findings:
            voice.say(
                "finding",
                file=file.name,
                severity=voice.word(f"severity-{finding.severity}"),
                checker=finding.checker,
                path=f" {finding.path}:" if finding.path else "",
                text=text(finding.key, language, **finding.values) if finding.key else finding.text,
            )
        voice.say("check-faulty" if errors else "check-clean", file=file.name, errors=len(errors))
    if as_json:
        voice.print_json(results)
    return 1 if faulty else 0
