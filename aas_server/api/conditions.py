"""``If-Match`` and ``If-None-Match`` (RFC 9110, 13.1): two editors don't overwrite each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from aas_server.errors import BadInput, PreconditionFailed
from aas_server.store.contract import Document

_TAGS = re.compile(r'\s*(?:W/)?"([^"]*)"\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a writer wants to be true of the document it changes; ``None``: nothing is asked."""

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    def check(self, id: str, before: Document | None) -> None:
        """Raises ``PreconditionFailed``. ``*`` means any document at all."""
        self.check_etag(id, before.etag if before is not None else None)

    def check_etag(self, id: str, etag: str | None) -> None:
        """Like ``check``, for what is no document of its own; ``None``: there is nothing."""
        wanted = self.match is None or (etag is not None and bool(self.match & {"*", etag}))
        unwanted = self.none_match is not None and etag is not None and bool(self.none_match & {"*", etag})
        if unwanted or not wanted:
            raise PreconditionFailed("precondition-failed", id=id, etag=f'"{etag}"' if etag else "-")


async def conditions(
    if_match: Annotated[str | None, Header(description="Write only where the ETag is still this one")] = None,
    if_none_match: Annotated[
        str | None, Header(description="``*``: write only where there is nothing yet")
    ] = None,
) -> Conditions:
    """The conditions of a request. Raises ``BadInput``."""
    return Conditions(_tags("If-Match", if_match), _tags("If-None-Match", if_none_match))


ConditionsParameter = Annotated[Conditions, Depends(conditions)]


def _tags(header: str, given: str | None) -> frozenset[str] | None:
    if given is None:
        return None
    if given.strip() == "*":
        return frozenset({"*"})
    found, end = [], 0
    for tag in _TAGS.finditer(given):
        if tag.start() != end:
            break
        found.append(tag[1])
        end = tag.end()
    if not found or end != len(given):
        raise BadInput("condition-malformed", header=header, given=given[:100])
    return frozenset(found)
