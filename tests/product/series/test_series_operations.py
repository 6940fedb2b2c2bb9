"""ReadRecords, ReadSegments and DeriveSegment over a real journal, lake and twin."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aas_server.errors import AasError, NotFound
from aas_server.ingest import feeds
from aas_server.messages import error_text
from aas_server.product import collect
from aas_server.product.recipe import Recipe
from aas_server.product.series.operations import SeriesOperations
from aas_server.product.work import Work
from aas_server.twin.editing.submodels import Submodels
from aas_server.twin.operations import Operations, Results
from aas_server.twin.repository import Repository
from connectors.message import Message

Json = dict[str, Any]
NOW = 1_780_000_000_000_000_000
SHARED = Path(__file__).resolve().parents[4] / "shared"
TEMPLATE = SHARED / "aas" / "idta-templates" / "02008_TimeSeriesData_1.1.1.json"
MAIN = "https://factory.example/ids/sm/cell/TimeSeries"
PINNED, GROWING = ["StoredRecords", "StoredTable"], ["LiveRecords", "RecentRecords"]
TAGS = "https://factory.example/ids/sm/cell/TimeSeries_mos_type_4_cell"


def publish(work: Work, topic: str, rows: list[Any]) -> None:
    payloads = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    work.store.journal.append(
        [
            Message("mqtt://127.0.0.1:1883", topic, payload, NOW + number, 1, False, number + 1)
            for number, payload in enumerate(payloads)
        ]
    )


def shot(number: int) -> Json:
    state = {"running": number % 2 == 0, "판정": "양품"}
    return {"when": f"2026-03-01T00:00:{number:02}Z", "shot_no": number, "temp (°C)": 50 + number / 2, **state}


@dataclass
class Bench:
    """The operations of a collected product."""

    work: Work
    repository: Repository
    operations: Operations

    def submodel(self, id: str = MAIN) -> Json:
        plain: Json = msgspec.json.decode(asyncio.run(self.repository.get("submodel", id)).body)
        return plain

    def invoke(self, name: str, span: tuple[str, str] | None = None, id: str = MAIN, **given: Any) -> Results:
        """``given``: the text of each Property among the arguments."""
        arguments = [
            {"modelType": "Property", "idShort": key, "valueType": "xs:string", "value": str(value)}
            for key, value in given.items()
        ]
        if span is not None:
            bounds = {"min": span[0], "max": span[1]}
            arguments.append({"modelType": "Range", "idShort": "Timespan", "valueType": "xs:dateTime", **bounds})
        return asyncio.run(self._invoke(id, name, arguments))

    async def _invoke(self, id: str, name: str, arguments: list[Json]) -> Results:
        submodel = msgspec.json.decode((await self.repository.get("submodel", id)).body)
        return await self.operations.run(self.operations.prepare(submodel, name, arguments, ()), 60)


@pytest.fixture
def series(bench: Callable[[Recipe], Work], recipe: Recipe) -> Iterator[Bench]:
    """Ten shots, a second apart, and twenty values of two tags."""
    work = bench(replace(recipe, streams=("shots", "mos_type-4_cell"), time="when"))
    feeds.declare(work.store.catalogue, "shots", feeds.Declaration("when", "UTC"))
    publish(work, "shots", [shot(number) for number in range(10)])
    sweep = [{"tag": "Barrel Temp", "value": "200.5"}, {"tag": "State", "value": "RUN"}]
    publish(work, "mos/type-4/cell", [{"localtime": NOW + n * 10**9, "data": sweep} for n in range(10)])
    collect.run(work)
    operations = Operations()
    repository = Repository(work.store)
    SeriesOperations(repository, Submodels(repository, 400), work.clock, 8).register(operations)
    yield Bench(work, repository, operations)
    operations.close()


def values(record: Json) -> Json:
    return {one["idShort"]: one.get("value") for one in record["value"]}


def segments(submodel: Json) -> list[Json]:
    named = {one["idShort"]: one for one in submodel["submodelElements"]}
    found: list[Json] = named["Segments"]["value"]
    return found


def records(results: Results) -> list[Json]:
    return [values(one) for one in results.outputs[0].get("value", ())]


def test_records_of_a_time_come_with_their_values_and_meanings(series: Bench) -> None:
    results = series.invoke("ReadRecords", ("2026-03-01T00:00:02Z", "2026-03-01T00:00:04Z"))
    found = results.outputs[0]["value"]
    assert [one["idShort"] for one in found] == ["Record00000", "Record00001", "Record00002"]
    assert [values(one)["Time"] for one in found] == [f"2026-03-01T00:00:0{n}Z" for n in (2, 3, 4)]
    assert [values(one)["Time01"] for one in found] == ["0", "1", "2"]
    described = {one["idShort"]: one for one in found[1]["value"]}
    assert described["shot_no"]["value"] == "3" and described["shot_no"]["valueType"] == "xs:long"
    (temperature,) = [one for name, one in described.items() if name.startswith("temp")]
    assert (temperature["value"], temperature["valueType"]) == ("51.5", "xs:double")
    assert described["running"]["value"] == "false"
    assert all(one["semanticId"]["keys"] for one in described.values())
    assert results.outputs[1]["value"] == "3"


def test_a_time_without_a_zone_is_utc(series: Bench) -> None:
    span = ("2026-03-01T00:00:02", "2026-03-01T00:00:04")
    assert len(records(series.invoke("ReadRecords", span))) == 3
    assert len(series.invoke("ReadSegments", span).outputs[0]["value"]) == 4
    elsewhere = ("2026-03-01T09:00:02+09:00", "2026-03-01T09:00:04+09:00")
    assert len(records(series.invoke("ReadRecords", elsewhere))) == 3


def test_without_a_time_the_first_records_come_and_the_number_of_all(series: Bench) -> None:
    results = series.invoke("ReadRecords", Columns="shot_no")
    assert [one["shot_no"] for one in records(results)] == [str(number) for number in range(8)]
    assert set(records(results)[0]) == {"Time", "Time01", "shot_no"}
    assert results.outputs[1]["value"] == "10"
    few = series.invoke("ReadRecords", Columns=" shot_no , running ", Limit=2)
    assert [one["shot_no"] for one in records(few)] == ["0", "1"]


@pytest.mark.parametrize(
    ("method", "shots", "temperatures"),
    [
        ("Avg", ["2.0", "7.0"], ["51.0", "53.5"]),
        ("Max", ["4", "9"], ["52.0", "54.5"]),
        ("min", ["0", "5"], ["50.0", "52.5"]),
        ("Sum", ["10.0", "35.0"], ["255.0", "267.5"]),
        ("Count", ["5", "5"], ["5", "5"]),
    ],
)
def test_records_are_put_together_by_intervals(
    series: Bench, method: str, shots: list[str], temperatures: list[str]
) -> None:
    results = series.invoke("ReadRecords", SamplingInterval=5, AggregationMethod=method)
    found = records(results)
    assert [one["Time"] for one in found] == ["2026-03-01T00:00:00Z", "2026-03-01T00:00:05Z"]
    assert [one["shot_no"] for one in found] == shots
    (name,) = [key for key in found[0] if key.startswith("temp")]
    assert [one[name] for one in found] == temperatures
    assert ("running" in found[0]) == (method == "Count")
    assert results.outputs[1]["value"] == "2"


def test_a_stream_of_tags_is_read_by_its_tags(series: Bench) -> None:
    names = [one["idShort"] for one in series.submodel(TAGS)["submodelElements"][0]["value"][-1]["value"]]
    barrel, state = (next(name for name in names if name.startswith(part)) for part in ("Barrel", "State"))
    found = records(series.invoke("ReadRecords", id=TAGS, Columns=barrel))
    assert len(found) == 8 and all(one[barrel] == "200.5" for one in found)
    both = series.invoke("ReadRecords", id=TAGS, SamplingInterval=3600, AggregationMethod="Count")
    assert [(one[barrel], one[state]) for one in records(both)] == [("10", "10")]
    averages = series.invoke("ReadRecords", id=TAGS, SamplingInterval=3600)
    assert [one.get(state) for one in records(averages)] == [None]


def test_segments_that_reach_into_a_time_are_found(series: Bench) -> None:
    inside = series.invoke("ReadSegments", ("2026-03-01T00:00:02Z", "2026-03-01T00:00:04Z"))
    assert [one["idShort"] for one in inside.outputs[0]["value"]] == [*PINNED, *GROWING]
    later = series.invoke("ReadSegments", ("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"))
    assert [one["idShort"] for one in later.outputs[0]["value"]] == GROWING
    before = series.invoke("ReadSegments", ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"))
    assert "value" not in before.outputs[0]


def test_a_segment_is_derived_and_stays_in_the_submodel(series: Bench) -> None:
    span = ("2026-03-01T00:00:02Z", "2026-03-01T00:00:04Z")
    first = series.invoke("DeriveSegment", span)
    second = series.invoke("DeriveSegment", SamplingInterval=5, AggregationMethod="Max", Columns="shot_no")
    (segment,) = second.outputs[0]["value"]
    keys = second.outputs[1]["value"]["keys"]
    assert [one["value"] for one in keys] == [MAIN, "Segments", "DerivedSegment01"]
    held = segments(series.submodel())
    names = [*PINNED, *GROWING, "DerivedSegment00", "DerivedSegment01"]
    assert [one["idShort"] for one in held] == names
    assert held[4] == first.outputs[0]["value"][0] and held[5] == segment
    said = values(segment)
    assert (said["RecordCount"], said["SamplingInterval"], said["State"]) == ("2", "5", "completed")
    assert (said["StartTime"], said["EndTime"]) == ("2026-03-01T00:00:00Z", "2026-03-01T00:00:05Z")
    assert [values(one)["shot_no"] for one in said["Records"]] == ["4", "9"]
    assert len(series.invoke("ReadSegments", span).outputs[0]["value"]) == 6


def test_a_derived_segment_stays_when_the_product_is_collected_again(series: Bench) -> None:
    series.invoke("DeriveSegment", ("2026-03-01T00:00:02Z", "2026-03-01T00:00:04Z"))
    publish(series.work, "shots", [shot(11)])
    collect.run(series.work)
    held = {one["idShort"]: values(one) for one in segments(series.submodel())}
    assert held["StoredRecords"]["RecordCount"] == "11"
    shots = [values(record)["shot_no"] for record in held["DerivedSegment00"]["Records"]]
    assert shots == ["2", "3", "4"]


@pytest.mark.shared
@pytest.mark.skipif(not TEMPLATE.is_file(), reason="the official templates lie in ../shared")
def test_a_series_with_operations_and_a_derived_segment_conforms_to_its_template(
    series: Bench, tmp_path: Path
) -> None:
    series.invoke("DeriveSegment", ("2026-03-01T00:00:02Z", "2026-03-01T00:00:04Z"))
    file = tmp_path / "series.json"
    file.write_bytes(msgspec.json.encode({"submodels": [series.submodel()]}))
    command = [Path(sys.executable).parent / "smtv", "--no-bundle", "--template", TEMPLATE, file]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("ReadRecords", {"Columns": "shot_no,Speed"}, "no variable 'Speed'. It has: "),
        ("ReadRecords", {"SamplingInterval": "fast"}, "'fast' cannot be used for SamplingInterval"),
        ("ReadRecords", {"SamplingInterval": "0"}, "SamplingInterval"),
        ("ReadRecords", {"SamplingInterval": "5", "AggregationMethod": "Median"}, "Max, Min, Avg, Sum, Count"),
        ("ReadRecords", {"Limit": 0}, "Limit 0"),
        ("ReadRecords", {"Limit": "many"}, "Property xs:int"),
        ("DeriveSegment", {}, "There are 10 records in that time, and a segment holds 8"),
    ],
)
def test_what_cannot_be_read_is_told(series: Bench, name: str, given: Json, words: str) -> None:
    before = series.submodel()
    with pytest.raises(AasError) as failed:
        series.invoke(name, **given)
    assert words in error_text(failed.value, "en")
    assert series.submodel() == before


def test_no_segment_is_derived_of_nothing(series: Bench) -> None:
    with pytest.raises(AasError) as failed:
        series.invoke("DeriveSegment", ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"))
    assert "no record in that time" in error_text(failed.value, "en")


def foreign(series: Bench) -> str:
    """The same series as it comes with a package: under an id that no stream here is known by."""
    submodel = series.submodel() | {"id": "urn:sm:foreign"}
    asyncio.run(series.repository.put("submodel", msgspec.json.encode(submodel)))
    return "urn:sm:foreign"


def test_a_series_from_elsewhere_is_not_read_here(series: Bench) -> None:
    with pytest.raises(NotFound) as failed:
        series.invoke("ReadRecords", id=foreign(series))
    assert "not kept on this server" in error_text(failed.value, "en")


def test_a_series_from_elsewhere_gives_the_records_it_holds_itself(series: Bench) -> None:
    series.invoke("DeriveSegment", ("2026-03-01T00:00:02Z", "2026-03-01T00:00:05Z"))
    series.invoke("DeriveSegment", ("2026-03-01T00:00:04Z", "2026-03-01T00:00:06Z"))
    id = foreign(series)
    found = series.invoke("ReadRecords", id=id, Columns="shot_no")
    assert [one["shot_no"] for one in records(found)] == ["2", "3", "4", "5", "6"]
    some = series.invoke("ReadRecords", ("2026-03-01T00:00:03Z", "2026-03-01T00:00:05Z"), id=id, Limit=2)
    assert [one["Time"] for one in records(some)] == ["2026-03-01T00:00:03Z", "2026-03-01T00:00:04Z"]
    assert some.outputs[1]["value"] == "3"
    with pytest.raises(AasError) as failed:
        series.invoke("ReadRecords", id=id, SamplingInterval=5)
    assert "Ask without SamplingInterval" in error_text(failed.value, "en")
