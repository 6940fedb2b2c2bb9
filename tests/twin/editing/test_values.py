from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aas_server.errors import BadInput
from aas_server.twin import views
from aas_server.twin.editing.values import decode_value, set_value
from aas_server.twin.elements import find
from aas_server.twin.metamodel import decode, verified

Json = dict[str, Any]
MODEL = {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:2"}]}
OTHER = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:other"}]}


@pytest.fixture
def rich(rich: Json) -> Json:
    event = {
        "modelType": "BasicEventElement",
        "idShort": "Event",
        "observed": {"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm:1"}]},
        "direction": "output",
        "state": "on",
    }
    rich["submodelElements"].append(event)
    plain: Json = msgspec.json.decode(verified("submodel", rich).body)
    return plain


def patch(rich: Json, path: str, given: str) -> list[str]:
    element = find(rich, path) if path else rich
    return set_value(element, decode_value(given.encode()), path)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "0." + "3" * 5000])
def test_what_is_read_of_a_number_of_any_size_can_be_set(rich: Json, number: str) -> None:
    whole = number.strip("-").isdigit()
    (speed,) = (one for one in rich["submodelElements"] if one["idShort"] == "Speed")
    speed |= {"valueType": "xs:integer" if whole else "xs:double", "value": number}
    shown = msgspec.json.encode(views.value(speed))
    assert shown.decode() == number
    assert set_value(speed, decode_value(shown), "Speed") == []
    assert set_value(speed, decode_value(b"-1"), "Speed") == ["Speed"]
    assert set_value(speed, decode_value(shown), "Speed") == ["Speed"] and speed["value"] == number


@pytest.mark.parametrize("wrong", [b"0" * 5000, b"+" + b"9" * 5000, b"9" * 5000 + b".", b'"' + b"9" * 5000])
def test_many_digits_do_not_hide_that_it_is_no_json(wrong: bytes) -> None:
    with pytest.raises(BadInput, match="json-unreadable"):
        decode_value(wrong)


@pytest.mark.parametrize(
    ("path", "given", "expected"),
    [
        ("Speed", "99.50", {"value": "99.50"}),
        ("Speed", '"99.25"', {"value": "99.25"}),
        ("Speed", "1e-3", {"value": "1e-3"}),
        ("Running", "false", {"value": "false"}),
        ("Running", '"1"', {"value": "1"}),
        ("Unknown", '"007"', {"value": "007"}),
        ("Name", '[{"de": "Motor"}]', {"value": [{"language": "de", "text": "Motor"}]}),
        ("Name", '{"de": "Motor"}', {"value": [{"language": "de", "text": "Motor"}]}),
        ("Name", '[{"language": "de", "text": "Motor"}]', {"value": [{"language": "de", "text": "Motor"}]}),
        ("Limits", '{"max": 12}', {"min": "1", "max": "12"}),
        ("Axes", '[{"Speed": 8.0}, {}]', None),
        ("Part", '{"globalAssetId": "urn:asset:8"}', {"globalAssetId": "urn:asset:8"}),
        ("Logo", '{"value": "aGk="}', {"contentType": "text/plain", "value": "aGk="}),
        ("Manual", '{"contentType": "text/html"}', {"contentType": "text/html"}),
        ("Ref", msgspec.json.encode(OTHER).decode(), {"value": OTHER}),
        ("Rel", msgspec.json.encode({"second": OTHER}).decode(), {"second": OTHER}),
        ("Event", msgspec.json.encode({"observed": MODEL}).decode(), {"observed": MODEL}),
        ("Note", '{"annotations": {"Speed": 4}}', None),
        ("Note", '{"annotations": [{"Speed": 4}]}', None),
    ],
)  # fmt: skip
def test_what_is_named_changes_and_keeps_its_digits(
    path: str, given: str, expected: Json | None, rich: Json
) -> None:
    before = find(rich, path)
    others = {name: part for name, part in before.items() if name not in (expected or {})}
    changed = patch(rich, path, given)
    assert changed and all(one.startswith(path) for one in changed)
    verified("submodel", rich)
    if expected is not None:
        assert find(rich, path) == others | expected


def test_values_are_set_all_through_a_submodel(rich: Json) -> None:
    given = '{"Speed": 2, "Axes": [{"Speed": 3}, {}], "Part": {"statements": {"Speed": 4}}, "Running": true}'
    assert patch(rich, "", given) == ["Speed", "Axes[0].Speed", "Part.Speed"]
    values = msgspec.json.decode(msgspec.json.encode(views.value(rich)))
    assert (values["Speed"], values["Axes"][0]["Speed"], values["Part"]["statements"]["Speed"]) == (2, 3, 4)


def test_what_is_read_can_be_written_back_and_changes_nothing(rich: Json) -> None:
    read = msgspec.json.encode(views.value(rich, "deep", "withBlobValue"))
    body = verified("submodel", rich).body
    assert set_value(rich, decode_value(read)) == []
    assert verified("submodel", rich).body == body


def test_null_takes_a_value_away(rich: Json) -> None:
    assert patch(rich, "", '{"Speed": null, "Name": null, "Limits": {"min": null}}') == ["Speed", "Name", "Limits"]
    assert not {"value", "min"} & {*find(rich, "Speed"), *find(rich, "Name"), *find(rich, "Limits")}


def test_a_specific_asset_id_keeps_what_else_it_says(rich: Json) -> None:
    part = find(rich, "Part")
    part["specificAssetIds"] = [{"name": "serial", "value": "1", "externalSubjectId": OTHER}]
    assert patch(rich, "Part", '{"specificAssetIds": [{"serial": "2"}, {"lot": "9"}]}') == ["Part"]
    assert part["specificAssetIds"] == [
        {"name": "serial", "value": "2", "externalSubjectId": OTHER},
        {"name": "lot", "value": "9"},
    ]


@pytest.mark.parametrize(
    ("path", "given", "key", "where"),
    [
        ("", '{"Nobody": 1}', "value-unknown", "Nobody"),
        ("", '{"Part": {"statements": {"Nobody": 1}}}', "value-unknown", "Part.Nobody"),
        ("", '{"Axes": [{"Speed": "fast"}, {}]}', "value-misfit", "Axes[0].Speed"),
        ("", '{"Start": {}}', "value-none", "Start"),
        ("", "[]", "value-misfit", "/"),
        ("Speed", "true", "value-misfit", "Speed"),
        ("Speed", "{}", "value-misfit", "Speed"),
        ("Running", "1", "value-misfit", "Running"),
        ("Unknown", "5", "value-misfit", "Unknown"),
        ("Limits", '{"max": 1.5}', "value-misfit", "Limits/max"),
        ("Limits", '{"mid": 1}', "value-part-unknown", "Limits"),
        ("Axes", "[{}]", "value-length", "Axes"),
        ("Axes", "{}", "value-misfit", "Axes"),
        ("Name", '[{"de": 5}]', "value-misfit", "Name/de"),
        ("Name", '[{"language": "de", "text": 5}]', "value-misfit", "Name/de"),
        ("Name", '[{"language": 5, "text": "Motor"}]', "value-misfit", "Name/language"),
        ("Ref", '{"type": "ExternalReference", "keys": [{"value": 5}]}', "value-misfit", "Ref"),
        ("Manual", '{"value": 5}', "value-misfit", "Manual/value"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_place(
    path: str, given: str, key: str, where: str, rich: Json
) -> None:
    with pytest.raises(BadInput) as caught:
        patch(rich, path, given)
    assert (caught.value.key, caught.value.values["path"]) == (key, where)


def test_a_year_without_end_is_no_date(rich: Json) -> None:
    find(rich, "Speed")["valueType"] = "xs:date"
    with pytest.raises(BadInput):
        patch(rich, "Speed", '"' + "9" * 5000 + '-01-01"')


@pytest.mark.parametrize("given", [b"", b"{", b"NaN", b'"\\ud800"', b"\xff", b"[" * 500 + b"]" * 500])
def test_rubbish_is_no_value(given: bytes) -> None:
    for read in (decode, decode_value):
        with pytest.raises(BadInput):
            read(given)
