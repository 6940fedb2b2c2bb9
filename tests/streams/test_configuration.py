"""Descriptions and mappings by others configure the feed; what can't be honoured is refused and said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from basyx.aas import model
from basyx.aas.adapter.json import AASToJsonEncoder

from aas_server.errors import NotFound, Unavailable
from aas_server.ingest import binding, feeds
from aas_server.messages import catalogue as sentences
from aas_server.streams.configuration import Configuration, follower
from aas_server.twin.live import Overlay

ID, MAPPING, SINKS = "urn:plant:aid", "urn:plant:aimc", "urn:plant:live"
AID = "https://admin-shell.io/idta/AssetInterfacesDescription"
AIMC = "https://admin-shell.io/idta/AssetInterfacesMappingConfiguration"
WORKED = Path(__file__).parents[3] / "shared" / "aas" / "worked-example.json"


def outside(value: str) -> model.ExternalReference:
    return model.ExternalReference((model.Key(model.KeyTypes.GLOBAL_REFERENCE, value),))


def text(name: str, value: str) -> model.Property:
    return model.Property(name, model.datatypes.String, value)


def group(name: str | None, *parts: model.SubmodelElement, **more: Any) -> model.SubmodelElementCollection:
    return model.SubmodelElementCollection(name, parts, **more)


def member(name: str, kind: str, key: str = "", unit: str = "", meaning: str = "", **nested: Any) -> Any:
    parts: list[model.SubmodelElement] = [text("type", kind)]
    parts += [text("key", key)] if key else []
    parts += [text("unit", unit)] if unit else []
    parts += [model.ReferenceElement("valueSemantics", outside(meaning))] if meaning else []
    return group(name, *parts, *(group(inner, *found) for inner, found in nested.items()))


def affordance(name: str, href: str, *members: Any, kind: str = "object", **forms: str) -> Any:
    """In the way of the IDTA template: the topic stands in forms, members are nested."""
    inner = [group("properties", *members)] if members else []
    said = [text("href", href), *(text(key, value) for key, value in forms.items())]
    return group(name, text("type", kind), *inner, group("forms", *said))


def interface(
    *affordances: Any, base: str = "mqtt://127.0.0.1:1883/", protocol: str = "http://www.w3.org/2011/mqtt"
):
    return group(
        "Interface01",
        text("title", "Press"),
        group("EndpointMetadata", text("base", base), text("contentType", "application/json")),
        group("InteractionMetadata", group("properties", *affordances)),
        semantic_id=outside(f"{AID}/1/0/Interface"),
        supplemental_semantic_id=[outside(protocol), outside("https://www.w3.org/2019/wot/td")],
    )


def description(*interfaces: Any, id: str = ID, version: str = "1/1/Submodel ") -> model.Submodel:
    return model.Submodel(id, interfaces, id_short="Interfaces", semantic_id=outside(f"{AID}/{version}"))


def sinks(**types: Any) -> model.Submodel:
    return model.Submodel(SINKS, [model.Property(name, kind) for name, kind in types.items()], id_short="Live")


def model_reference(*keys: tuple[str, str]) -> model.ModelReference[Any]:
    made = tuple(model.Key(model.KeyTypes[kind], value) for kind, value in keys)
    return model.ModelReference(made, model.SubmodelElement)


def source(*path: str, id: str = ID) -> model.ModelReference[Any]:
    return model_reference(("SUBMODEL", id), *(("SUBMODEL_ELEMENT_COLLECTION", name) for name in path))


def mapping(*pairs: tuple[str, Any, str], code: bytes = b"", version: str = "2/0/Submodel") -> model.Submodel:
    def side(kind: str, index: int) -> model.SubmodelElementList[Any]:
        each = [
            group(None, model.ReferenceElement(kind, (one, target)[index]), text(f"{kind}Id", name))
            for name, one, sink in pairs
            for target in [model_reference(("SUBMODEL", SINKS), ("PROPERTY", sink))]
        ]
        return model.SubmodelElementList(f"{kind}s", model.SubmodelElementCollection, each)

    parts = [side("Source", 0), side("Sink", 1)]
    blob = [model.Blob("Transformation", "text/plain", code)] if code else []
    whole = model.SubmodelElementList(
        "MappingConfigurations", model.SubmodelElementCollection, [group(None, *blob, *parts)]
    )
    return model.Submodel(MAPPING, [whole], id_short="Mapping", semantic_id=outside(f"{AIMC}/{version}"))


PRESS = ("Interface01", "InteractionMetadata", "properties", "press", "properties")


def press(*more: Any, **forms: str) -> Any:
    return affordance(
        "press",
        "line/press",
        member("ts", "string", meaning="0112/2///61360_4#ADA387#001"),
        member("oil_temp", "number", key="oil temp", unit="CEL"),
        group("head", text("type", "object"), group("properties", member("count", "integer"))),
        *more,
        **forms,
    )


@pytest.fixture
def put(house) -> Callable[[Any], None]:
    """Store submodels through the repository, as REST does; configure at once."""

    def stored(*submodels: Any) -> None:
        for one in submodels:
            body = one if isinstance(one, bytes) else AASToJsonEncoder().encode(one).encode()
            house.runner.run(house.repository.put("submodel", body))
        configure(house)

    return stored


def configure(house) -> Configuration:
    configuration = Configuration(house.store, house.runner.run)
    configuration.catch_up()
    return configuration


def delete(house, id: str) -> None:
    house.runner.run(house.repository.change("submodel", id, lambda _: None))
    configure(house)


def refused(house, id: str = ID) -> dict[str, str]:
    return {one.key: one.path for one in configure(house).findings(id)}


def test_a_description_by_others_declares_types_units_and_time(house, put):
    put(description(interface(press())))
    declared = feeds.declaration(house.store.catalogue, "line_press")
    assert (declared.state, declared.origin, declared.topic) == ("adopted", ID, "line/press")
    assert declared.types == {"ts": "string", "oil temp": "double", "head.count": "int64"}
    assert declared.units == {"oil temp": "°C"} and declared.time_column == "ts"
    assert refused(house) == {}
    assert house.desk().row("line_press").state == "adopted"


@pytest.mark.parametrize("version", ["1/0/Submodel", "1/1/Submodel", " 1/2/Submodel".strip(), "1/1"])
def test_every_version_of_the_template_counts(house, put, version):
    put(description(interface(press()), version=version))
    assert feeds.declaration(house.store.catalogue, "line_press").state == "adopted"


def test_messages_are_read_as_described(house, put, publish):
    put(description(interface(press())))
    publish("line/press", {"ts": "2026-01-01T00:00:00Z", "oil temp": "41.5", "head": {"count": 3}, "timestamp": 1})
    rows = house.desk().show("line_press").sample
    assert rows[0]["time"] == "2026-01-01T00:00:00Z" and rows[0]["oil temp"] == 41.5 and rows[0]["head.count"] == 3


def test_a_mapping_by_others_binds_live_values(house, put, publish):
    put(
        description(interface(press())),
        sinks(Oil=model.datatypes.Double, Count=model.datatypes.Int),
        mapping(
            ("a", source(*PRESS, "oil_temp"), "Oil"), ("b", source(*PRESS, "head", "properties", "count"), "Count")
        ),
    )
    assert refused(house, MAPPING) == {}
    assert binding.bound(house.store.catalogue, SINKS) == {
        "Oil": ("line_press", "oil temp"),
        "Count": ("line_press", "head.count"),
    }
    publish("line/press", {"oil temp": 41.5, "head": {"count": 3}})
    document = house.runner.run(house.repository.get("submodel", SINKS))
    overlay = Overlay(house.store)
    shown = json.loads(overlay.laid_over(document.body, overlay.binding(SINKS)))
    assert {one["idShort"]: one["value"] for one in shown["submodelElements"]} == {"Oil": "41.5", "Count": "3"}


def test_a_sink_that_comes_later_is_bound_then(house, put):
    put(description(interface(press())), mapping(("a", source(*PRESS, "oil_temp"), "Oil")))
    assert list(refused(house, MAPPING)) == ["aimc-sink-unknown"]
    put(sinks(Oil=model.datatypes.Double))
    assert refused(house, MAPPING) == {}
    delete(house, ID)
    assert list(refused(house, MAPPING)) == ["aimc-source-unknown"]
    assert binding.bound(house.store.catalogue, SINKS) == {}


def test_what_cannot_be_honoured_is_refused_and_said(house, put):
    put(
        sinks(Oil=model.datatypes.Boolean, Word=model.datatypes.String),
        description(
            interface(
                press(),
                affordance("again", "line/press", member("aa", "number")),
                affordance("send", "line/cmd", member("aa", "number"), mqv_controlPacket="publish"),
                affordance("wrong", "line/%23/x", member("aa", "number")),
                affordance("binary", "line/bin", member("aa", "number"), contentType="application/cbor"),
                group("empty", text("type", "object")),
            ),
        ),
        mapping(
            ("a", source(*PRESS, "oil_temp"), "Oil"),
            ("b", source(*PRESS, "nothing"), "Word"),
            ("c", source(*PRESS, "oil_temp"), "Nowhere"),
        ),
    )
    assert set(refused(house)) == {
        "aid-topic-twice",
        "aid-not-subscribed",
        "aid-topic-wrong",
        "aid-content-type",
        "aid-without-topic",
    }
    assert set(refused(house, MAPPING)) == {"aimc-type-conflict", "aimc-source-unknown", "aimc-sink-unknown"}
    for key in (*refused(house), *refused(house, MAPPING)):
        assert set(sentences()[key]) == {"ko", "en"}


def test_other_protocols_are_not_connected_to(house, put):
    put(description(interface(press(), protocol="http://www.w3.org/2011/http", base="http://plc.example/")))
    assert list(refused(house)) == ["aid-protocol-other"]
    assert feeds.declaration(house.store.catalogue, "line_press").state == "discovered"


def test_code_in_data_is_never_run(house, put, tmp_path):
    code = f"os.execute('touch {tmp_path}/ran')".encode()
    put(description(interface(press())), sinks(Oil=model.datatypes.Double))
    put(mapping(("a", source(*PRESS, "oil_temp"), "Oil"), code=code))
    assert list(refused(house, MAPPING)) == ["aimc-transformation"]
    assert not (tmp_path / "ran").exists() and binding.bound(house.store.catalogue, SINKS) == {}


def test_a_mapping_of_version_1_is_refused(house, put):
    put(mapping(("a", source(*PRESS, "oil_temp"), "Oil"), version="1/0/Submodel"))
    assert list(refused(house, MAPPING)) == ["aimc-version-1"]


def test_two_descriptions_that_differ_do_not_share_a_topic(house, put):
    put(description(interface(press())))
    other = affordance("press", "line/press", member("oil_temp", "string", key="oil temp"))
    put(description(interface(other), id="urn:other"))
    assert list(refused(house, "urn:other")) == ["aid-topic-claimed"] and refused(house) == {}
    assert feeds.declaration(house.store.catalogue, "line_press").origin == ID
    delete(house, ID)
    declared = feeds.declaration(house.store.catalogue, "line_press")
    assert (declared.origin, declared.types) == ("urn:other", {"oil temp": "string"})
    delete(house, "urn:other")
    assert feeds.declaration(house.store.catalogue, "line_press") == feeds.Declaration()


def test_what_people_declared_comes_back_when_the_description_goes(house, put):
    mine = feeds.Declaration(zone="Asia/Seoul", units={"p": "bar"})
    feeds.declare(house.store.catalogue, "line_press", mine)
    put(description(interface(press())))
    declared = feeds.declaration(house.store.catalogue, "line_press")
    assert declared.zone == "Asia/Seoul" and declared.units == {"oil temp": "°C", "p": "bar"}
    delete(house, ID)
    assert feeds.declaration(house.store.catalogue, "line_press") == mine


def test_what_people_declared_outlives_a_crash_in_the_middle(house, put, monkeypatch):
    mine = feeds.Declaration(zone="Asia/Seoul")
    feeds.declare(house.store.catalogue, "line_press", mine)

    def killed(*given):
        declare(*given)
        raise Unavailable("store-disk-full", file="here")

    with monkeypatch.context() as moment:
        declare = feeds.declare
        moment.setattr(feeds, "declare", killed)
        with pytest.raises(Unavailable):
            put(description(interface(press())))
    configure(house)
    delete(house, ID)
    assert feeds.declaration(house.store.catalogue, "line_press") == mine


def test_single_values_below_a_device_are_one_stream(house, put):
    put(
        description(
            interface(
                affordance("speed", "plant/mill/speed", kind="number"),
                affordance("state", "plant/mill/state", kind="string"),
            )
        )
    )
    assert refused(house) == {}
    (row,) = house.desk().all()
    assert (row.topic, row.state) == ("plant/mill/#", "adopted")


def test_a_filter_of_a_description_joins_its_topics(house, put, publish):
    put(description(interface(affordance("all", "line/%2B/shot", member("pp", "number")))))
    publish("line/a/shot", {"pp": 1})
    publish("line/b/shot", {"pp": 2})
    (row,) = house.desk().all()
    assert (row.topic, row.records, row.state) == ("line/+/shot", 2, "adopted")


def test_records_read_by_the_former_description_are_told_of(house, put, publish):
    publish("line/press", {"ts": "2026-01-01T00:00:00Z", "oil temp": 1.5}, {"oil temp": 2.5})
    put(description(interface(press())))
    assert refused(house) == {}, "a description of what was found changes nothing"
    changed = affordance("press", "line/press", member("oil_temp", "string", key="oil temp"))
    put(description(interface(changed)))
    (finding,) = configure(house).findings(ID)
    assert finding.key == "stream-read-formerly" and finding.values["records"] == "2"
    assert finding.severity == "note"


def test_nothing_is_looked_at_twice(house, put):
    put(description(interface(press())))
    assert configure(house).catch_up() is False


def test_strange_documents_do_no_harm(house, put):
    deep: Any = member("xx", "number")
    for level in range(60):
        deep = group(f"l{level}", text("type", "object"), group("properties", deep))
    put(
        description(
            interface(affordance("deep", "line/deep", deep)), model.Property("odd", model.datatypes.String)
        )
    )
    assert list(refused(house)) == ["aid-too-large"]
    with pytest.raises(NotFound):
        house.desk().show("line_press")


def test_a_name_that_leads_out_of_the_folder_is_refused(house, put, publish):
    one = press()
    one.extension.add(model.Extension("payload", model.datatypes.String, "flat-json"))
    one.extension.add(model.Extension("stream", model.datatypes.String, "../../outside"))
    put(description(interface(one)))
    assert list(refused(house)) == ["aid-stream-name-wrong"]
    publish("line/press", {"a": 1})
    assert [row.name for row in house.desk().all()] == ["line_press"]


def test_a_poisoned_description_does_not_hold_up_the_others(house, put, monkeypatch):
    def poisoned(document):
        if document["id"] == "urn:poison":
            raise RuntimeError("nobody foresaw this")
        return read(document)

    read = follower.interface.read
    monkeypatch.setattr(follower.interface, "read", poisoned)
    put(description(interface(press()), id="urn:poison"), description(interface(press())))
    assert list(refused(house, "urn:poison")) == ["configuration-unreadable"]
    assert feeds.declaration(house.store.catalogue, "line_press").origin == ID


@pytest.mark.shared
@pytest.mark.skipif(not WORKED.exists(), reason="needs ../shared/aas/worked-example.json")
def test_the_worked_example(house, put, publish):
    documents = json.loads(WORKED.read_text("utf-8"))["submodels"]
    for one in documents[:3]:
        put(json.dumps(one).encode())
    publish("plant1/mill07/telemetry", {"ts": "2026-11-21T23:59:58Z", "spindle-speed": 12000, "vib_rms": 0.61})
    stream = house.desk().row("plant1/mill07/telemetry")
    assert stream.state == "adopted" and stream.first is not None
    aimc, live = documents[1]["id"], documents[2]["id"]
    assert "aimc-transformation" in refused(house, aimc)
    assert binding.bound(house.store.catalogue, live)["VibrationVelocityRMS"] == (stream.name, "vib_rms")
