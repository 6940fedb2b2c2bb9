"""``aas quality``: the self-check of any CSV or Parquet file, without a server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import LINES, Voice
from aas_server.clock import SystemClock
from aas_server.errors import BadInput
from aas_server.house import existing
from aas_server.messages import Language
from aas_server.product.folder import check_home
from aas_server.product.quality import copies
from aas_server.product.quality import report as reports
from aas_server.quality.checked import Checked, checked
from aas_server.quality.file.opened import Choices
from aas_server.quality.file.rows import count, some, write
from aas_server.quality.file.sketched import sketched
from aas_server.quality.finding import KINDS, Finding
from aas_server.quality.likeness import Sketch
from aas_server.quality.rules_file import read


@click.command("quality", help="help-quality", epilog="example-quality")
@click.argument("file", type=click.Path(path_type=Path))
@options.time
@options.label
@click.option("--key", "keys", multiple=True, help="option-quality-key")
@click.option("--profile", help="option-quality-profile")
@click.option("--rules", type=click.Path(path_type=Path), help="option-quality-rules")
@click.option("--against", multiple=True, type=click.Path(path_type=Path), help="option-quality-against")
@click.option("--show", "kind", type=click.Choice(KINDS), metavar="KIND", help="option-quality-show")
@click.option("--output", type=click.Path(path_type=Path), help="option-quality-output")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="option-quality-report")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="option-quality-on")
@click.option("--memory", default="1GB", show_default=True, help="option-quality-memory")
@options.as_json
@click.pass_obj
def quality(
    language: Language,
    file: Path,
    time: str | None,
    label: str | None,
    keys: tuple[str, ...],
    profile: str | None,
    rules: Path | None,
    against: tuple[Path, ...],
    kind: str | None,
    output: Path | None,
    report: Path | None,
    on: datetime | None,
    memory: str,
    as_json: bool,
) -> None:
    """Check a file and say what was counted and found."""
    voice = Voice(language, as_json)
    if output is not None and kind is None:
        raise BadInput("quality-output-without-show")
    if output is not None:
        check_home(output)
    if report is not None:
        reports.check(report)
    now = SystemClock().now() if on is None else on.replace(hour=23, minute=59, second=59, tzinfo=UTC)
    key = tuple(name.strip() for given in keys for name in given.split(",") if name.strip())
    if keys and not key:
        raise BadInput("quality-key-empty")
    choices = Choices(time, label, key, None if rules is None else read(rules), memory)
    with (
        voice.progress() as bars,
        checked(file, choices, profile, now, bars.show, _sketches(against, memory, bars.show)) as found,
    ):
        if report is not None:
            day = "" if on is None else on.date().isoformat()
            reports.write(reports.of_file(found, day), report, language, configuration.load(None).zone)
        if kind is not None:
            _show(voice, found, kind, output)
        elif as_json:
            voice.print_json(found.as_json(language))
        else:
            _say(voice, found)
    if report is not None and not as_json:
        voice.say("quality-report-written", file=report.absolute())


def _sketches(against: tuple[Path, ...], memory: str, show: Callable[[str, int, int], None]) -> dict[str, Sketch]:
    """What the file may be a copy of: files by their path, and the registered products of data folders by id."""
    found: dict[str, Sketch] = {}
    for one in against:
        if one.is_dir():
            with existing(configuration.load(None, data=one)) as house:
                found |= copies.registered(house.store)
        else:
            found[str(one)] = sketched(one, memory, show)
    return found


def _say(voice: Voice, found: Checked) -> None:
    subject, assessment = found.facts.subject, found.assessment
    voice.say(
        "quality-said-file", file=found.file.name, rows=f"{subject.rows:,}", columns=f"{len(subject.columns):,}"
    )
    voice.say("quality-said-profile", profile=assessment.profile.title)
    weighted = zip(assessment.profile.index, assessment.weights, strict=True)
    for one, weight in weighted:
        measure = assessment.measures[one.name]
        if measure.value is None:
            voice.say("quality-said-not-measured", title=one.title, reason=measure.reason)
        else:
            voice.say(
                "quality-said-index",
                title=one.title,
                value=f"{100 * float(measure.value):.2f}",
                numerator=f"{measure.numerator:,}",
                denominator=f"{measure.denominator:,}",
                weight=f"{100 * float(weight):.4g}",
                rule=measure.rule,
            )
    if assessment.index is not None:
        voice.say("quality-said-whole", value=f"{float(assessment.index):.2f}")
    _say_columns(voice, found)
    voice.say("quality-said-findings" if found.looked.findings else "quality-said-nothing")
    for finding in found.looked.findings:
        voice.say("quality-said-finding", kind=_title(voice, finding), note=finding.note)
        for example in finding.examples:
            voice.say("quality-said-example", example=example)
    for note in found.notes:
        voice.say("quality-said-note", note=note)
    voice.say("quality-statement")


def _say_columns(voice: Voice, found: Checked) -> None:
    columns = found.as_json(voice.language)["columns"]
    voice.say("quality-said-columns")
    voice.say_each(
        "quality-said-column",
        columns,
        lambda one: {
            "name": one["name"],
            "type": voice.word(f"quality-type-{one['type']}"),
            "missing": f"{one['missing']:,}",
            "distinct": f"{'≈' if 'distinct_approximate' in one else ''}{one['distinct']:,}",
            "min": "–" if one["min"] is None else str(one["min"])[:40],
            "max": "–" if one["max"] is None else str(one["max"])[:40],
        },
    )


def _title(voice: Voice, finding: Finding) -> str:
    return voice.word(f"quality-kind-{finding.kind.replace('_', '-')}")


def _show(voice: Voice, found: Checked, kind: str, output: Path | None) -> None:
    """Every row behind a figure: into a file, or the first on the screen."""
    finding = found.looked.found(kind)
    title = voice.word(f"quality-kind-{kind.replace('_', '-')}")
    if finding is None or not finding.rows:
        key = "quality-show-nothing" if finding is None else "quality-show-no-rows"
        voice.result({"kind": kind, "rows": 0}, key, kind=title)
        return
    subject = found.facts.subject
    rows = count(subject, finding.rows)
    if output is not None:
        write(subject, finding.rows, output)
        voice.result(
            {"kind": kind, "rows": rows, "file": str(output)},
            "quality-show-written",
            kind=title,
            rows=f"{rows:,}",
            file=str(output),
        )
        return
    first = some(subject, finding.rows, LINES)
    if voice.json:
        voice.print_json({"kind": kind, "rows": rows, "first": first})
        return
    voice.say("quality-show-rows", kind=title, rows=f"{rows:,}")
    for row in first:
        voice.say("quality-show-row", row=", ".join(f"{name}={value}" for name, value in row.items()))
    if rows > len(first):
        voice.say("and-more", count=f"{rows - len(first):,}")
