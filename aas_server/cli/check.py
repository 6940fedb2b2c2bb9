"""``aas check``: what is wrong with files, in the words of several checkers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.each_file import Result, each_file
from aas_server.messages import Language, text
from aas_server.settings import Settings
from aas_server.twin.package.check import Finding
from aas_server.twin.package.check import check as check_file


@click.command("check", help="help-check", epilog="example-check")
@options.files
@options.on_a_folder
def check(
    language: Language, files: tuple[Path, ...], data: Path | None, settings: Path | None, as_json: bool
) -> int:
    """Verify each file against the metamodel, with the BaSyx SDK as second opinion. 1 if any has faults."""
    voice = Voice(language, as_json)
    chosen = configuration.load(settings, data=data)
    return each_file(voice, files, "check-failed", partial(_checked, voice, chosen))


def _checked(voice: Voice, chosen: Settings, file: Path) -> tuple[Result, bool]:
    findings = check_file(file, chosen)
    errors = [finding for finding in findings if finding.severity == "error"]
    voice.say_each("finding", findings.findings, partial(_said, voice, file.name))
    voice.say("check-faulty" if errors else "check-clean", file=file.name, errors=len(errors))
    return {"findings": [finding.as_json() for finding in findings]}, not errors


def _said(voice: Voice, file: str, finding: Finding) -> dict[str, object]:
    place = "#".join(part for part in (finding.document, finding.path) if part)
    return {
        "file": file,
        "severity": voice.word(f"severity-{finding.severity}"),
        "checker": finding.checker,
        "path": f" {place}:" if place else "",
        "text": text(finding.key, voice.language, **finding.values) if finding.key else finding.text,
    }
