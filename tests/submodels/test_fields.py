"""A field keeps what it says in each of its forms, and its concept description is legal."""

from __future__ import annotations

import json
from typing import Any

import aas_core3.jsonization as json30
import aas_core3.verification as verify30
import aas_core3_1.jsonization as json31
import aas_core3_1.verification as verify31
import pytest
from basyx.aas.adapter.json import AASToJsonEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from submodels import asset_interfaces, data_processing, time_series
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.concepts import concept_description, concept_descriptions
from submodels.data_processing import Coverage, DataProcessing
from submodels.field import Field, Unit
from submodels.text import both
from submodels.time_series import TimeSeries

# what XML 1.0 can carry, which the metamodel demands of every text
LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.builds(both, LETTERS, LETTERS)
CELSIUS = Unit("°C", "CEL", "0112/2///62720#UAA033")
UNITS = st.sampled_from([CELSIUS, Unit("psi", "PS"), Unit("°", "DD"), Unit("개")])
TYPES = st.sampled_from(["xs:double", "xs:long", "xs:string", "xs:boolean", "xs:dateTime", "xs:int"])
MEANINGS = st.sampled_from(["0112/2///61987#ABA927#005", "0173-1#02-AAQ203#001", "https://own.example/ids/cd/x"])


@st.composite
def fields(draw: st.DrawFn) -> Field:
    meaning = draw(MEANINGS)
    return Field(
        name=draw(LETTERS),
        id_short=draw(st.from_regex(r"f[a-zA-Z0-9_]{1,20}", fullmatch=True)),
        value_type=draw(TYPES),
        semantic_id=meaning,
        origin="own" if meaning.startswith("http") else "irdi",
        title=draw(TEXTS),
        definition=draw(st.one_of(TEXTS, st.just({}))),
        role=draw(st.sampled_from(["feature", "label", "key", "text", "time", "tag"])),
        unit=draw(st.none() | UNITS),
        minimum=draw(st.none() | NUMBERS),
        maximum=draw(st.none() | NUMBERS),
    )


@settings(max_examples=50)
@given(fields())
def test_a_field_comes_back_from_every_form(field: Field) -> None:
    series = TimeSeries("https://x.example/ts", "TimeSeries", both("가", "a"), {}, (field,), (), ())
    assert time_series.from_submodel(time_series.to_submodel(series)) == series
    feed = Feed("s1", "mqtt://h:1", "t", "flat-json", both("가", "a"), (field,))
    interfaces = AssetInterfaces("https://x.example/aid", (feed,))
    assert asset_interfaces.from_submodel(asset_interfaces.to_submodel(interfaces)) == interfaces
    processing = DataProcessing("https://x.example/dp", {"s1": 1}, (), {"s1": (field,)}, Coverage(1, 0, 0), "x")
    assert data_processing.from_submodel(data_processing.to_submodel(processing)) == processing


@settings(max_examples=50)
@given(fields())
def test_a_concept_description_is_legal_in_both_metamodels(field: Field) -> None:
    said = json.loads(json.dumps(concept_description(field), cls=AASToJsonEncoder))
    assert [str(error) for error in verify31.verify(json31.concept_description_from_jsonable(said))] == []
    assert [str(error) for error in verify30.verify(json30.concept_description_from_jsonable(said))] == []


def content(field: Field) -> Any:
    (specification,) = concept_description(field).embedded_data_specifications
    return specification.data_specification_content


TEMPERATURE = Field(
    "lower_mold_temp1", "lower_mold_temp1", "xs:double", "0112/2///61987#ABA927#005", "irdi",
    both("하부 금형 온도 1", "Lower mold temp 1"), both("하부", "Lower"), unit=CELSIUS,
)  # fmt: skip
OWN = Field(
    "molten_volume", "molten_volume", "xs:double", "https://own.example/ids/cd/molten_volume", "own",
    both("용탕 부피", "Molten volume"), both("용탕이 차지하는 공간", "Space the melt takes"),
)  # fmt: skip


def test_a_dictionary_entry_is_described_by_its_quantity_not_by_one_column() -> None:
    said = content(TEMPERATURE)
    assert dict(said.preferred_name) == {"ko": "온도", "en": "Temperature"}
    assert (said.unit, said.unit_id.key[0].value) == ("°C", "0112/2///62720#UAA033")
    assert said.data_type.name == "REAL_MEASURE"


def test_an_own_concept_is_described_by_its_field() -> None:
    said = content(OWN)
    assert dict(said.preferred_name) == {"ko": "용탕 부피", "en": "Molten volume"}
    assert dict(said.definition) == {"ko": "용탕이 차지하는 공간", "en": "Space the melt takes"}
    assert said.data_type.name == "REAL_COUNT"


def test_fields_of_one_meaning_share_a_description_without_a_unit_they_do_not_share() -> None:
    kelvin = Field("t", "tt", "xs:double", TEMPERATURE.semantic_id, "irdi", {}, {}, unit=Unit("K", "KEL"))
    one = concept_descriptions([TEMPERATURE, OWN, TEMPERATURE])
    assert [made.id for made in one] == [TEMPERATURE.semantic_id, OWN.semantic_id]
    (mixed,) = concept_descriptions([TEMPERATURE, kelvin])
    (specification,) = mixed.embedded_data_specifications
    assert specification.data_specification_content.unit is None


@pytest.mark.parametrize("title", [{"ko": "온도", "en": ""}, {}])
def test_a_name_in_one_language_only_will_do(title: dict[str, str]) -> None:
    lacking = Field("t", "tt", "xs:double", "https://own.example/cd/t", "own", title, {})
    assert content(lacking).preferred_name["en"] in ("온도", "t")
    assert content(lacking).definition["en"] in ("온도", "t")
