"""Trade secrets and people: what is published of them, and what the lineage does not tell."""

from __future__ import annotations

import base64
import hashlib
import hmac
import stat
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

from aas_server.errors import Unavailable
from aas_server.product import preprocess
from aas_server.product.preprocess import key
from aas_server.product.recipe import Cleaning, Recipe
from aas_server.product.recipe.cleaning import Join, Outliers, Resample, Secret
from submodels.field import Unit

START = pd.Timestamp("2026-03-01T00:00:00Z")
DOSES = [4321.125, 4400.5, 4250.25, 4300.0, 9999.5]


def doses(**more: list[object]) -> pd.DataFrame:
    at = [START + pd.Timedelta(seconds=one) for one in range(5)]
    return pd.DataFrame({"_time": at, "dose": DOSES, "xx": [1.0, 2.0, 3.0, 4.0, 5.0], **more})


def told(done) -> str:
    """All that the lineage says."""
    return msgspec.json.encode([done.prepared.processing, done.prepared.changes]).decode()


def test_a_dropped_column_is_neither_kept_nor_named(clean) -> None:
    done = clean(
        doses(),
        codes={"dose": (4250.25,)},
        key=("dose",),
        outliers={"dose": Outliers("mad")},
        secrets={"dose": "drop"},
    )
    assert [field.id_short for field in done.prepared.main.fields] == ["xx"]
    assert done.table.columns.tolist() == ["Time", "xx"]
    said = told(done)
    assert "dose" not in said and "4250" not in said and "9999" not in said
    assert [one.code for one in done.prepared.processing.operations].count("secret-drop") == 2  # and its flags


@pytest.mark.parametrize("by", ["z", "min-max"])
def test_a_normalised_column_tells_no_parameters(clean, field_named, by) -> None:
    field = field_named("dose", "xs:double", unit=Unit("g", "GRM"), minimum=4000.0, maximum=5000.0)
    rule = {"dose": Secret("normalise", by)}
    done = clean(doses(), fields={"dose": field}, outliers={"dose": Outliers("mad")}, secrets=rule)
    values = np.array(DOSES)
    wanted = (values - values.mean()) / values.std() if by == "z" else (values - values.min()) / np.ptp(values)
    np.testing.assert_allclose(done.table["dose"], wanted, atol=1e-9)
    made = done.prepared.main.fields[0]
    assert (made.unit, made.minimum, made.maximum, made.origin) == (None, None, None, "own")
    said = told(done)
    for number in ("4321", "4400", "4250", "9999", "5454", "4000"):
        assert number not in said
    assert done.operation("secret-normalise").cells_changed == 5


def test_each_aggregate_of_a_secret_is_kept_back(clean) -> None:
    grid = (Resample("shots", 2.0, {"dose": ("mean", "max", "count")}),)
    done = clean(doses(), resample=grid, secrets={"dose": Secret("normalise", "min-max")})
    assert done.table[["dose_mean", "dose_max"]].max().tolist() == [1.0, 1.0]
    assert done.table["dose_count"].sum() == 5


def test_a_shift_is_the_same_each_time_and_told_nowhere(clean) -> None:
    rule = {"dose": Secret("shift", most=100.0)}
    done = clean(doses(), secrets=rule)
    moved = done.table["dose"] - np.array(DOSES)
    assert 25 <= abs(moved[0]) <= 100 and np.allclose(moved, moved[0], atol=1e-8)
    assert clean(doses(), secrets=rule).table["dose"].tolist() == done.table["dose"].tolist()
    said = told(done)
    assert f"{abs(moved[0]):.4f}"[:6] not in said and "4321" not in said


def test_times_are_shifted_by_whole_days(clean) -> None:
    frame = doses(born=["2026-03-01T08:30:00Z"] * 5)
    done = clean(frame, types={"born": "time"}, secrets={"born": Secret("shift", most=30.0)})
    moved = done.cells("born")[0] - pd.Timestamp("2026-03-01T08:30:00Z")
    assert moved.seconds == 0 and 1 <= abs(moved.days) <= 30


def test_a_rounded_column_says_its_step(clean) -> None:
    done = clean(doses(), secrets={"dose": Secret("round", step=50.0)})
    assert done.table["dose"].tolist() == [4300.0, 4400.0, 4250.0, 4300.0, 10000.0]
    operation = done.operation("secret-round")
    assert "50" in operation.rule["en"] and (operation.before, operation.after) == ("", "")


def test_people_become_pseudonyms_that_stay(clean, workshop) -> None:
    frame = doses(
        worker=["김철수", "이영희", "김철수", None, "박"], checker=["이영희", "박", "박", "박", "김철수"]
    )
    done = clean(frame, persons=("worker", "checker"))
    worker, checker = done.cells("worker"), done.cells("checker")
    assert worker[0] == worker[2] == checker[4] != worker[1] == checker[0]
    assert worker[3] is None
    file = workshop.store.folder / "secrets" / "preprocess.key"
    secret = hmac.new(file.read_bytes(), b"persons\x00cell", hashlib.sha256).digest()
    wanted = hmac.new(secret, "김철수".encode(), hashlib.sha256).digest()
    assert worker[0] == "P-" + base64.b32encode(wanted).decode()[:16]
    said = told(done)
    assert "철수" not in said and "영희" not in said and worker[0] not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert clean(frame, persons=("worker", "checker")).cells("worker") == worker


def test_numbers_of_people_are_pseudonyms_too(clean) -> None:
    done = clean(doses(badge=[17, 17, 4, 5, 6]), persons=("badge",))
    assert done.prepared.main.fields[2].value_type == "xs:string"
    assert len(set(done.cells("badge"))) == 4 and done.cells("badge")[0].startswith("P-")


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    made = key.load(tmp_path)
    assert key.load(tmp_path) == made
    (tmp_path / "secrets" / "preprocess.key").write_bytes(b"short")
    with pytest.raises(Unavailable):
        key.load(tmp_path)


def test_what_is_joined_is_kept_back_as_in_its_own_table(bench, lay, collected, recipe: Recipe) -> None:
    other = doses().rename(columns={"xx": "yy"})
    cleaning = Cleaning(secrets={"dose": "drop"}, join=(Join("env", 1.0),))
    main = pd.DataFrame({"_time": [START], "xx": [1.0]})
    prepared = preprocess.prepare(
        bench(replace(recipe, cleaning=cleaning)), collected(lay(main), lay(other, "env"))
    )
    assert [field.id_short for field in prepared.main.fields] == ["xx", "env_yy"]
