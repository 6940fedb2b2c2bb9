"""The description of the feed and its mapping, as a gateway's engineer or another tool reads and edits them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from basyx.aas import model

from submodels import asset_interfaces, operational_data
from submodels.asset_interfaces import AssetInterfaces, Feed
from submodels.field import Field, Unit
from submodels.text import both

FIELD = Field(
    "Mold Temp 1", "Mold_Temp_1", "xs:double", "0112/2///61987#ABA927#005", "irdi", both("온도", "Temp"), {}, "tag"
)


def described(broker: str, topic: str = "a/b") -> model.Submodel:
    feed = Feed("cell-1", broker, topic, "mos-type-4", both("태그", "Tags"), (FIELD,))
    return asset_interfaces.to_submodel(AssetInterfaces("https://x.example/aid", (feed,)))


def at(submodel: model.Submodel, *path: str) -> Any:
    found: Any = submodel
    for id_short in path:
        found = found.get_referable(id_short)
    return found


FIELD_PATH = ("InterfaceMQTT", "InteractionMetadata", "properties", "cell_1", "properties", "Mold_Temp_1")


def test_a_name_that_is_no_id_short_stands_in_key() -> None:
    submodel = described("mqtt://h:1883")
    assert at(submodel, *FIELD_PATH, "key").value == "Mold Temp 1"
    assert at(submodel, *FIELD_PATH[:4], "key").value == "cell-1"


def test_no_password_gets_into_the_description() -> None:
    submodel = described("mqtt://user:secret@h:1883")
    assert at(submodel, "InterfaceMQTT", "EndpointMetadata", "base").value == "mqtt://h:1883/"
    assert asset_interfaces.from_submodel(submodel).feeds[0].broker == "mqtt://h:1883"


@pytest.mark.parametrize(
    ("topic", "href"),
    [("a/b", "a/b"), ("a/#", "a/%23"), ("/a/+/b", ".//a/+/b"), ("a/50%/%23", "a/50%25/%2523")],
)
def test_a_topic_filter_is_a_legal_href_and_comes_back(topic: str, href: str) -> None:
    submodel = described("mqtt://h:1883", topic)
    assert at(submodel, *FIELD_PATH[:4], "forms", "href").value == href
    assert asset_interfaces.from_submodel(submodel).feeds[0].topic == topic


def test_a_source_that_is_no_url_is_kept() -> None:
    assert asset_interfaces.from_submodel(described("embedded")).feeds[0].broker == "embedded"


def test_what_was_edited_in_the_elements_counts() -> None:
    submodel = described("mqtt://h:1883")
    datum = at(submodel, *FIELD_PATH)
    datum.value.add(
        model.Property("unit", model.datatypes.String, "KEL", semantic_id=datum.get_referable("type").semantic_id)
    )
    datum.get_referable("type").value = "integer"
    datum.get_referable("valueSemantics").value = model.ExternalReference(
        (model.Key(model.KeyTypes.GLOBAL_REFERENCE, "https://own.example/cd/x"),)
    )
    (edited,) = asset_interfaces.from_submodel(submodel).feeds[0].fields
    assert edited.unit == Unit("K", "KEL", "0112/2///62720#UAA185")
    assert (edited.value_type, edited.semantic_id, edited.origin) == ("xs:long", "https://own.example/cd/x", "own")


def test_interfaces_of_other_protocols_are_passed_over() -> None:
    submodel = described("mqtt://h:1883")
    submodel.get_referable("InterfaceMQTT").supplemental_semantic_id.clear()
    assert asset_interfaces.from_submodel(submodel).feeds == ()


def test_sources_and_sinks_are_paired_and_lead_to_elements(all_cases: Any) -> None:
    cases = {case.name: case.submodel for case in all_cases}
    targets = {one.id: one for one in cases.values()}
    mapping = cases["AssetInterfacesMappingConfiguration"]
    pairs = 0
    for configuration in mapping.get_referable("MappingConfigurations").value:
        sources = {
            one.get_referable("SourceId").value: one.get_referable("Source").value
            for one in configuration.get_referable("Sources").value
        }
        sinks = {
            one.get_referable("SinkId").value: one.get_referable("Sink").value
            for one in configuration.get_referable("Sinks").value
        }
        assert sources.keys() == sinks.keys()
        for name, source in sources.items():
            assert source.key[0].value in targets
            at(targets[source.key[0].value], *(key.value for key in source.key[1:]))
            if not name.startswith("other."):
                at(targets[sinks[name].key[0].value], *(key.value for key in sinks[name].key[1:]))
            pairs += 1
        assert "Transformation" not in {one.id_short for one in configuration.value}
    assert pairs == 9


@pytest.mark.parametrize(
    ("stream", "path"),
    [
        ("shots", "shots.Mold_Temp_1"),
        ("cell-1_tags", "cell_1_tags.Mold_Temp_1"),
        ("7up", "x_7up.Mold_Temp_1"),
        ("a", "x_a.Mold_Temp_1"),
    ],
)
def test_the_path_of_a_live_value_leads_to_its_property(stream: str, path: str) -> None:
    assert operational_data.path_of(stream, FIELD) == path
    data = operational_data.OperationalData("https://x.example/od", {stream: (FIELD,)})
    assert at(operational_data.to_submodel(data), *path.split(".")).semantic_id.key[0].value == FIELD.semantic_id


@pytest.mark.parametrize("value", ["NaN", "inf", "-INF", "warm"])
def test_a_live_value_that_is_no_number_is_refused(value: str) -> None:
    data = operational_data.OperationalData(
        "https://x.example/od", {"s1": (FIELD,)}, {"s1": {FIELD.id_short: value}}
    )
    with pytest.raises(ValueError, match=r".+"):
        operational_data.to_submodel(data)


def test_an_unknown_unit_is_kept_as_it_is_written() -> None:
    odd = dataclasses.replace(FIELD, unit=Unit("shots/h"))
    feed = Feed("s1", "mqtt://h:1", "t", "flat-json", both("가", "a"), (odd,))
    interfaces = AssetInterfaces("https://x.example/aid", (feed,))
    assert asset_interfaces.from_submodel(asset_interfaces.to_submodel(interfaces)) == interfaces
