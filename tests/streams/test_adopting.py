"""One step adopts a stream: the twin describes it from then on, and its history stays its own."""

from __future__ import annotations

import json
import zipfile

import pytest

from aas_server.errors import BadInput, Conflict, NotFound
from aas_server.house import House
from aas_server.ingest import binding, feeds
from aas_server.ingest.mending import catch_up
from aas_server.settings import Settings
from aas_server.streams.adopting import Wish
from aas_server.twin.live import Overlay
from aas_server.twin.package import import_file
from connectors.message import Message


def submodel(house, id):
    return json.loads(house.runner.run(house.repository.get("submodel", id)).body)


def shell(house, id):
    return json.loads(house.runner.run(house.repository.get("shell", id)).body)


def of_kind(house, adopted, name):
    return next(found for id in adopted.submodels if (found := submodel(house, id))["idShort"].startswith(name))


SHOT = {"timestamp": "2026-01-01T00:00:00Z", "Mold Temp (°C)": 41.5, "mode": "AUTO", "count": 3}


def test_a_discovered_stream_becomes_adopted_with_its_history(house, publish):
    publish("line/press", SHOT, SHOT | {"count": 4})
    version = house.store.lake.pin("line_press").version
    adopted = house.desk().adopt(Wish("line/press"))
    row = house.desk().row("line_press")
    assert (adopted.stream, row.state, row.records, adopted.replay) == ("line_press", "adopted", 2, False)
    assert house.store.lake.pin("line_press").version == version, "nothing of its table changes"
    publish("line/press", SHOT | {"count": 5})
    assert house.desk().row("line_press").records == 3
    assert len(list(house.desk().all())) == 1


def test_the_twin_says_what_comes_in_and_where_it_goes(house, publish):
    publish("line/press", SHOT)
    adopted = house.desk().adopt(Wish("line_press", interval=2.5))
    kinds = [submodel(house, id)["idShort"] for id in adopted.submodels]
    assert kinds == [
        "AssetInterfacesDescription",
        "AssetInterfacesMappingConfiguration",
        "OperationalData",
        "TimeSeries_line_press",
    ]
    keys = [one["keys"][0]["value"] for one in shell(house, adopted.shell)["submodels"]]
    assert set(adopted.submodels) <= set(keys)
    described = json.dumps(of_kind(house, adopted, "AssetInterfacesD"), ensure_ascii=False)
    assert "line/press" in described and "Mold Temp (°C)" in described and "CEL" in described
    declared = feeds.declaration(house.store.catalogue, "line_press")
    assert declared.types == {
        "timestamp": "string",
        "Mold Temp (°C)": "double",
        "mode": "string",
        "count": "int64",
    }
    assert declared.units == {"Mold Temp (°C)": "°C"} and declared.interval == 2.5
    assert not any(one.findings for one in house.desk().configured())


def test_live_values_show_on_the_adopted_elements(house, publish):
    publish("line/press", SHOT)
    adopted = house.desk().adopt(Wish("line_press"))
    live = of_kind(house, adopted, "OperationalData")["id"]
    assert ("line_press", "count") in binding.bound(house.store.catalogue, live).values()
    overlay = Overlay(house.store)
    document = house.runner.run(house.repository.get("submodel", live))
    shown = json.loads(overlay.laid_over(document.body, overlay.binding(live)))
    values = {one["idShort"]: one.get("value") for one in shown["submodelElements"][0]["value"]}
    assert values["count"] == "3" and values["mode"] == "AUTO"


def test_adopting_again_writes_nothing(house, publish):
    publish("line/press", SHOT)
    first = house.desk().adopt(Wish("line/press"))
    before = house.runner.run(changes(house))
    second = house.desk().adopt(Wish("line/press"))
    assert second.stream == first.stream and house.runner.run(changes(house)) == before


async def changes(house):
    return len(await house.store.documents.changes(0, 1000))


def test_a_stream_goes_into_the_shell_that_is_named(house, publish):
    body = {
        "modelType": "AssetAdministrationShell",
        "id": "urn:plant:press",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": "urn:asset"},
    }
    house.runner.run(house.repository.put("shell", json.dumps(body).encode()))
    publish("line/press", SHOT)
    publish("line/oven", {"timestamp": "2026-01-01T00:00:00Z", "heat": 200})
    first = house.desk().adopt(Wish("line/press", shell="urn:plant:press"))
    second = house.desk().adopt(Wish("line/oven", shell="urn:plant:press", title="오븐"))
    assert first.shell == second.shell == "urn:plant:press"
    assert set(first.submodels[:3]) == set(second.submodels[:3]), "one description a shell"
    assert len(shell(house, "urn:plant:press")["submodels"]) == 5
    assert {row.state for row in house.desk().all()} == {"adopted"}
    with pytest.raises(NotFound):
        house.desk().adopt(Wish("line/new", shell="urn:nothing"))
    with pytest.raises(Conflict):
        house.desk().adopt(Wish("line/oven", shell="urn:another"))


def test_what_people_corrected_stays_when_more_is_said(house, publish):
    publish("line/press", SHOT)
    adopted = house.desk().adopt(Wish("line/press"))
    document = submodel(house, adopted.submodels[0])
    text = json.dumps(document, ensure_ascii=False).replace('"CEL"', '"KEL"')
    house.runner.run(house.repository.put("submodel", text.encode()))
    house.configuration.catch_up()
    again = house.desk().adopt(Wish("line/press", interval=5.0, time="timestamp"))
    assert again.submodels == adopted.submodels
    declared = feeds.declaration(house.store.catalogue, "line_press")
    assert (declared.interval, declared.time_column) == (5.0, "timestamp")
    assert declared.units["Mold Temp (°C)"] != "°C"
    assert house.desk().adopt(Wish("line/press")).shell == adopted.shell


def test_single_values_of_a_device_are_adopted_as_one_stream(house, publish):
    publish("mill/speed", "12.5")
    publish("mill/state", "RUN")
    (found,) = house.desk().all()
    adopted = house.desk().adopt(Wish("mill/speed"))
    assert adopted.stream == found.name
    publish("mill/speed", "13.5")
    publish("mill/shot", {"a": 1})
    rows = {row.name: row for row in house.desk().all()}
    assert (rows[found.name].state, rows[found.name].records) == ("adopted", 3)
    assert rows["mill_shot"].state == "discovered"


def test_a_topic_may_be_adopted_before_its_first_message(house, publish):
    adopted = house.desk().adopt(Wish("line/new"))
    assert (house.desk().row("line_new").state, house.desk().row("line_new").records) == ("adopted", 0)
    publish("line/new", SHOT)
    assert house.desk().row(adopted.stream).records == 1


def test_the_time_column_is_the_one_that_people_name(house, publish):
    publish("line/press", {"timestamp": "2026-01-01T00:00:00Z", "made": "2025-12-31T12:00:00Z"})
    house.desk().adopt(Wish("line/press", time="made", zone="Asia/Seoul"))
    publish("line/press", {"timestamp": "2026-01-01T00:00:00Z", "made": "2025-12-31T12:30:00"})
    assert house.desk().show("line_press").sample[-1]["time"] == "2025-12-31T03:30:00Z"
    publish("line/oven", SHOT)
    with pytest.raises(BadInput):
        house.desk().adopt(Wish("line/oven", time="nothing"))


@pytest.mark.parametrize("wish", [Wish("a/#/b"), Wish("line/press", name="UPPER"), Wish("line/press", name="a/b")])
def test_what_is_no_filter_or_name_is_refused(house, publish, wish):
    publish("line/press", SHOT)
    with pytest.raises(BadInput):
        house.desk().adopt(wish)


def test_a_name_that_another_stream_has_is_refused(house, publish):
    publish("line/press", SHOT)
    publish("line/oven", SHOT)
    house.desk().adopt(Wish("line/oven"))
    with pytest.raises(Conflict):
        house.desk().adopt(Wish("line/press", name="line_oven"))


def test_a_description_that_comes_back_with_a_package_configures_as_well(house, publish, tmp_path):
    publish("line/press", SHOT)
    adopted = house.desk().adopt(Wish("line/press"))
    package = tmp_path / "press.aasx"
    house.shelf.export("line_press", package)
    assert zipfile.is_zipfile(package)
    for id in adopted.submodels:
        house.runner.run(house.repository.change("submodel", id, lambda _: None))
    house.configuration.catch_up()
    assert house.desk().row("line_press").state == "discovered"
    house.runner.run(import_file(house.repository, house.store.files, package, house.settings))
    house.configuration.catch_up()
    assert house.desk().row("line_press").state == "adopted"


def test_a_topic_of_an_adopted_filter_is_not_adopted_beside_it(house, publish):
    publish("line/a/shot", SHOT)
    house.desk().adopt(Wish("line/+/shot", name="shots"))
    house.configuration.catch_up()
    with pytest.raises(Conflict) as refused:
        house.desk().adopt(Wish("line/a/shot"))
    assert (refused.value.key, refused.value.values["stream"]) == ("adopt-claimed", "shots")


def test_on_postgresql_it_is_the_same(new_postgres, tmp_path):
    settings = Settings(data=tmp_path / "data", database_url=new_postgres())
    with House(settings) as house:
        for topic in ("line/a/shot", "line/b/shot"):
            house.store.journal.append([Message("m", topic, json.dumps(SHOT).encode(), 1_764_000_000 * 10**9, 1)])
        catch_up(house.store, settings)
        desk = house.desk()
        adopted = desk.adopt(Wish("line/+/shot", name="shots"))
        assert desk.replay("shots").joined == adopted.joined == ("line_a_shot", "line_b_shot")
        assert [(row.name, row.state, row.records) for row in desk.all()] == [("shots", "adopted", 2)]
        assert desk.erase("shots", "", "tester").messages == 2
