from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aas_server.errors import BadInput
from aas_server.twin import views
from aas_server.twin.elements import find


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_values_follow_the_value_only_format(rich: dict[str, Any]) -> None:
    reference = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:1"}]}
    assert plain(views.value(rich, extent="withBlobValue")) == {
        "Speed": 1.5,
        "Running": True,
        "Name": [{"ko": "모터"}, {"en": "Motor"}],
        "Limits": {"min": 1, "max": 9},
        "Axes": [{"Speed": 7}, {"Speed": "INF"}],
        "Part": {"statements": {"Speed": 1.5}, "entityType": "SelfManagedEntity", "globalAssetId": "urn:asset:9"},
        "Logo": {"contentType": "text/plain", "value": "aGFsbG8="},
        "Manual": {"contentType": "text/plain", "value": "/aasx/files/manual.txt"},
        "Ref": reference,
        "Rel": {"first": reference, "second": reference},
        "Note": {"first": reference, "second": reference, "annotations": {"Speed": 1.5}},
    }


@pytest.mark.parametrize(
    ("text", "value_type", "json"),
    [
        ("1.50", "xs:double", b"1.50"),
        ("+007", "xs:integer", b"7"),
        (".5", "xs:decimal", b"0.5"),
        ("5.", "xs:decimal", b"5"),
        ("-0", "xs:int", b"-0"),
        ("1E3", "xs:double", b"1E3"),
        ("NaN", "xs:double", b'"NaN"'),
        ("123456789012345678901234567890", "xs:integer", b"123456789012345678901234567890"),
        ("12", "xs:string", b'"12"'),
        ("0", "xs:boolean", b"false"),
    ],
)
def test_numbers_keep_their_digits(text: str, value_type: str, json: bytes) -> None:
    assert msgspec.json.encode(views.scalar(text, value_type)) == json


def test_core_stops_below_the_direct_children(rich: dict[str, Any]) -> None:
    cut = views.cut(rich, "core", "withoutBlobValue")
    assert [one["idShort"] for one in cut["submodelElements"]] == [
        one["idShort"] for one in rich["submodelElements"]
    ]
    assert "value" not in find(cut, "Axes") and "statements" not in find(cut, "Part")
    assert "value" not in find(cut, "Logo")
    assert find(rich, "Axes[0].Speed"), "what was given is left as it is"


def test_metadata_bears_no_values(rich: dict[str, Any]) -> None:
    assert views.metadata(rich) == {"modelType": "Submodel", "id": "urn:sm:1", "idShort": "Motor"}
    speed = views.metadata(find(rich, "Speed"))
    assert speed == {"modelType": "Property", "idShort": "Speed", "valueType": "xs:double"}


def test_a_reference_names_each_step(rich: dict[str, Any]) -> None:
    keys = views.reference("urn:sm:1", rich, "Axes[1].Speed")["keys"]
    assert [(key["type"], key["value"]) for key in keys] == [
        ("Submodel", "urn:sm:1"),
        ("SubmodelElementList", "Axes"),
        ("SubmodelElementCollection", "1"),
        ("Property", "Speed"),
    ]


def test_paths_are_listed_deep_and_core(rich: dict[str, Any]) -> None:
    assert "Axes[1].Speed" in views.paths(rich)
    assert views.paths(find(rich, "Axes"), "Axes", "core") == ["Axes", "Axes[0]", "Axes[1]"]


@pytest.mark.parametrize("element", ["Turn", "Start"])
def test_what_has_no_value_says_so(element: str, rich: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        views.value(find(rich, element))
