"""``aas product``: the products of a data folder, and their line."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import msgspec

from aas_server import settings as configuration
from aas_server.cli import licence, mapping, options, processing, product_price, product_quality, recipe
from aas_server.cli.console import Voice
from aas_server.cli.opening import opened
from aas_server.errors import BadInput, Conflict
from aas_server.house import existing
from aas_server.messages import Language
from aas_server.product import fields, record
from aas_server.product.folder import check_home, whole
from aas_server.product.record import STEPS, ReleaseRecord
from aas_server.streams.beginning import Plan

PAGE = 100


@click.group("product", help="help-product", epilog="example-product")
def product() -> None:
    """All about products."""


product.add_command(recipe.recipe)
product.add_command(product_quality.quality)
product.add_command(product_price.price)
product.add_command(processing.lineage)
product.add_command(processing.preview)
product.add_command(licence.licence)
product.add_command(licence.share_out)
product.add_command(mapping.suggest)
product.add_command(mapping.mapping_)


@product.command("list", help="help-product-list", epilog="example-product-list")
@options.on_a_folder
def list_(language: Language, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Every product with its state."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        after = ""
        found: list[dict[str, object]] = []
        while page := record.products(house.store.catalogue, PAGE, after):
            for one in page:
                done = sum(one.steps[step].state == "done" for step in STEPS if step in one.steps)
                found.append({"product": one.id, "title": one.title, "release": one.release, "steps_done": done})
                voice.say(
                    "product-line",
                    id=one.id,
                    title=one.title,
                    release=one.release or "–",
                    done=done,
                    of=len(STEPS),
                )
            after = page[-1].id
        if as_json:
            voice.print_json(found)
        elif not found:
            voice.say("no-products")


@product.command("new", help="help-product-new", epilog="example-product-new")
@click.argument("id")
@click.option("--stream", "names", multiple=True, required=True, help="option-product-stream")
@click.option("--label", help="option-product-label")
@click.option("--title", help="option-product-title")
@options.on_a_folder
def new(
    language: Language,
    id: str,
    names: tuple[str, ...],
    label: str | None,
    title: str | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Begin a product; nothing is built yet."""
    voice = Voice(language, as_json)
    with opened(data, settings) as house:
        begun = house.desk().begin(Plan(id, names, label, title))
        told = {"product": begun.id, "file": str(house.recipe_file(begun.id))}
    voice.result(told, "product-begun", **told)


@product.command("show", help="help-product-show", epilog="example-product-show")
@click.argument("id")
@options.on_a_folder
def show(language: Language, id: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """One product: its steps, and the figures of its release."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        one = record.product(house.store.catalogue, id)
        made = record.current(house.store, one)
        if as_json:
            voice.print_json({**msgspec.to_builtins(one), "summary": summary(made) if made else None})
            return
        voice.say("product-title", id=one.id, title=one.title)
        for step, state in one.steps.items():
            name = voice.word(f"progress-{step.replace('_', '-')}")
            voice.say("product-step", step=name, state=voice.word(f"state-{state.state}"), time=state.time)
        for figure, value in (summary(made) if made else {}).items():
            name = voice.word(f"figure-{figure.replace('_', '-')}")
            voice.say("product-figure", name=name, value=value)


@product.command("build", help="help-product-build", epilog="example-product-build")
@click.argument("id")
@options.on_a_folder
def build(language: Language, id: str, data: Path | None, settings: Path | None, as_json: bool) -> None:
    """Run the line: a new release where data or recipe changed, a new offer where only the price did."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house, voice.progress() as bars:
        made = house.build(id, bars.show)
        voice.result(summary(made), "product-built", id=id, release=made.id)


@product.command("fields", help="help-product-fields", epilog="example-product-fields")
@click.argument("id")
@click.option("--set", "edited", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="option-set")
@options.on_a_folder
def fields_(
    language: Language, id: str, edited: Path | None, data: Path | None, settings: Path | None, as_json: bool
) -> None:
    """What each field means: print the table, or take an edited one over."""
    voice = Voice(language, as_json)
    with existing(configuration.load(settings, data=data)) as house:
        if edited is not None:
            try:
                table = fields.from_csv(edited.read_text("utf-8"))
            except UnicodeDecodeError as fault:
                raise BadInput("field-table-not-utf8", file=edited, offset=fault.start) from None
            changed = fields.change(house.shelf, id, table)
            doubts = mapping.doubts_of(house, id, table, language)
            result = {"product": id, "changed": changed, "doubts": doubts}
            voice.result(result, "fields-changed", id=id, changed=changed)
            voice.say_each("standard-misfit", doubts, lambda doubt: doubt)
        elif as_json:
            voice.print_json(fields.rows(house.shelf, id))
        else:
            click.echo(fields.to_csv(fields.rows(house.shelf, id)), nl=False)


@product.command("export", help="help-product-export", epilog="example-product-export")
@click.argument("id")
@click.argument("target", type=click.Path(path_type=Path))
@options.metamodel
@click.option("--hand-in", "hand_in", is_flag=True, help="option-hand-in")
@options.on_a_folder
def export(
    language: Language,
    id: str,
    target: Path,
    metamodel: str,
    hand_in: bool,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Write the product's shell as AASX to TARGET, or with --hand-in the library's bundle as a folder."""
    voice = Voice(language, as_json)
    check_home(target)
    with existing(configuration.load(settings, data=data)) as house:
        one = record.product(house.store.catalogue, id)
        if hand_in:
            made = record.current(house.store, one)
            if made is None or made.registered is None:
                raise Conflict("release-not-registered", release=one.release or id)
            if target.exists():
                raise Conflict("target-exists", file=target)
            with whole(target) as folder:
                shutil.copytree(made.registered.bundle, folder, dirs_exist_ok=True)
        else:
            house.shelf.export(id, target, metamodel)
        voice.result({"product": id, "file": str(target.absolute())}, "exported", file=target.absolute())


def summary(made: ReleaseRecord) -> dict[str, object]:
    """The figures of a release by which it is known outside."""
    figures: dict[str, object] = {
        "product": made.product,
        "release": made.id,
        "records": made.collected.records,
    }
    if made.verified is not None and made.priced is not None:
        figures["quality_index"] = made.verified.index
        figures["price"] = made.priced.price
        figures["currency"] = made.priced.currency
    if made.registered is not None:
        figures["aasx"] = str(made.registered.aasx)
        figures["sha256"] = made.registered.sha256
        figures["listing"] = made.registered.registration.listing
        figures["kept_until"] = made.registered.registration.kept_until
    return figures
