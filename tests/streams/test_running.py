"""Beside a running server and a real broker: what is described is subscribed at run time, and nowhere else."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from aas_server.house import House
from aas_server.main import Server, listen
from aas_server.settings import Settings
from aas_server.streams.configuration.subscribing import with_described

pytestmark = pytest.mark.broker
Running = Callable[..., AbstractContextManager[tuple[House, Server]]]
SHOT = '{"timestamp": "2026-01-01T00:00:00Z", "oil": 41.5}'


def described(topic: str, broker: str, id: str = "urn:aid") -> dict[str, Any]:
    def text(name: str, value: str) -> dict[str, Any]:
        return {"modelType": "Property", "idShort": name, "valueType": "xs:string", "value": value}

    def group(name: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"modelType": "SubmodelElementCollection", "idShort": name, "value": list(parts), **more}

    def meaning(value: str) -> dict[str, Any]:
        return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": value}]}

    press = group(
        "press",
        text("type", "object"),
        group("properties", group("oil", text("type", "number"), text("unit", "CEL"))),
        group("forms", text("href", topic), text("contentType", "application/json")),
    )
    interface = group(
        "InterfaceMQTT",
        group("EndpointMetadata", text("base", f"{broker}/")),
        group("InteractionMetadata", group("properties", press)),
        semanticId=meaning("https://admin-shell.io/idta/AssetInterfacesDescription/1/0/Interface"),
        supplementalSemanticIds=[meaning("http://www.w3.org/2011/mqtt")],
    )
    kind = meaning("https://admin-shell.io/idta/AssetInterfacesDescription/1/1/Submodel")
    return {
        "modelType": "Submodel",
        "id": id,
        "idShort": "Aid",
        "semanticId": kind,
        "submodelElements": [interface],
    }


@pytest.fixture
def running(new_port: Callable[[], int]) -> Running:
    """A server on a data folder, for as long as a block lasts."""

    @contextmanager
    def run(folder: Path, **settings: Any) -> Iterator[tuple[House, Server]]:
        chosen = Settings(data=folder, port=new_port(), fold_seconds=0.05, **settings)
        with (
            listen(chosen) as listener,
            House(chosen) as house,
            Server(house, house.subscriptions(), listener) as server,
        ):
            yield house, server

    return run


def put(house: House, document: dict[str, Any]) -> None:
    house.runner.run(house.repository.put("submodel", json.dumps(document).encode()))


def records(house: House, name: str) -> int:
    row = next((row for row in house.desk().all() if row.name == name), None)
    return row.records if row else 0


Until = Callable[..., None]


def test_a_described_topic_is_subscribed_while_the_server_runs(
    mosquitto, tmp_path: Path, until: Until, running: Running
) -> None:
    broker = mosquitto()
    with running(tmp_path / "data", broker=[broker.url], filter=["plant/#"]) as (house, server):
        until(server.ingest.ready)
        put(house, described("line/press", broker.url))
        until(lambda: house.desk().row("line_press").state == "adopted" if rows(house) else False)
        until(server.ingest.ready)
        until(lambda: published(broker, "line/press") and records(house, "line_press") > 0)
        assert house.desk().row("line_press").state == "adopted"


def test_what_is_described_holds_after_a_restart(
    mosquitto, tmp_path: Path, until: Until, running: Running
) -> None:
    broker = mosquitto()
    with running(tmp_path / "data", broker=[broker.url], filter=["plant/#"]) as (house, _):
        put(house, described("line/press", broker.url))
        until(lambda: rows(house))
    with running(tmp_path / "data", broker=[broker.url], filter=["plant/#"]) as (house, server):
        until(server.ingest.ready)
        until(lambda: published(broker, "line/press") and records(house, "line_press") > 0)


def test_a_package_cannot_make_us_connect_elsewhere(
    mosquitto, tmp_path: Path, until: Until, running: Running
) -> None:
    ours = mosquitto()
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        running(tmp_path / "data", broker=[ours.url]) as (house, server),
    ):
        elsewhere = f"mqtt://127.0.0.1:{other.getsockname()[1]}"
        until(server.ingest.ready)
        put(house, described("line/press", elsewhere))
        until(lambda: list(house.desk().configured()))
        (one,) = house.desk().configured()
        assert [(found.key, found.severity) for found in one.findings] == [("aid-broker-elsewhere", "note")]
        other.settimeout(1.5)
        with pytest.raises(TimeoutError):
            other.accept()
        assert len(server.ingest.sources) == 1


def test_a_broker_that_the_settings_allow_is_connected_to(
    mosquitto, tmp_path: Path, until: Until, running: Running
) -> None:
    broker = mosquitto()
    with running(tmp_path / "data", aid_brokers=["127.0.0.1"]) as (house, server):
        put(house, described("line/press", broker.url))
        until(lambda: server.ingest.sources)
        until(server.ingest.ready)
        until(lambda: published(broker, "line/press") and records(house, "line_press") > 0)
        house.runner.run(house.repository.change("submodel", "urn:aid", lambda _: None))
        until(lambda: not server.ingest.sources)


def test_streams_are_adopted_over_http_beside_a_running_server(
    mosquitto, tmp_path: Path, until: Until, running: Running
) -> None:
    broker = mosquitto()
    with running(tmp_path / "data", broker=[broker.url]) as (house, server):
        until(server.ingest.ready)
        for line in ("a", "b"):
            broker.publish(f"line/{line}/shot", SHOT)
        until(lambda: len(rows(house)) == 2)
        adopted = asked(server, "/streams/adopt", {"topic": "line/+/shot", "name": "shots"})
        assert adopted["joined"] == ["line_a_shot", "line_b_shot"]
        until(lambda: asked(server, "/streams/shots/replay")["last"])
        listed = asked(server, "/streams")["streams"]
        assert [(one["name"], one["records"], one["state"]) for one in listed] == [("shots", 2, "adopted")]
        broker.publish("line/c/shot", SHOT)
        until(lambda: records(house, "shots") == 3)


def rows(house: House) -> list[Any]:
    return list(house.desk().all())


def published(broker: Any, topic: str) -> bool:
    broker.publish(topic, SHOT)
    return True


def asked(server: Server, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


def test_filters_that_the_settings_cover_are_not_subscribed_twice() -> None:
    assert with_described(["#"], ["a/b;qos=1"]) == ("#",)
    assert with_described(["a/#;qos=2"], ["a/b;qos=1", "c;qos=0"]) == ("a/#;qos=2", "c;qos=0")
    assert with_described(["$share/g/a/#"], ["a/b;qos=1"]) == ("$share/g/a/#",)
