"""``aas product price``: what a product's recipe comes to, before or after it is sold; nothing is changed."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.price import keep, tell_lines
from aas_server.clock import iso
from aas_server.house import House, existing
from aas_server.ids import Names
from aas_server.messages import Language
from aas_server.product import folder as folders
from aas_server.product.price import book, offer, statement, tables, told
from aas_server.product.price.forms import Due
from aas_server.product.recipe import Recipe, keeping
from aas_server.product.recipe.fault import Fault
from submodels import pricing
from submodels.pricing import Pricing


@click.command("price", help="help-product-price", epilog="example-product-price")
@click.argument("id")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="price-file-option-xlsx")
@click.option("--use", type=click.Path(path_type=Path, dir_okay=False), help="option-price-use")
@options.on_a_folder
def price(
    language: Language,
    id: str,
    xlsx: Path | None,
    use: Path | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """The price by the recipe; with --xlsx its workbook, with --use what is due for a statement of use."""
    voice = Voice(language, as_json)
    if xlsx is not None:
        folders.check_ending(xlsx, ".xlsx")
    with existing(configuration.load(settings, data=data)) as house:
        made_by = keeping.load(house.store.folder, id)
        try:
            priced = _priced(house, made_by)
            content = book.written(offer.book(made_by.costing, made_by.title, priced, tables.rates()), language)
        except Fault as fault:
            raise told.in_recipe(fault, house.recipe_file(id)) from None
    owed = None if use is None else statement.due(use, priced, tables.rates())
    if xlsx is not None:
        keep(xlsx, content)
    if as_json:
        voice.print_json({**msgspec.to_builtins(priced), "due": msgspec.to_builtins(owed)})
    else:
        _tell(voice, priced, owed)


def _priced(house: House, made_by: Recipe) -> Pricing:
    id = Names(house.settings.domain).submodel(made_by.id, pricing.KIND)
    return offer.pricing(made_by.costing, id, iso(house.clock.now()), tables.rates())


def _tell(voice: Voice, priced: Pricing, owed: Due | None) -> None:
    tell_lines(voice, priced.lines)
    values = (
        ("income", priced.income and priced.income.value),
        ("market", priced.market and priced.market.median),
    )
    for name, value in values:
        title = voice.word(f"costbook-approach-{name}")
        if value is None:
            voice.say("price-not-valued", title=title)
        else:
            voice.say("price-line", title=title, amount=f"{value:,}", formula="")
    voice.say("price-asked", price=f"{priced.price:,}", vat=f"{priced.vat:,}", total=f"{priced.price_with_vat:,}",
              form=voice.word(f"web-form-{priced.form}"), reason=priced.reason)  # fmt: skip
    if owed is not None:
        for line in owed.lines:
            formula = f" = {line.formula}" if line.formula else ""
            voice.say("price-line", title=line.account, amount=f"{line.amount:,}", formula=formula)
        voice.say("price-due", net=f"{owed.net:,}", vat=f"{owed.vat:,}", total=f"{owed.total:,}")
