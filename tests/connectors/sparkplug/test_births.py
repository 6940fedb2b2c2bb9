"""Births, aliases, sequence numbers, deaths, and asking for a birth."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.message import Undecodable
from connectors.sparkplug import Births

DOUBLE, INT64 = 10, 4


@pytest.fixture
def born(listener: Any, metric: Any, payload: Any, property_set: Any) -> Any:
    """A listener that has heard the births of a node (session 7) and of its press."""
    listener.hear("NBIRTH", payload(metric(name="bdSeq", datatype=INT64, long_value=7), seq=0))
    unit = property_set(engUnit="°C")
    listener.hear(
        "DBIRTH",
        payload(
            metric(name="temperature", alias=1, datatype=DOUBLE, properties=unit, double_value=20.0),
            metric(name="state", alias=2, datatype=12, string_value="idle"),
            seq=1,
        ),
        "press",
    )
    return listener


def test_a_birth_gives_values_units_and_presence(
    listener: Any, metric: Any, payload: Any, property_set: Any, values: Any
) -> None:
    raw = payload(
        metric(name="t", alias=1, datatype=DOUBLE, properties=property_set(engUnit="°C"), double_value=2.5), seq=0
    )
    (part,) = listener.hear("DBIRTH", raw, "press")
    assert values([part]) == {"t": 2.5, "$online": 1.0}
    assert part.topic == "spBv1.0/plant/+/edge/press"
    assert part.units == {"t": "°C"}
    assert listener.births.units(part.topic) == {"t": "°C"}


def test_data_is_read_by_alias(born: Any, metric: Any, payload: Any, values: Any) -> None:
    parts = born.hear(
        "DDATA", payload(metric(alias=1, double_value=21.5), metric(alias=2, string_value="run"), seq=2), "press"
    )
    assert values(parts) == {"temperature": 21.5, "state": "run"}
    assert not parts[0].flags


def test_an_unknown_alias_waits_for_the_birth(born: Any, metric: Any, payload: Any) -> None:
    mixed = payload(metric(alias=1, double_value=1.0), metric(alias=99, double_value=2.0), seq=2)
    with pytest.raises(Undecodable) as caught:
        born.hear("DDATA", mixed, "press", at=10)
    assert (caught.value.key, caught.value.values["metrics"]) == ("sparkplug-unknown-alias", "99")
    assert born.asked(at=10) == ["spBv1.0/plant/NCMD/edge"]
