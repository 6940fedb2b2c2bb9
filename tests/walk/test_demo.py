"""``aas demo --exit``: the walk from the factory to the registered product, and what it leaves."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from aas_test_engines import file as engine
from basyx.aas import model
from basyx.aas.adapter import aasx

from aas_server.product import record
from aas_server.store.parquet import reader
from aas_server.store.sqlite import open_store

KEYS = {
    "product", "release", "records", "quality_index", "price", "currency", "aasx", "sha256", "listing",
    "kept_until", "seconds",
}  # fmt: skip


def test_the_last_line_names_the_registered_product(finished):
    result = finished.result
    assert set(result) == KEYS
    assert result["currency"] == "KRW"
    assert 0 < result["quality_index"] <= 100
    package = Path(result["aasx"])
    assert package.is_absolute()
    assert hashlib.sha256(package.read_bytes()).hexdigest() == result["sha256"]
    # Not the time by now: midnight may have passed since.
    registered = datetime.fromtimestamp(package.stat().st_mtime, UTC) - timedelta(hours=1)
    assert datetime.fromisoformat(result["kept_until"]).date() >= registered.date() + timedelta(days=365)


def test_the_price_is_the_worked_check_of_the_statute(finished):
    # 2 M/M 데이터분석가 + 1 M/M 응용SW개발자, expenses 2,000,000, 6 % and 10 %
    assert finished.result["price"] == 28_503_829


def test_every_published_record_is_stored_and_none_is_in_quarantine(finished):
    store = open_store(finished.folder)
    try:
        pins = [store.lake.pin(stream) for stream in store.lake.streams()]
        stored = 0
        for pin in pins:
            with reader({"records": store.lake.paths(pin)}) as database:
                row = database.execute("SELECT count(*) FROM records").fetchone()
                stored += row[0] if row else 0
        assert stored == finished.result["records"]
        assert store.journal.quarantined_count() == 0
    finally:
        store.close()


def test_shots_defects_and_dirt_are_what_the_issue_asks_for(finished):
    store = open_store(finished.folder)
    try:
        made = record.release(store, finished.result["release"])
    finally:
        store.close()
    assert made.collected.main.records >= 3000
    assert made.collected.main.repeated > 0
    assert made.trained.model.split.test_defects >= 20
    defects = made.trained.model.split.train_defects + made.trained.model.split.test_defects
    assert 0.008 < defects / made.prepared.main.rows < 0.025
    assert not made.trained.model.weak
    changed = {operation.code: operation for operation in made.prepared.processing.operations}
    assert sum(operation.cells_changed for operation in changed.values()) > 0


def test_a_second_run_reuses_the_release_and_adds_nothing(finished, aas):
    again = aas("demo", "--exit", "--data", finished.folder)
    assert again.code == 0, again.err
    for key in KEYS - {"seconds"}:
        assert again.last[key] == finished.result[key], key


def test_another_seed_is_refused_on_the_same_folder(finished, aas):
    other = aas("demo", "--exit", "--data", finished.folder, "--seed", 7, "--lang", "ko")
    assert other.code == 2
    assert "시드" in other.err and "--data" in other.err


def test_the_package_passes_the_public_engine(finished):
    with Path(finished.result["aasx"]).open("rb") as package:
        result = engine.check_aasx_file(package)
    assert result.ok(), str(result)


def test_exported_as_3_1_it_loads_strictly_in_the_basyx_sdk(finished, aas, tmp_path):
    target = tmp_path / "product.aasx"
    ended = aas(
        "product", "export", finished.result["product"], target, "--metamodel", "3.1", "--data", finished.folder
    )
    assert ended.code == 0, ended.err
    store: model.DictIdentifiableStore[model.Identifiable] = model.DictIdentifiableStore()
    files = aasx.DictSupplementaryFileContainer()
    with aasx.AASXReader(str(target), failsafe=False) as package:
        package.read_into(store, files)
    kinds = {submodel.id_short for submodel in store if isinstance(submodel, model.Submodel)}
    assert {
        "TimeSeries", "OperationalData", "AssetInterfacesDescription", "AssetInterfacesMappingConfiguration",
        "Identification", "ContactInformation", "TechnicalData", "DataProcessing", "AIModelNameplate", "UseCases",
        "DataProduct", "DataQuality", "Pricing", "Licensing", "Registration",
    } <= {str(kind) for kind in kinds}  # fmt: skip


def test_check_finds_no_error(finished, aas):
    ended = aas("check", finished.result["aasx"], "--json")
    assert ended.code == 0, ended.out
    findings = json.loads(ended.out)[0]["findings"]
    assert [finding for finding in findings if finding["severity"] == "error"] == []


def test_nothing_of_ours_runs_on(finished):
    here = psutil.Process()
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(finished.folder) in " ".join(process.info["cmdline"] or []) and process != here
    ]
    assert left == []
