"""A cleaning that cannot be followed is refused with its place and the remedy, before anything is written."""

from __future__ import annotations

import pandas as pd
import pytest

from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.recipe.cleaning import (
    Cast,
    ClockOffset,
    Conversion,
    Fill,
    Join,
    Outliers,
    Resample,
    Scale,
    Secret,
    Stuck,
    Zone,
)
from submodels.field import Unit

A, B, C = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"
CASES = {
    "type-of-unknown": ({"types": {"nope": "number"}}, "cleaning.types.nope", "heat"),
    "unit-unknown": ({"units": {"heat": "parsec/fortnight"}}, "cleaning.units.heat", "parsec"),
    "unit-other-quantity": ({"units": {"heat": "bar"}}, "cleaning.units.heat", "°F"),
    "unit-missing": ({"units": {"xx": "bar"}}, "cleaning.units.xx", "given"),
    "unit-of-words": ({"units": {"words": Conversion("m", "mm")}}, "cleaning.units.words", "cleaning.types"),
    "offsets-overlap": (
        {"clock_offsets": (ClockOffset("shots", A, C, 1), ClockOffset("shots", B, C, 1))},
        "cleaning.clock_offsets.2", "cleaning.clock_offsets.1",
    ),
    "scales-overlap": (
        {"scale": (Scale("xx", 2.0, A), Scale("xx", 2.0, B, C))}, "cleaning.scale.2", "cleaning.scale.1",
    ),
    "stretch-empty": ({"scale": (Scale("xx", 2.0, B, A),)}, "cleaning.scale.1", B),
    "moment": ({"scale": (Scale("xx", 2.0, "soon"),)}, "cleaning.scale.1.start", "ISO 8601"),
    "factor": ({"scale": (Scale("xx", 0.0),)}, "cleaning.scale.1.factor", "0"),
    "zone": ({"zones": (Zone("shots", "UTC", "Seoul"),)}, "cleaning.zones.1.meant", "Asia/Seoul"),
    "zone-stream": ({"zones": (Zone("shot", "UTC", "UTC"),)}, "cleaning.zones.1.stream", "shots"),
    "join-unknown": ({"join": (Join("room", 5.0),)}, "cleaning.join.1.stream", "env"),
    "join-itself": ({"join": (Join("shots", 5.0),)}, "cleaning.join.1.stream", "shots"),
    "join-column": ({"join": (Join("env", 5.0, ("nope",)),)}, "cleaning.join.1.columns", "room"),
    "join-tolerance": ({"join": (Join("env", -1.0),)}, "cleaning.join.1.tolerance", "-1"),
    "interval": ({"resample": (Resample("shots", 0.0),)}, "cleaning.resample.1.interval", "0"),
    "resample-column": (
        {"resample": (Resample("shots", 1.0, {"room": "mean"}),)}, "cleaning.resample.1.columns", "xx",
    ),
    "resample-words": (
        {"resample": (Resample("shots", 1.0, {"words": "mean"}),)}, "cleaning.resample.1.columns.words", "number",
    ),
    "grid": ({"resample": (Resample("shots", 1e-6, empty="keep"),)}, "cleaning.resample.1.interval", "10,000,000"),
    "stuck-open": ({"stuck": {"xx": Stuck()}}, "cleaning.stuck.xx", "seconds"),
    "stuck-rows": ({"stuck": {"xx": Stuck(rows=0)}}, "cleaning.stuck.xx.rows", "0"),
    "limit": ({"outliers": {"xx": Outliers(limit=-1.0)}}, "cleaning.outliers.xx.limit", "-1"),
    "outliers-of-words": ({"outliers": {"words": Outliers()}}, "cleaning.outliers.words", "cleaning.types"),
    "within": ({"gaps": {"xx": Fill("previous")}}, "cleaning.gaps.xx.within", "0"),
    "share": ({"drop_missing_over": 30.0}, "cleaning.drop_missing_over", "30"),
    "mark": ({"types": {"xx": Cast("number", "x")}}, "cleaning.types.xx.decimal", "x"),
    "marks-either": ({"types": {"xx": Cast("number", ".,", ",")}}, "cleaning.types.xx", ","),
    "marks": ({"types": {"xx": Cast("number", ",", ",")}}, "cleaning.types.xx", ","),
    "step": ({"secrets": {"xx": Secret("round")}}, "cleaning.secrets.xx.step", "0"),
    "most": ({"secrets": {"xx": Secret("shift")}}, "cleaning.secrets.xx.most", "0"),
    "secret-of-words": ({"secrets": {"words": "normalise"}}, "cleaning.secrets.words", "words"),
    "label": ({"secrets": {"verdict": "drop"}}, "cleaning.secrets.verdict", "verdict"),
    "person-and-secret": (
        {"persons": ("words",), "secrets": {"words": "drop"}}, "cleaning.secrets.words", "persons",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("what", "place", "named"), CASES.values(), ids=CASES)
def test_it_is_told_with_its_place(clean, field_named, what, place, named) -> None:
    at = [pd.Timestamp(A), pd.Timestamp(B)]
    frame = pd.DataFrame(
        {"_time": at, "xx": [1.0, 2.0], "heat": [1.0, 2.0], "words": ["a", "b"], "verdict": ["N", "Y"]}
    )
    heat = field_named("heat", "xs:double", unit=Unit("°C", "CEL"))
    room = pd.DataFrame({"_time": at, "room": [1.0, 2.0]})
    with pytest.raises(BadInput) as refused:
        clean(frame, {"env": room}, label="verdict", fields={"heat": heat}, **what)
    assert refused.value.exit_code != 0
    for language in LANGUAGES:
        sentence = error_text(refused.value, language)
        assert "product.toml" in sentence and place in sentence and "{given}" not in sentence
    assert named in error_text(refused.value, "en")


def test_what_needs_times_is_refused_without_them(clean) -> None:
    with pytest.raises(BadInput) as refused:
        clean(pd.DataFrame({"xx": [1.0, 2.0]}), resample=(Resample("shots", 1.0),))
    assert refused.value.key == "preprocess-times-needed"
