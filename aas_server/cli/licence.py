"""``aas product licence`` and ``aas product shares``: the terms as files, and who gets what of the profit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.cli.price import keep
from aas_server.errors import NotFound
from aas_server.house import House, existing
from aas_server.messages import Language
from aas_server.product import folder as folders
from aas_server.product import record
from aas_server.product.register import odrl, shares
from aas_server.product.register.record import CONTRACT, POLICY, TERM_SHEET
from aas_server.product.report.format import exact
from aas_server.product.work import Registered
from submodels.licensing import Licensing
from submodels.pricing import Pricing

_POLICY_ENDINGS, _PAPER_ENDINGS = (".jsonld", ".json"), (".docx",)

_target = click.Path(path_type=Path, dir_okay=False)


@click.command("licence", help="help-product-licence", epilog="example-product-licence")
@click.argument("id")
@click.option("--odrl", "policy", type=_target, help="option-licence-odrl")
@click.option("--contract", type=_target, help="option-licence-contract")
@click.option("--term-sheet", "term_sheet", type=_target, help="option-licence-term-sheet")
@options.on_a_folder
def licence(
    language: Language,
    id: str,
    policy: Path | None,
    contract: Path | None,
    term_sheet: Path | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """The terms under which the product is offered, as ODRL, as a draft of the contract, as a term sheet."""
    voice = Voice(language, as_json)
    files = (
        (policy, POLICY, _POLICY_ENDINGS),
        (contract, CONTRACT, _PAPER_ENDINGS),
        (term_sheet, TERM_SHEET, _PAPER_ENDINGS),
    )
    wanted = [(target, name, endings) for target, name, endings in files if target is not None]
    for target, _, endings in wanted:
        folders.check_ending(target, *endings)
    with existing(configuration.load(settings, data=data)) as house:
        registered, terms, priced = _offered(house, id)
        made = []
        for target, name, _ in wanted:
            keep(target, (registered.bundle / name).read_bytes())
            made.append(target)
            voice.say("licence-written", file=target)
        if as_json:
            voice.print_json(
                {"product": id, "files": [str(one) for one in made], "policy": odrl.offer(terms, priced)}
            )
        elif not made:
            click.echo(odrl.text(terms, priced).decode(), nl=False)


@click.command("shares", help="help-product-shares", epilog="example-product-shares")
@click.argument("id")
@click.argument("statement", type=click.Path(path_type=Path))
@options.on_a_folder
def share_out(
    language: Language, id: str, statement: Path, data: Path | None, settings: Path | None, as_json: bool
) -> None:
    """Share out what a statement of sales says the product earned."""
    voice = Voice(language, as_json)
    read = shares.read(statement)
    with existing(configuration.load(settings, data=data)) as house:
        _, terms, _ = _offered(house, id)
        settled = shares.settle(read, terms.parties)
        if as_json:
            voice.print_json({"product": id, **asdict(settled)})
            return
        voice.say(
            "shares-earned",
            period=settled.period,
            sales=f"{settled.sales:,}",
            costs=f"{settled.costs:,}",
            profit=f"{settled.profit:,}",
        )
        for part in settled.parts:
            voice.say("shares-part", name=part.name, percent=exact(part.percent), amount=f"{part.amount:,}")


def _offered(house: House, id: str) -> tuple[Registered, Licensing, Pricing]:
    """What the product is offered under. Raises ``NotFound`` before it is registered."""
    made = record.current(house.store, record.product(house.store.catalogue, id))
    if made is None or made.registered is None or made.registered.licensing is None or made.priced is None:
        raise NotFound("licence-none", product=id)
    return made.registered, made.registered.licensing, made.priced
