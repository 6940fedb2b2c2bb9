"""``aas price``: a cost sheet from a file, without a server or a data folder."""

from __future__ import annotations

from pathlib import Path

import click

from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.messages import Language
from aas_server.product.price import file as price_file
from aas_server.product.price import printed, rules, tables
from aas_server.product.price.sheet import Sheet


@click.command("price", help="help-price", epilog="example-price")
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
@click.pass_obj
def price(language: Language, file: Path, as_json: bool) -> None:
    """The cost sheet that FILE gives."""
    voice = Voice(language, as_json)
    made = price_file.load(file)
    voice.print_json(rules.as_json(made, tables.rates(), language)) if as_json else _tell(voice, made)


def _tell(voice: Voice, made: Sheet) -> None:
    kind = f", {made.kind.title[voice.language]}" if made.kind else ""
    voice.say("price-sheet-head", method=voice.word(f"cost-method-{made.method}"), cost_class=kind)
    for line in printed.lines(made):
        formula = f" = {line.formula}" if line.formula else ""
        voice.say("price-line", title=line.title, amount=f"{line.amount:,}", formula=formula)
    figures = rules.figures(made, tables.rates())
    for name in ("vat", "total_with_vat"):
        title = voice.word(f"price-{name.replace('_', '-')}")
        voice.say("price-line", title=title, amount=f"{figures[name]:,}", formula="")
    for sentence in rules.rules(made, tables.rates()).values():
        voice.say("price-rule", rule=sentence)
