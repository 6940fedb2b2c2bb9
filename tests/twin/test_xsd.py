from __future__ import annotations

import math

import pytest

from aas_server.twin.xsd import lexical


@pytest.mark.parametrize(
    ("value", "value_type", "text"),
    [
        (True, "xs:boolean", "true"),
        ("ON", "xs:boolean", "true"),
        (0, "xs:boolean", "false"),
        ("가동", "xs:boolean", None),
        (3.0, "xs:int", "3"),
        (3.5, "xs:int", None),
        (3.0, "xs:unsignedShort", "3"),
        ("1" * 5000 + "-01-01", "xs:date", None),
        (math.nan, "xs:double", "NaN"),
        (-math.inf, "xs:double", "-INF"),
        (1e22, "xs:double", "1e+22"),
        (12, "xs:string", "12"),
        (None, "xs:double", None),
        ("1.5", "xs:double", "1.5"),
    ],
)
def test_readings_become_values_of_the_elements_type(value: object, value_type: str, text: str | None) -> None:
    assert lexical(value, value_type) == text  # type: ignore[arg-type]
