from __future__ import annotations

import time
from typing import Any

import pytest
import re2

from aas_server.errors import BadInput, NotSupported
from aas_server.store.contract.condition import (
    AllOf,
    AnyOf,
    Cast,
    Compare,
    Constant,
    Field,
    Given,
    Match,
    Not,
)
from aas_server.twin.query import read
from aas_server.twin.query.pattern import portable


def condition(given: Any) -> Any:
    return read({"$condition": given}).condition


def eq(left: Any, right: Any) -> dict[str, Any]:
    return {"$eq": [left, right]}


def field(text: str) -> Field:
    found = condition(eq({"$field": text}, {"$strVal": "x"})).left
    assert isinstance(found, Field)
    return found


def test_every_part_of_the_language_is_read() -> None:
    simple = eq({"$field": "$sm#idShort"}, {"$strVal": "x"})
    compare = Compare(Field("sm", "idShort"), "eq", Given("x"))
    assert condition({"$and": [simple, {"$not": simple}]}) == AllOf((compare, Not(compare)))
    assert condition({"$or": [simple, {"$boolean": False}]}) == AnyOf((compare, Constant(False)))
    assert condition({"$match": [simple, {"$match": [simple]}]}) == Match((compare, Match((compare,))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$aas#assetInformation.assetKind", Field("aas", "assetKind")),
        ("$aas#submodels[3]", Field("aas", "submodels[3].keys[0].value")),
        ("$aas#submodels", Field("aas", "submodels[].keys[0].value")),
        ("$aas#submodels[].keys[].type", Field("aas", "submodels[].keys[].type")),
        (
            "$aas#assetInformation.specificAssetIds[01].externalSubjectId",
            Field("aas", "specificAssetIds[1].externalSubjectId.keys[0].value"),
        ),
        ("$sm#semanticId", Field("sm", "semanticId.keys[0].value")),
        ("$sme#value", Field("sme", "value")),
        ("$sme.A.B-c[][0].D#semanticId.type", Field("sme", "semanticId.type", "A.B-c[][0].D")),
        ("$cd#id", Field("cd", "id")),
        (
            "$aasdesc#submodelDescriptors[].endpoints[0].protocolinformation.href",
            Field("aasdesc", "submodelDescriptors[].endpoints[0].protocolinformation.href"),
        ),
        ("$smdesc#endpoints[].interface", Field("smdesc", "endpoints[].interface")),
    ],
)
def test_a_field_is_read_as_facts_name_it(text: str, found: Field) -> None:
    assert field(text) == found


@pytest.mark.parametrize(
    "text",
    ["$sm", "$sm#", "$sm.A#idShort", "$sme.#value", "$sme.1A#value", "$sme#name", "$x#id", "$aas#assetKind"],
)
def test_what_is_no_field_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        field(text)


def test_constants_are_read_by_their_type() -> None:
    def given(name: str, value: Any) -> Any:
        return condition(eq({"$field": "$sm#id"}, {name: value})).right

    assert given("$numVal", 3) == Given(3.0, "number")
    assert given("$boolean", True) == Given(True, "boolean")
    assert given("$hexVal", "16#AF") == Given("16#AF", "hex")
    assert given("$timeVal", "08:30") == Given("08:30", "time")
    assert given("$numCast", {"$strVal": "1.5"}) == Given(1.5, "number")
    assert given("$strCast", {"$numVal": 5}) == Given("5")
    assert given("$boolCast", {"$strVal": "1"}) == Given(True, "boolean")
    assert given("$year", "2024-02-29T23:30:00-05:00") == Given(2024.0, "number")
    assert given("$dayOfWeek", "2024-02-29T23:30:00-05:00") == Given(4.0, "number")
    assert given("$numCast", {"$field": "$sm#idShort"}) == Cast(Field("sm", "idShort"), "number")
    moment = {"$dateTimeCast": {"$field": "$sm#idShort"}}
    assert given("$timeCast", moment) == Cast(Field("sm", "idShort"), "time")
    with pytest.raises(NotSupported):
        given("$strCast", {"$numCast": {"$field": "$sm#idShort"}})
    for name, value in (
        ("$numVal", "3"),
        ("$numVal", True),
        ("$numVal", 10**400),
        ("$hexVal", "AG"),
        ("$strVal", 3),
    ):
        with pytest.raises(BadInput):
            given(name, value)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"^a\.b$", "a.b", "axb"),
        (r"\d{2,3}-\w+", "x12-a_9", "1-a"),
        (r"[^\s]가[a-c-]$", "x가-", " 가-"),
        (r"(ab|c)+?d", "zcabd", "abe"),
        (r"a.c", "abc", "a\nc"),
        (r"[\d_]x", "_x", "ax"),
    ],
)
def test_a_pattern_means_what_it_says(pattern: str, matching: str, other: str) -> None:
    found = re2.compile(portable(pattern))
    assert found.search(matching)
    assert not found.search(other)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\1",
        "(?=a)",
        "(?i)a",
        "(",
        ")",
        "[a",
        "[]",
        "[z-a]",
        "a**",
        "*a",
        "a{3,2}",
        "(a{20}){20}",
        r"\p{L}",
        "\\",
        "+",
        "a" * 501,
    ],
)
def test_a_pattern_that_engines_read_apart_or_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(BadInput):
        portable(pattern)


def test_a_pattern_made_to_take_for_ever_does_not() -> None:
    found = re2.compile(portable(r"(a*)*(a|aa)+$"))
    before = time.thread_time()
    assert not found.search("a" * 20_000 + "b")
    assert time.thread_time() - before < 2
