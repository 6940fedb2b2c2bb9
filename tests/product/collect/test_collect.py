"""Step 1 on a real journal, lake and twin."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pandas as pd
import pytest
from basyx.aas.adapter.json import AASToJsonEncoder

from aas_server.errors import BadInput, NotFound
from aas_server.ingest import feeds
from aas_server.messages import LANGUAGES, error_text
from aas_server.product import collect
from aas_server.product.recipe import Label, Quality, Range, Recipe
from aas_server.product.work import Work
from connectors.message import Message
from submodels import asset, asset_interfaces, operational_data, time_series
from submodels.field import Unit
from submodels.text import both

Bench = Callable[[Recipe], Work]
NOW = 1_780_000_000_000_000_000
BROKER = "mqtt://127.0.0.1:1883"


def publish(work: Work, *rows: object, topic: str = "shots") -> None:
    work.store.journal.append(
        [
            Message(
                BROKER,
                topic,
                json.dumps(row, ensure_ascii=False, default=str).encode(),
                NOW + number,
                1,
                False,
                number + 1,
            )
            for number, row in enumerate(rows)
        ]
    )


def shot(number: int, **more: object) -> dict[str, object]:
    when = f"2026-03-01 00:{number // 60:02}:{number % 60:02}"
    return {"when": when, "shot_no": number, "mold_temp (°C)": 50.5, "판정": "양품", **more}


@pytest.fixture
def made(bench: Bench, recipe: Recipe) -> tuple[Work, Recipe]:
    """A bench whose main stream has ten shots, two of them sent again by the machine, and a companion of tags."""
    cell = replace(
        recipe,
        streams=("shots", "mos_type-4_cell"),
        time="when",
        label=Label("판정", ("불량",)),
        quality=Quality(key=("shot_no",), ranges={"mold_temp (°C)": Range(0.0, 120.0)}),
    )
    work = bench(cell)
    feeds.declare(work.store.catalogue, "shots", feeds.Declaration("when", "UTC"))
    publish(work, *map(shot, range(10)), shot(3), shot(3), shot(4, 판정="불량"))
    sweep = [{"tag": "Barrel Temp 1", "value": "200.5"}, {"tag": "State", "value": "RUN"}]
    publish(work, *({"localtime": NOW + n * 10**9, "data": sweep} for n in range(20)), topic="mos/type-4/cell")
    return work, cell


def test_everything_published_is_counted(made: tuple[Work, Recipe]) -> None:
    work, _ = made
    collected = collect.run(work)
    main, companion = collected.streams
    assert (main.messages, main.records, main.repeated, main.flagged) == (13, 13, 2, 5)
    assert (main.first, main.last) == ("2026-03-01T00:00:00Z", "2026-03-01T00:00:09Z")
    assert main.columns == {"when": "string", "shot_no": "int64", "mold_temp (°C)": "double", "판정": "string"}
    assert (companion.shape, companion.messages, companion.records, companion.repeated) == ("narrow", 20, 40, 0)
    assert collected.records == 53
    assert (collected.redelivered, collected.quarantined) == (0, 0)


def test_fields_get_their_meaning_and_the_recipe_s_roles(made: tuple[Work, Recipe]) -> None:
    work, recipe = made
    main, companion = collect.run(work).streams
    _, number, temperature, verdict = main.fields
    assert [field.role for field in main.fields] == ["time", "key", "feature", "label"]
    assert (temperature.name, temperature.value_type, temperature.origin) == (
        "mold_temp (°C)",
        "xs:double",
        "irdi",
    )
    assert temperature.unit is not None
    assert temperature.unit.symbol == "°C"
    assert (temperature.minimum, temperature.maximum) == (0.0, 120.0)
    assert (number.value_type, number.origin) == ("xs:long", "own")
    assert number.semantic_id == f"https://factory.example/ids/cd/{recipe.id}/shots/shot_no"
    assert verdict.id_short.isascii()
    assert verdict.title["ko"] == "판정"
    assert all(field.definition[language] for field in main.fields for language in LANGUAGES)
    assert [(field.name, field.id_short, field.value_type) for field in companion.fields] == [
        ("Barrel Temp 1", "Barrel_Temp_1", "xs:double"),
        ("State", "State", "xs:string"),
    ]


def test_the_shell_describes_itself(made: tuple[Work, Recipe]) -> None:
    work, recipe = made
    collected = collect.run(work)
    kinds = ("Identification", "ContactInformation", "TechnicalData", "AssetInterfacesMappingConfiguration")
    assert all(work.twin.read(recipe.id, kind) is not None for kind in kinds)
    described = asset_interfaces.from_submodel(_read(work, asset_interfaces.DESCRIPTION_KIND))
    assert [(feed.stream, feed.broker, feed.topic, feed.payload) for feed in described.feeds] == [
        ("shots", BROKER, "shots", "flat-json"),
        ("mos_type-4_cell", BROKER, "mos/type-4/cell", "mos-type-4"),
    ]
    assert described.feeds[0].fields == collected.main.fields
    live = operational_data.from_submodel(_read(work, operational_data.KIND))
    assert set(live.streams) == {"shots", "mos_type-4_cell"}
    identified = asset.from_submodels(*(_read(work, kind) for kind in kinds[:3]))
    assert identified.name == recipe.equipment


def test_time_series_lead_to_the_pinned_records(made: tuple[Work, Recipe]) -> None:
    work, _ = made
    collected = collect.run(work)
    main = time_series.from_submodel(_read(work, "TimeSeries"))
    (stored, table), (live,) = main.external, main.linked
    version = collected.main.pin.version
    address = f"{work.settings.base_url}/streams/shots/versions/{version}/records"
    assert (stored.file, stored.media_type) == (
        f"{address}.parquet?layout=series",
        "application/vnd.apache.parquet",
    )
    assert (table.file, table.media_type) == (f"{address}.csv?layout=series", "text/csv")
    assert (stored.records, stored.start, stored.end) == (13, "2026-03-01T00:00:00Z", "2026-03-01T00:00:09Z")
    assert (stored.duration, stored.sampling_interval, stored.completed) == ("P0DT0H0M9S", 1, True)
    assert (live.endpoint, live.completed) == (f"{work.settings.base_url}/api/v2/query?org=aas", False)
    assert 'r._measurement == "shots"' in live.query
    assert main.preview is not None and main.preview.id_short == "RecentRecords"
    companion = time_series.from_submodel(_read(work, "TimeSeries_mos_type_4_cell"))
    assert [field.name for field in companion.fields] == ["Barrel Temp 1", "State"]


def test_live_values_are_bound_to_their_elements(made: tuple[Work, Recipe]) -> None:
    work, recipe = made
    collected = collect.run(work)
    bound = msgspec.json.decode(
        work.store.catalogue.get("binding", work.names.submodel(recipe.id, "OperationalData"))
    )
    assert bound["mos_type_4_cell.Barrel_Temp_1"] == ["mos_type-4_cell", "Barrel Temp 1"]
    live = {stream.name: work.store.live.get(stream.name) for stream in collected.streams}
    assert all(field in live[stream] for stream, field in bound.values())
    assert live["mos_type-4_cell"]["Barrel Temp 1"].value == 200.5


def test_collecting_again_changes_nothing(made: tuple[Work, Recipe]) -> None:
    work, _ = made
    first = collect.run(work)
    before = _documents(work)
    assert collect.run(work) == first
    assert _documents(work) == before


def test_new_readings_make_a_new_pin_and_leave_the_old_one(made: tuple[Work, Recipe]) -> None:
    work, _ = made
    first = collect.run(work)
    publish(work, shot(11, new=True))
    second = collect.run(work)
    assert (first.main.records, second.main.records) == (13, 14)
    assert second.main.fields[:4] == first.main.fields
    assert second.main.fields[4].name == "new"
    frames = [pd.read_parquet(path) for path in work.store.lake.paths(first.main.pin)]
    assert sum(map(len, frames)) == 13


def test_what_people_wrote_into_the_shell_stays(made: tuple[Work, Recipe]) -> None:
    work, recipe = made
    collect.run(work)
    described = asset_interfaces.from_submodel(_read(work, asset_interfaces.DESCRIPTION_KIND))
    feed = described.feeds[0]
    edited = replace(
        feed.fields[2],
        title=both("하형 온도", "Lower die"),
        semantic_id="0173-1#02-XXX000#001",
        unit=Unit("K", "KEL"),
    )
    changed = replace(feed, fields=(*feed.fields[:2], edited, *feed.fields[3:]))
    work.twin.put(
        recipe.id, asset_interfaces.to_submodel(replace(described, feeds=(changed, *described.feeds[1:])))
    )
    temperature = collect.run(work).main.fields[2]
    assert (temperature.title["ko"], temperature.semantic_id) == ("하형 온도", "0173-1#02-XXX000#001")
    assert temperature.unit is not None
    assert temperature.unit.symbol == "K"


def test_no_two_fields_share_a_meaning_by_their_names(bench: Bench, recipe: Recipe) -> None:
    """Nor do fields of one name in another stream or product, where they may have another unit."""
    row = {"zz_1": 1.0, "zz-1": 2.0, "zz 1": 3.0}
    meanings: list[str] = []
    for product in ("press-1", "press-2"):
        work = bench(replace(recipe, id=product, streams=("shots", "other")))
        publish(work, row)
        publish(work, row, topic="other")
        meanings += [field.semantic_id for stream in collect.run(work).streams for field in stream.fields]
    assert len(set(meanings)) == len(meanings) == 12
    assert meanings[0] == "https://factory.example/ids/cd/press-1/shots/zz_1"


def test_a_meaning_that_was_given_stays(bench: Bench, recipe: Recipe) -> None:
    work = bench(recipe)
    publish(work, {"zz": 1.0})
    collect.run(work)
    described = asset_interfaces.from_submodel(_read(work, asset_interfaces.DESCRIPTION_KIND))
    old = replace(described.feeds[0].fields[0], semantic_id="https://factory.example/ids/cd/zz")
    feed = replace(described.feeds[0], fields=(old,))
    work.twin.put(recipe.id, asset_interfaces.to_submodel(replace(described, feeds=(feed,))))
    assert collect.run(work).main.fields[0].semantic_id == old.semantic_id


def test_a_column_that_widens_is_described_anew(bench: Bench, recipe: Recipe) -> None:
    work = bench(recipe)
    publish(work, {"v": 1}, {"v": 2})
    assert collect.run(work).main.fields[0].value_type == "xs:long"
    publish(work, {"v": 0.5})
    main = collect.run(work).main
    assert (main.fields[0].value_type, main.columns) == ("xs:double", {"v": "double"})


def test_a_column_without_values_is_described_by_its_name(bench: Bench, recipe: Recipe) -> None:
    work = bench(recipe)
    publish(work, {"Mold_Temperature_1": None, "memo": None, "v": 1})
    main = collect.run(work).main
    assert main.columns == {"Mold_Temperature_1": "string", "memo": "string", "v": "int64"}
    assert [field.value_type for field in main.fields] == ["xs:double", "xs:string", "xs:long"]
    assert main.fields[0].origin == "irdi"


def test_names_that_become_equal_stay_apart(bench: Bench, recipe: Recipe) -> None:
    work = bench(recipe)
    publish(work, {"a b": 1, "a_b": 2, "A B": 3, "time": 5, "압력": 6, "온도": 7})
    fields = collect.run(work).main.fields
    assert len({field.id_short.lower() for field in fields}) == 6
    publish(work, {"a.b": 4})
    again = collect.run(work).main.fields
    assert again[:6] == fields
    assert len({field.id_short.lower() for field in again}) == 7
    assert len({field.semantic_id for field in again if field.origin == "own"}) == sum(
        field.origin == "own" for field in again
    )


@pytest.mark.parametrize(
    ("changed", "key", "said"),
    [
        ({"streams": ("nothing",)}, "stream-not-found", "nothing"),
        ({"streams": ()}, "collect-no-stream", "product.toml"),
        ({"time": "whenever"}, "collect-time-column-missing", "whenever"),
        ({"time": "판정"}, "collect-time-column-without-times", "판정"),
    ],
)
def test_a_recipe_that_does_not_fit_is_told(
    bench: Bench, recipe: Recipe, changed: dict[str, object], key: str, said: str
) -> None:
    work = bench(replace(recipe, **changed))  # type: ignore[arg-type]
    feeds.declare(work.store.catalogue, "shots", feeds.Declaration("판정"))
    publish(work, *map(shot, range(3)))
    with pytest.raises((BadInput, NotFound)) as refused:
        collect.run(work)
    assert refused.value.key == key
    for language in LANGUAGES:
        assert said in error_text(refused.value, language)
    assert work.twin.read(recipe.id, "TimeSeries") is None


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "pattern", "records", "repeated"),
    [("kamp_molding", "molding_*", 7996, 2764), ("skab", "**/*.csv", None, None)],
)
def test_real_files_are_stored_record_by_record(
    bench: Bench,
    recipe: Recipe,
    shared: Path,
    folder: str,
    pattern: str,
    records: int | None,
    repeated: int | None,
) -> None:
    """The counts against pandas on the file itself."""
    for number, file in enumerate(sorted((shared / folder).glob(pattern))[:3]):
        frame = _read_file(file)
        topic = f"recording/{number}"
        work = bench(replace(recipe, id=f"cell-{number}", streams=(f"recording_{number}",)))
        publish(work, *frame.astype(object).where(frame.notna(), None).to_dict("records"), topic=topic)
        main = collect.run(work).main
        assert main.records == len(frame) == (records or len(frame))
        assert main.repeated == int(frame.duplicated().sum())
        assert repeated is None or main.repeated == repeated
        assert len(main.fields) == len(frame.columns)
        assert work.store.journal.quarantined_count() == 0


def _read_file(file: Path) -> pd.DataFrame:
    if file.suffix == ".parquet":
        return pd.read_parquet(file)
    first = file.read_bytes()[:4096]
    return pd.read_csv(file, sep=";" if b";" in first else ",", encoding="cp949" if _is_cp949(file) else "utf-8")


def _is_cp949(file: Path) -> bool:
    try:
        file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _read(work: Work, kind: str) -> object:
    submodel = work.twin.read(work.recipe.id, kind)
    assert submodel is not None
    return submodel


def _documents(work: Work) -> dict[str, str]:
    kinds = ("Identification", "OperationalData", "AssetInterfacesDescription", "TimeSeries", "TechnicalData")
    return {kind: AASToJsonEncoder().encode(_read(work, kind)) for kind in kinds}
