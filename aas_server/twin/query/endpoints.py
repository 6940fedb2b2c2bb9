"""Endpoints in queries for descriptors. Those of what is stored here are made when they are read, so what is asked
of them is decided here: their interfaces are known, and their address tells the id of what they belong to."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aas_server import ids
from aas_server.errors import BadInput
from aas_server.store.contract import REGISTERED, Described
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Constant,
    Field,
    Given,
    Match,
    Not,
    StoredAs,
)
from aas_server.twin.registry.derived import address, interfaces

_ENDPOINT = re.compile(r"endpoints\[(\d*)\]\.(interface|protocolinformation\.href)")
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "contains": operator.contains,
    "starts-with": str.startswith,
    "ends-with": str.endswith,
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Settles what a condition asks of the endpoints of what is stored here, reached under ``base``. What can't be
    settled stays, and the store refuses it."""

    described: Described
    base: str

    def settled(self, condition: Condition) -> Condition:
        """The same condition; where it asks for endpoints, of registered ones, and its answer for the others."""
        if isinstance(condition, AllOf):
            return AllOf(tuple(map(self.settled, condition.parts)))
        if isinstance(condition, AnyOf):
            return AnyOf(tuple(map(self.settled, condition.parts)))
        if isinstance(condition, Not):
            return Not(self.settled(condition.part))
        if isinstance(condition, Compare | Match) and (stored := self._of_stored(condition)) is not None:
            registered = AllOf((StoredAs(REGISTERED[self.described]), condition))
            return AnyOf((registered, AllOf((StoredAs(self.described), stored))))
        return condition

    def _of_stored(self, condition: Compare | Match) -> Condition | None:
        """What is asked of a stored document, or ``None`` where nothing is asked of endpoints or it can't be told.
        Any one of the endpoints will do, the same for all parts."""
        parts = condition.parts if isinstance(condition, Match) else (condition,)
        compares = [part for part in parts if isinstance(part, Compare)]
        asked = [part for part in compares if _asked(part) is not None]
        if not asked or len(compares) < len(parts):
            return None
        others = tuple(part for part in compares if part not in asked)
        choices: list[Condition] = []
        for number, interface in enumerate(interfaces(self.described)):
            told = [self._told(part, number, interface) for part in asked]
            answers = tuple(one for one in told if one is not None)
            if len(answers) < len(told):
                return None
            choices.append(AllOf((*answers, *((Match(others),) if others else ()))))
        return AnyOf(tuple(choices))

    def _told(self, compare: Compare, number: int, interface: str) -> Condition | None:
        """A comparison with the endpoint of a number."""
        found = _asked(compare)
        assert found is not None
        index, name, text = found
        if index and int(index) != number:
            return Constant(False)
        if name == "interface":
            test = _TESTS.get(compare.how)
            return None if test is None else Constant(test(interface, text))
        return self._of_href(compare, text)

    def _of_href(self, compare: Compare, text: str) -> Condition | None:
        before = address(self.described, "", self.base)
        if compare.how in ("starts-with", "contains") and text in before:
            return Constant(compare.how == "contains" or before.startswith(text))
        if compare.how not in ("eq", "ne"):
            return None
        same: Condition = Constant(False)
        try:
            id = ids.decode(text.removeprefix(before))
        except BadInput:
            id = ""
        if address(self.described, id, self.base) == text and isinstance(compare.left, Field):
            same = Compare(Field(compare.left.scope, "id"), "eq", Given(id))
        return same if compare.how == "eq" else Not(same)


def _asked(compare: Compare) -> tuple[str, str, str] | None:
    """Index, name and text of a comparison of an endpoint's field with a text."""
    if not isinstance(compare.left, Field) or not isinstance(compare.right, Given):
        return None
    match = _ENDPOINT.fullmatch(compare.left.name)
    if match is None or not isinstance(compare.right.value, str) or compare.right.type != "string":
        return None
    return match[1], match[2], compare.right.value
