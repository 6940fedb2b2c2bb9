"""``aas export``: shells of ours, written as a package or as an environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click

from aas_server import settings as configuration
from aas_server.cli import options
from aas_server.cli.console import Voice
from aas_server.errors import BadInput
from aas_server.house import House, existing
from aas_server.messages import Language
from aas_server.twin.live import Overlay
from aas_server.twin.package import Content, export_content, export_environment, gather, gather_all
from aas_server.twin.package.environment.writing import Form, Metamodel
from aas_server.twin.package.shells import shells_named

_FORMS: dict[str, Form] = {".json": "json", ".xml": "xml"}
"""Ends of names that mean an environment without files."""


@click.command("export", help="help-export", epilog="example-export")
@click.argument("shells", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="option-output"
)
@options.metamodel
@click.option("--form", type=click.Choice(["xml", "json"]), help="option-form")
@options.on_a_folder
def export(
    language: Language,
    shells: tuple[str, ...],
    output: Path,
    metamodel: str,
    form: str | None,
    data: Path | None,
    settings: Path | None,
    as_json: bool,
) -> None:
    """Write shells with all they refer to; everything where none is named."""
    voice = Voice(language, as_json)
    bare = _FORMS.get(output.suffix.lower())
    if bare is not None and form not in (None, bare):
        raise BadInput("export-form-contradicts", file=output.name, form=form)
    with existing(configuration.load(settings, data=data)) as house:
        content = house.runner.run(_written(house, shells, output, cast(Metamodel, metamodel), form, bare))
    counted = dict(_counted(content, bare))
    voice.result({"file": str(output)} | counted, "exported-package", file=output.name, **counted)


async def _written(
    house: House, shells: tuple[str, ...], output: Path, metamodel: Metamodel, form: str | None, bare: Form | None
) -> Content:
    here = (house.repository, Overlay(house.store))
    content = await (gather(*here, await shells_named(house.repository, shells)) if shells else gather_all(*here))
    if bare is not None:
        await export_environment(*here, content, output, metamodel, bare)
    else:
        await export_content(*here, content, output, metamodel, cast(Form, form or "xml"))
    return content


def _counted(content: Content, bare: Form | None) -> Iterator[tuple[str, int]]:
    yield "shells", len(content.ids["shell"])
    yield "submodels", len(content.ids["submodel"])
    yield "concepts", len(content.ids["concept-description"])
    yield "files", 0 if bare else len(content.supplements)
