"""``aas price``: a cost sheet from a file, without a server or a data folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.messages import Language
from aas_server.product import folder as folders
from aas_server.product.price import book, printed, rules, tables
from aas_server.product.price import file as price_file
from aas_server.product.price.book import Book
from aas_server.product.price.sheet import Sheet
from aas_server.store import durable
from submodels.pricing import CostLine


@click.command("price", help="help-price", epilog="example-price")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="price-file-option-xlsx")
@options.as_json
@click.pass_obj
def price(language: Language, file: Path, xlsx: Path | None, as_json: bool) -> None:
    """The cost sheet that FILE gives, as a workbook too with --xlsx."""
    voice = Voice(language, as_json)
    if xlsx is not None:
        folders.check_ending(xlsx, ".xlsx")
    made = price_file.load(file, for_book=xlsx is not None)
    if xlsx is not None:
        keep(xlsx, book.written(Book(made, tables.rates(), {}), language))
    voice.print_json(rules.as_json(made, tables.rates(), language)) if as_json else _tell(voice, made)


def keep(target: Path, content: bytes) -> None:
    """Write a file, whole or not at all. Raises ``NotFound`` where its folder isn't there."""
    folders.check_home(target)
    durable.write(target, content)


def tell_lines(voice: Voice, lines: Sequence[CostLine]) -> None:
    """The lines of a cost sheet, one a line."""
    for line in lines:
        formula = f" = {line.formula}" if line.formula else ""
        voice.say("price-line", title=line.title, amount=f"{line.amount:,}", formula=formula)


def _tell(voice: Voice, made: Sheet) -> None:
    kind = f", {made.kind.title[voice.language]}" if made.kind else ""
    voice.say("price-sheet-head", method=voice.word(f"cost-method-{made.method}"), cost_class=kind)
    tell_lines(voice, printed.lines(made))
    figures = rules.figures(made, tables.rates())
    for name in ("vat", "total_with_vat"):
        title = voice.word(f"price-{name.replace('_', '-')}")
        voice.say("price-line", title=title, amount=f"{figures[name]:,}", formula="")
    for sentence in rules.rules(made, tables.rates()).values():
        voice.say("price-rule", rule=sentence)
