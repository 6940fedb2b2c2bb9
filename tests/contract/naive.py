"""Whether a condition holds, decided from the plain JSON alone: what every store must agree with."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from aas_server.store.contract import lexical
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Cast,
    Compare,
    Condition,
    Constant,
    Field,
    Given,
    Match,
    Not,
    Operand,
)

Json = dict[str, Any]
Value = tuple[tuple[int, ...], str]
"""The indices that lead to a value, and the value."""


class World(NamedTuple):
    shells: tuple[Json, ...]
    submodels: tuple[Json, ...]


def found(kind: str, condition: Condition, world: World) -> list[str]:
    if kind == "shell":
        return [shell["id"] for shell in world.shells if _holds(condition, shell, None, world)]
    return [submodel["id"] for submodel in world.submodels if _holds(condition, None, submodel, world)]


def _linked(shell: Json | None, submodel: Json | None, world: World) -> list[tuple[Json, Json]]:
    if shell is not None:
        ids = [reference["keys"][0]["value"] for reference in shell.get("submodels", ())]
        return [(shell, other) for other in world.submodels if other["id"] in ids]
    return [
        (other, submodel)  # type: ignore[misc]
        for other in world.shells
        if submodel["id"] in [one["keys"][0]["value"] for one in other.get("submodels", ())]  # type: ignore[index]
    ]


def _scopes(condition: Condition) -> set[str]:
    if isinstance(condition, Compare):
        fields = (one.operand if isinstance(one, Cast) else one for one in (condition.left, condition.right))
        return {"aas" if one.scope == "aas" else "sm" for one in fields if isinstance(one, Field)}
    if isinstance(condition, Not):
        return _scopes(condition.part)
    if isinstance(condition, Constant):
        return set()
    return set().union(*(_scopes(part) for part in condition.parts))  # type: ignore[union-attr]


def _simple(condition: Condition) -> bool:
    if isinstance(condition, Not):
        return _simple(condition.part)
    if isinstance(condition, AnyOf):
        return all(map(_simple, condition.parts))
    return isinstance(condition, Compare)


def _holds(condition: Condition, shell: Json | None, submodel: Json | None, world: World) -> bool:
    here = {"aas"} if submodel is None else {"sm"} if shell is None else {"aas", "sm"}
    if isinstance(condition, Constant):
        return condition.holds
    if isinstance(condition, Not):
        return not _holds(condition.part, shell, submodel, world)
    if isinstance(condition, AnyOf):
        return any(_holds(part, shell, submodel, world) for part in condition.parts)
    if isinstance(condition, AllOf):
        there = [part for part in condition.parts if _simple(part) and _scopes(part) and not _scopes(part) & here]
        if not all(_holds(part, shell, submodel, world) for part in condition.parts if part not in there):
            return False
        return not there or any(
            all(_holds(part, *pair, world) for part in there) for pair in _linked(shell, submodel, world)
        )
    if not _scopes(condition) <= here:
        return any(_holds(condition, *pair, world) for pair in _linked(shell, submodel, world))
    if isinstance(condition, Match):
        return _matches(condition, shell, submodel)
    return _compares(condition, shell, submodel)


def _compares(compare: Compare, shell: Json | None, submodel: Json | None) -> bool:
    sides = [list(_values(one, shell, submodel)) for one in (compare.left, compare.right)]
    fields = all(not isinstance(one, Given) for one in (compare.left, compare.right))
    if fields and not any(sides) and compare.how in ("eq", "ge", "le"):
        return True
    return any(_test(compare, one[1], other[1]) for one, other in itertools.product(*sides))


def _matches(match: Match, shell: Json | None, submodel: Json | None) -> bool:
    compares = [part for part in match.parts if isinstance(part, Compare)]
    assert not any(isinstance(part, Match) for part in match.parts)
    if any(isinstance(part, Constant) and not part.holds for part in match.parts):
        return False
    operands = [one for compare in compares for one in (compare.left, compare.right)]
    rows = [list(_values(one, shell, submodel)) for one in operands]
    for chosen in itertools.product(*rows):
        pairs = zip(chosen[::2], chosen[1::2], strict=True)
        if _agree(operands, chosen) and all(
            _test(compare, one[1], other[1]) for compare, (one, other) in zip(compares, pairs, strict=True)
        ):
            return True
    return False


def _agree(operands: list[Operand], chosen: tuple[Value, ...]) -> bool:
    known: dict[str, tuple[int, ...]] = {}
    for operand, (indices, _) in zip(operands, chosen, strict=True):
        field = operand.operand if isinstance(operand, Cast) else operand
        if not isinstance(field, Field):
            continue
        whole = f"{field.scope}#{field.path}" if field.scope == "sme" else f"{field.scope}#{field.name}"
        brackets = [match.end() for match in re.finditer(r"\]", whole)]
        names = [(whole[:end], indices[: number + 1]) for number, end in enumerate(brackets)]
        if field.scope == "sme":
            # The element itself; where no path is given, all its indices tell which.
            names.append((f"row {field.path}", indices))
        if any(known.setdefault(name, part) != part for name, part in names):
            return False
    return True


def _values(operand: Operand, shell: Json | None, submodel: Json | None) -> Iterator[Value]:
    if isinstance(operand, Given):
        yield (), operand.value  # type: ignore[misc]
        return
    field = operand.operand if isinstance(operand, Cast) else operand
    if field.scope == "sme":
        assert submodel is not None
        yield from _element_values(field, submodel)
        return
    document = shell if field.scope == "aas" else submodel
    assert document is not None
    if field.name.startswith(("asset", "global", "specific")):
        document = document["assetInformation"]
    yield from _attribute(document, field.name.split("."), ())


def _attribute(place: Any, steps: list[str], indices: tuple[int, ...]) -> Iterator[Value]:
    if not steps:
        yield indices, place
        return
    name, _, index = steps[0].partition("[")
    if name not in place:
        return
    if not index:
        yield from _attribute(place[name], steps[1:], indices)
        return
    for number, one in enumerate(place[name]):
        if index == "]" or index == f"{number}]":
            yield from _attribute(one, steps[1:], (*indices, number))


def _element_values(field: Field, submodel: Json) -> Iterator[Value]:
    for number, (path, indices, element) in enumerate(_elements(submodel, "", ())):
        if field.path and re.fullmatch(re.escape(field.path).replace(r"\[\]", r"\[\d+\]"), path) is None:
            continue
        row = indices if field.path else (number,)
        language = element["modelType"] == "MultiLanguageProperty"
        if language and field.name in ("value", "language"):
            for n, text in enumerate(element.get("value", ())):
                yield (*row, n), text["text" if field.name == "value" else "language"]
        elif language and element.get("value"):
            for n in range(len(element["value"])):
                for _, value in _attribute(element, field.name.split("."), ()):
                    yield (*row, n), value
        elif field.name == "value":
            if element["modelType"] in ("Property", "File") and "value" in element:
                yield row, element["value"]
        elif field.name != "language":
            yield from ((row, value) for _, value in _attribute(element, field.name.split("."), ()))


def _elements(parent: Json, path: str, indices: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...], Json]]:
    kind = parent["modelType"]
    name = "submodelElements" if kind == "Submodel" else "value"
    if kind not in ("Submodel", "SubmodelElementCollection", "SubmodelElementList"):
        return
    for number, child in enumerate(parent.get(name, ())):
        inside = kind == "SubmodelElementList"
        where = f"{path}[{number}]" if inside else f"{path}.{child['idShort']}".lstrip(".")
        there = (*indices, number) if inside else indices
        yield where, there, child
        yield from _elements(child, where, there)


def _test(compare: Compare, left: Any, right: Any) -> bool:
    asked = {one.type for one in (compare.left, compare.right) if not isinstance(one, Field)}
    texts = compare.how in ("contains", "starts-with", "ends-with", "regex")
    if len(asked) > 1 and not texts:
        return compare.how == "ne"
    kind = "string" if texts or not asked else asked.pop()
    one, other = _read(left, kind), _read(right, kind)
    if compare.how == "ne":
        return one is None or other is None or one != other
    if one is None or other is None:
        return False
    if texts:
        return {
            "contains": lambda: other in one,
            "starts-with": lambda: one.startswith(other),
            "ends-with": lambda: one.endswith(other),
            "regex": lambda: re.search(other.replace("$", r"\Z"), one) is not None,
        }[compare.how]()
    if kind == "boolean" and compare.how in ("gt", "lt"):
        return False
    if kind == "boolean" and compare.how in ("ge", "le"):
        return bool(one == other)
    return bool(
        {
            "eq": lambda: one == other,
            "gt": lambda: one > other,
            "ge": lambda: one >= other,
            "lt": lambda: one < other,
            "le": lambda: one <= other,
        }[compare.how]()
    )


def _read(value: Any, kind: str) -> Any:
    if not isinstance(value, str) or kind == "string":
        return value
    return {
        "number": lexical.number,
        "boolean": lexical.boolean,
        "date-time": lexical.moment,
        "time": lexical.time_of_day,
        "hex": lexical.hexadecimal,
    }[kind](value)
