"""``aas product quality``: the quality of a release: its figures, and the report for people."""

from __future__ import annotations

from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import Conflict
from aas_server.house import existing
from aas_server.messages import Language
from aas_server.product import record
from aas_server.product.quality import plain
from aas_server.product.quality import report as reports
from aas_server.product.quality.earlier import figures_of
from aas_server.product.report.format import percent
from aas_server.quality.figures import Figures


@click.command("quality", help="help-product-quality", epilog="example-product-quality")
@click.argument("id")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="option-quality-report")
@options.on_a_folder
def quality(
    language: Language, id: str, report: Path | None, data: Path | None, settings: Path | None, as_json: bool
) -> None:
    """What step 6 measured and found; with --report the report as HTML or PDF."""
    voice = Voice(language, as_json)
    if report is not None:
        reports.check(report)
    known = configuration.load(settings, data=data)
    with existing(known) as house:
        one = record.product(house.store.catalogue, id)
        made = record.current(house.store, one)
        if made is None or made.verified is None:
            raise Conflict("release-not-verified", release=one.release or id)
        figures = figures_of(house.store.folder, id, made.released, made.verified)
        if report is not None:
            reports.write(figures, report, language, known.zone)
        if as_json:
            voice.print_json(plain.told(figures, language))
            return
        _say(voice, figures)
        if report is not None:
            voice.say("quality-report-written", file=report.absolute())


def _say(voice: Voice, figures: Figures) -> None:
    for one in figures.indices:
        if one.value is None:
            voice.say("quality-said-not-measured", title=one.title, reason=one.reason)
        else:
            voice.say(
                "quality-said-index",
                title=one.title,
                value=percent(one.value).removesuffix(" %"),
                numerator=f"{one.numerator:,}",
                denominator=f"{one.denominator:,}",
                weight=f"{100 * one.effective_weight:.4g}",
                rule=one.rule,
            )
    if figures.index is not None:
        voice.say("quality-said-whole", value=f"{figures.index:.2f}")
    voice.say("quality-said-findings" if figures.findings else "quality-said-nothing")
    for finding in figures.findings:
        voice.say("quality-said-finding", kind=finding.title, note=finding.note)
        for example in finding.examples:
            voice.say("quality-said-example", example=example)
    voice.say("quality-statement")
