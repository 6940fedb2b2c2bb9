"""The options that several commands share. Help texts are keys of sentences; ``app.py`` puts the language in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def _option(*names: str, **how: Any) -> Callable[[Command], Command]:
    return click.option(*names, **how)


data = _option("--data", type=click.Path(path_type=Path, file_okay=False), help="option-data")
as_json = _option("--json", "as_json", is_flag=True, help="option-json")
settings = _option("--settings", type=click.Path(path_type=Path), help="option-settings")
host = _option("--host", help="option-host")
port = _option("--port", type=click.IntRange(1, 65535), help="option-port")
insecure = _option("--insecure", is_flag=True, help="option-insecure")
brokers = _option("--broker", multiple=True, help="option-broker")
filters = _option("--filter", "filters", multiple=True, help="option-filter")
time = _option("--time", help="option-time")
label = _option("--label", help="option-label")
metamodel = _option(
    "--metamodel", type=click.Choice(["3.0", "3.1"]), default="3.0", show_default=True, help="option-metamodel"
)
files = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


def on_a_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command on a data folder takes: the language, ``data``, ``settings`` and ``as_json``."""
    return data(settings(as_json(click.pass_obj(command))))
