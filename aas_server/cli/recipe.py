"""``aas product recipe``: how a product is made, shown and changed."""

from __future__ import annotations

from pathlib import Path

import click

from aas_server import settings as configuration
from aas_server import written
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import BadInput
from aas_server.house import existing
from aas_server.messages import Language
from aas_server.product.recipe import editing, keeping


@click.command("recipe", help="help-product-recipe", epilog="example-product-recipe")
@click.argument("id")
@click.option("--set", "entries", multiple=True, metavar="ENTRY=VALUE", help="option-recipe-set")
@click.option("--unset", "gone", multiple=True, metavar="ENTRY", help="option-recipe-unset")
@click.option(
    "--from", "edited", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="option-recipe-from"
)
@options.on_a_folder
def recipe(
    language: Language,
    id: str,
    entries: tuple[str, ...],
    gone: tuple[str, ...],
    edited: Path | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Print the recipe, or change entries of it; nothing is kept that is no valid recipe."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        home = house.store.folder
        file = keeping.place(home, id)
        former = keeping.source(home, id)
        if not (entries or gone or edited):
            if as_json:
                voice.print_json({"product": id, "file": str(file), "recipe": former})
            else:
                click.echo(former, nl=False)
            return
        text = former if edited is None else written.text(edited)
        changes: dict[str, str | None] = dict(map(_pair, entries))
        text = editing.changed(text, changes | dict.fromkeys(gone), str(edited or file))
        if text == former:
            voice.result({"product": id, "changed": False}, "recipe-unchanged", file=file)
            return
        keeping.keep(home, id, text, keeping.version(former))
        voice.result({"product": id, "changed": True}, "recipe-kept", id=id, file=file)


def _pair(given: str) -> tuple[str, str]:
    entry, equals, value = given.partition("=")
    if not equals:
        raise BadInput("recipe-set-unreadable", given=given)
    return entry.strip(), value.strip()
