"""``product.toml`` read and written."""

from __future__ import annotations

from pathlib import Path

import msgspec

from aas_server import written
from aas_server.errors import BadInput
from aas_server.product.recipe.whole import Recipe


def load(file: Path) -> Recipe:
    """Read ``product.toml``. Raises ``BadInput`` with file and line of the fault; an unknown key is one."""
    if not file.exists():
        raise BadInput("recipe-missing", file=str(file))
    return written.read(file, Recipe)


def dump(recipe: Recipe) -> bytes:
    """The recipe as TOML (UTF-8), without empty values: below ``labour = []`` nobody could add ``[[labour]]``."""
    return msgspec.toml.encode(_said(msgspec.to_builtins(recipe)))


def _said(value: object) -> object:
    if isinstance(value, dict):
        return {name: _said(part) for name, part in value.items() if part not in (None, [], ())}
    if isinstance(value, list | tuple):
        return [_said(part) for part in value]
    return value
