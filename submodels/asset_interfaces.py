"""AssetInterfacesDescription (IDTA 02017) and AssetInterfacesMappingConfiguration (IDTA 02027): the feed.

These two are the one truth for what a field of the feed means and where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from basyx.aas import model

from submodels import elements, fields, reading
from submodels.field import Field
from submodels.operational_data import path_of, stream_id_short
from submodels.text import Text
from templates.smt import template

DESCRIPTION_KIND = "AssetInterfacesDescription"
MAPPING_KIND = "AssetInterfacesMappingConfiguration"


@dataclass(frozen=True, slots=True)
class Feed:
    """One stream as it arrives: ``topic`` (a filter) at ``broker`` (``mqtt://host:port``). ``payload`` names the
    form, such as ``flat-json`` (one object a record), ``mos-type-4`` (tags in an array), or ``as-found``: each
    message as its own topic and shape tell. Where it ``joins``, all messages under ``topic`` are this one stream;
    ``device`` is the topic below which single values are tags of it. ``zone``: of times that name none;
    ``interval``: seconds between expected points."""

    stream: str
    broker: str
    topic: str
    payload: str
    title: Text
    fields: tuple[Field, ...]
    qos: int = 1
    joins: bool = True
    device: str | None = None
    zone: str | None = None
    interval: float | None = None


@dataclass(frozen=True, slots=True)
class AssetInterfaces:
    """All feeds of one shell."""

    id: str
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which described field is which element: source path in the description, sink in ``OperationalData``."""

    id: str
    interfaces: AssetInterfaces
    operational_data_id: str


_MQTT = "http://www.w3.org/2011/mqtt"
_BY_BROKER = "InterfaceMQTT"
_CONTENT_TYPE = "application/json"


def to_submodel(interfaces: AssetInterfaces) -> model.Submodel:
    """One interface per broker, one property per feed, one nested property per field.

    AID 1.1 addresses a payload by nesting, member by member; it knows no way into an array of ``{tag, value}``.
    Our convention for ``mos-type-4``: each tag is described as a member whose ``key`` is the tag; the extension
    ``payload`` of the feed's property says so. What the broker demands to log in is not written down.
    """
    brokers = _by_broker(interfaces)
    return elements.submodel(
        DESCRIPTION_KIND,
        interfaces.id,
        {name: _interface(interfaces.id, name, broker, feeds) for name, (broker, feeds) in brokers.items()},
    )


def from_submodel(submodel: model.Submodel) -> AssetInterfaces:
    """Interfaces of other protocols than MQTT are passed over."""
    feeds: list[Feed] = []
    (shape,) = template(DESCRIPTION_KIND).elements
    for one in submodel.submodel_element:
        if _MQTT not in (reference.key[0].value for reference in one.supplemental_semantic_id):
            continue
        said = reading.value_of(shape, one)
        broker = str(said.get("EndpointMetadata", {}).get("base", "")).rstrip("/")
        described = said.get("InteractionMetadata", {}).get("properties", {})
        feeds += [_feed(id_short, broker, one) for id_short, one in described.items() if isinstance(one, dict)]
    return AssetInterfaces(submodel.id, tuple(feeds))


def mapping_to_submodel(mapping: Mapping) -> model.Submodel:
    """Sources and sinks in pairs of equal ids, without a Transformation (AIMC 2.0); a feed is one configuration.

    The sink is the field's property in ``OperationalData``. That the value is also appended to the time series is
    our convention: a sink is one element."""
    configurations = []
    for name, (_, feeds) in _by_broker(mapping.interfaces).items():
        for feed in feeds:
            sources = [_source(mapping.interfaces.id, name, feed, one) for one in feed.fields]
            sinks = [_sink(mapping.operational_data_id, feed, one) for one in feed.fields]
            configurations.append({"Sources": sources, "Sinks": sinks})
    return elements.submodel(MAPPING_KIND, mapping.id, {"MappingConfigurations": configurations})


def mapping_from_submodel(submodel: model.Submodel, interfaces: AssetInterfaces) -> Mapping:
    """``interfaces``: what the sources refer to."""
    operational_data_id = ""
    for configuration in reading.values_of(submodel, MAPPING_KIND)["MappingConfigurations"]:
        for sink in configuration["Sinks"]:
            operational_data_id = sink["Sink"].key[0].value
    return Mapping(submodel.id, interfaces, operational_data_id)


def _by_broker(interfaces: AssetInterfaces) -> dict[str, tuple[str, list[Feed]]]:
    feeds: dict[str, list[Feed]] = {}
    for feed in interfaces.feeds:
        feeds.setdefault(_base(feed.broker), []).append(feed)
    return {
        _BY_BROKER if number == 1 else f"{_BY_BROKER}_{number}": (broker, of_broker)
        for number, (broker, of_broker) in enumerate(feeds.items(), start=1)
    }


def _base(broker: str) -> str:
    """The broker's address without user and password, with the slash that ends a base."""
    scheme, separator, rest = broker.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2].rstrip('/')}/"


def _interface(id: str, name: str, broker: str, feeds: list[Feed]) -> dict[str, Any]:
    security = elements.submodel_reference(
        id, *_collections(name, "EndpointMetadata", "securityDefinitions", "nosec_sc")
    )
    return {
        "title": f"MQTT {broker}",
        "EndpointMetadata": {
            "base": broker,
            "contentType": _CONTENT_TYPE,
            "security": [security],
            "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}},
        },
        "InteractionMetadata": {
            "properties": {stream_id_short(feed.stream): _property(feed, security) for feed in feeds}
        },
    }


def _property(feed: Feed, security: model.ModelReference[Any]) -> dict[str, Any]:
    return {
        "key": feed.stream if feed.stream != stream_id_short(feed.stream) else None,
        "type": "object",
        "title": feed.title.get("en") or feed.title.get("ko"),
        "observable": True,
        "properties": {one.id_short: fields.datum(one) for one in feed.fields},
        "forms": {
            "href": _href(feed.topic),
            "contentType": _CONTENT_TYPE,
            "security": [security],
            "mqv_controlPacket": "subscribe",
            "mqv_qos": str(feed.qos),
        },
        elements.EXTENSIONS: _extensions(feed),
        elements.DISPLAY_NAME: feed.title,
    }


def _extensions(feed: Feed) -> dict[str, str]:
    """What the template has no element for; what is usual is not said."""
    said = {
        "payload": feed.payload,
        "joins": None if feed.joins else "false",
        "device": feed.device,
        "zone": feed.zone,
        "interval": None if feed.interval is None else f"{feed.interval:g}",
    }
    return {name: value for name, value in said.items() if value is not None}


def _feed(id_short: str, broker: str, said: dict[str, Any]) -> Feed:
    described = said.get("properties", {})
    forms = said["forms"]
    rest = said.get(elements.EXTENSIONS, {})
    return Feed(
        stream=said.get("key", id_short),
        broker=broker,
        topic=_topic(forms["href"]),
        payload=rest.get("payload", "flat-json"),
        title=said.get(elements.DISPLAY_NAME) or {"en": said.get("title", id_short)},
        fields=tuple(fields.field_of_datum(key, one) for key, one in described.items() if isinstance(one, dict)),
        qos=int(forms.get("mqv_qos", "1")),
        joins=rest.get("joins") != "false",
        device=rest.get("device"),
        zone=rest.get("zone"),
        interval=float(rest["interval"]) if "interval" in rest else None,
    )


def _href(topic: str) -> str:
    """A topic relative to the base (AID, annex on MQTT): ``#`` as ``%23``, a leading slash as ``.//``."""
    quoted = topic.replace("%", "%25").replace("#", "%23")
    return f".//{quoted[1:]}" if quoted.startswith("/") else quoted


def _topic(href: str) -> str:
    plain = f"/{href[3:]}" if href.startswith(".//") else href
    return plain.replace("%23", "#").replace("%25", "%")


def _collections(*names: str) -> list[tuple[model.KeyTypes, str]]:
    return [(model.KeyTypes.SUBMODEL_ELEMENT_COLLECTION, name) for name in names]


def _source(id: str, interface: str, feed: Feed, one: Field) -> dict[str, Any]:
    path = _collections(
        interface, "InteractionMetadata", "properties", stream_id_short(feed.stream), "properties", one.id_short
    )
    return {"Source": elements.submodel_reference(id, *path), "SourceId": path_of(feed.stream, one)}


def _sink(id: str, feed: Feed, one: Field) -> dict[str, Any]:
    path = [*_collections(stream_id_short(feed.stream)), (model.KeyTypes.PROPERTY, one.id_short)]
    return {"Sink": elements.submodel_reference(id, *path), "SinkId": path_of(feed.stream, one)}
