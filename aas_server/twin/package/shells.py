"""Shells by what a person calls them."""

from __future__ import annotations

from collections.abc import Iterable

from aas_server.errors import BadInput, NotFound
from aas_server.twin.repository import Repository


async def shells_named(repository: Repository, names: Iterable[str]) -> list[str]:
    """The ids of shells given by id or by idShort. Raises ``NotFound``, and ``BadInput`` where several shells bear
    an idShort."""
    return [await _shell(repository, name) for name in names]


async def _shell(repository: Repository, name: str) -> str:
    try:
        return (await repository.get("shell", name)).id
    except NotFound:
        found = (await repository.page("shell", 2, id_short=name)).documents
    if not found:
        raise NotFound("shell-unknown", name=name)
    if len(found) > 1:
        raise BadInput("shell-ambiguous", name=name, id=found[0].id)
    return found[0].id
