"""The simulated cell: plausible, dirty, repeatable, and worth learning from."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from connectors import message
from connectors.message import Message, Record
from connectors.payloads import decode
from connectors.simulator import SHOTS_TOPIC, VALUES_TOPIC, Simulation

END = datetime(2025, 11, 25, 9, 0, tzinfo=UTC)
SEED = 1


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return Simulation(SEED, END)


@pytest.fixture(scope="module")
def messages(simulation: Simulation) -> list[tuple[str, bytes]]:
    return list(simulation.messages())


@pytest.fixture(scope="module")
def records(messages: list[tuple[str, bytes]]) -> dict[str, list[Record]]:
    arrival = int(END.timestamp()) * 10**9
    found: dict[str, list[Record]] = {SHOTS_TOPIC: [], VALUES_TOPIC: []}
    for topic, payload in messages:
        found[topic] += message.records(decode(Message("mqtt://x:1883", topic, payload, arrival, 1)))
    return found


@pytest.fixture(scope="module")
def shots(records: dict[str, list[Record]]) -> pd.DataFrame:
    """Each shot once, in order, numbers as numbers."""
    frame = pd.DataFrame([dict(record.fields) for record in records[SHOTS_TOPIC]])
    frame = frame.drop_duplicates("shot_no").sort_values("shot_no", ignore_index=True)
    for name in ("max_injection_pressure", "cycle_time", "part_weight"):
        frame[name] = pd.to_numeric(frame[name])
    return frame


def tag(records: dict[str, list[Record]], name: str) -> list[Record]:
    return [record for record in records[VALUES_TOPIC] if record.fields["tag"] == name]


def test_everything_is_read_and_counted(simulation: Simulation, messages: Any, records: Any) -> None:
    assert simulation.count.messages == len(messages)
    assert simulation.count.records == sum(map(len, records.values()))
    assert all(record.flags == () for found in records.values() for record in found)
    assert all(record.time is not None for found in records.values() for record in found)


def test_equal_seed_and_end_give_equal_bytes(messages: Any) -> None:
    assert list(Simulation(SEED, END).messages()) == messages
    assert list(Simulation(SEED + 1, END, 300).messages()) != list(Simulation(SEED, END, 300).messages())


def test_the_clock_ends_now(records: Any) -> None:
    last = max(record.time for record in records[SHOTS_TOPIC])
    assert last == int(END.timestamp()) * 10**9
    assert max(record.time for record in records[VALUES_TOPIC]) < last


def test_enough_shots_and_one_to_two_percent_defects(shots: pd.DataFrame, simulation: Simulation) -> None:
    assert len(shots) >= 3_000
    bad = shots["pass_or_fail"] == "N"
    assert 0.01 <= bad.mean() <= 0.02
    assert bad.sum() == simulation.facts().defects
    assert bad[int(0.7 * len(bad)) :].sum() >= 20
    assert (bad == shots["불량유형"].notna()).all()
    assert set(shots["불량유형"].dropna()) == {"미성형", "가스", "플래시(버)"}
    assert set(shots["작업조"]) == {"주간", "야간"}


@pytest.mark.parametrize("seed", [0, 2, 7])
def test_every_seed_has_defects_enough(seed: int) -> None:
    rows = [json.loads(payload) for topic, payload in Simulation(seed, END).messages() if topic == SHOTS_TOPIC]
    bad = {row["shot_no"]: row["pass_or_fail"] == "N" for row in rows}
    verdicts = [bad[number] for number in sorted(bad)]
    assert 0.01 <= np.mean(verdicts) <= 0.02
    assert sum(verdicts[int(0.7 * len(verdicts)) :]) >= 20


def test_the_physics_is_plausible(shots: pd.DataFrame) -> None:
    assert shots["cycle_time"].between(18, 22).all()
    assert shots["cushion_position"].between(0.5, 9).all()
    assert (shots["max_injection_pressure"] >= shots["max_switch_over_pressure"]).all()
    assert (shots["injection_time"] > shots["filling_time"]).all()
    # cold melt is viscous; a heavy shot had its cushion
    assert shots["barrel_temperature_1"].corr(shots["max_injection_pressure"]) < -0.5
    assert shots["part_weight"].corr(shots["cushion_position"]) > 0.15
    # temperatures lag: from shot to shot they hardly move
    step = shots["mold_temperature_1"].diff().abs()
    assert step.median() < 0.2 < shots["mold_temperature_1"].std()


def test_a_plain_forest_learns_it_but_not_all_of_it(shots: pd.DataFrame) -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    metrics = pytest.importorskip("sklearn.metrics")
    numbers = shots.select_dtypes("number").drop(columns=["shot_no", "mold_temperature_3"]).ffill()
    bad = shots["pass_or_fail"] == "N"
    cut = int(0.7 * len(shots))
    forest = ensemble.RandomForestClassifier(200, random_state=0).fit(numbers[:cut], bad[:cut])
    score = metrics.f1_score(bad[cut:], forest.predict(numbers[cut:]), average="macro")
    naive = metrics.f1_score(bad[cut:], np.zeros(len(bad) - cut, bool), average="macro", zero_division=0)
    assert 0.8 <= score < 1.0
    assert score > naive + 0.25


def test_values_come_every_second_in_batches_with_gaps(messages: Any, records: Any) -> None:
    first = json.loads(next(payload for topic, payload in messages if topic == VALUES_TOPIC))
    assert first["localtime"] == "0"
    assert all(isinstance(entry["value"], str) and entry["timestamp"] > 10**18 for entry in first["data"])
    times = sorted({record.time // 10**9 for record in tag(records, "Coolant.Flow")})
    steps = Counter(later - earlier for earlier, later in pairwise(times))
    assert steps[1] > 0.99 * sum(steps.values())
    assert sum(1 for step in steps if step >= 120) >= 5


def test_the_dirt_of_real_plants_is_there(messages: Any, records: Any, simulation: Simulation) -> None:
    sent = Counter(messages)
    assert sum(count - 1 for (topic, _), count in sent.items() if topic == VALUES_TOPIC) > 5
    assert sum(count - 1 for (topic, _), count in sent.items() if topic == SHOTS_TOPIC) > 10
    rows = [record.fields for record in records[SHOTS_TOPIC]]
    assert sum(isinstance(row["cycle_time"], str) for row in rows) == pytest.approx(40, abs=5)
    assert sum(row["part_weight"] is None for row in rows) > 5
    share = np.mean([row["mold_temperature_3"] == 1449 for row in rows])
    assert 0.1 < share < 0.2
    assert {record.fields["text"] for record in tag(records, "Operation.RunState")} == {"RUN", "STOP"}
    oil = [record.fields["number"] for record in tag(records, "Hydraulic.Oil.Temperature")]
    assert longest_run(oil) > 2_000
    assert tag(records, "Mold Temp 1")


def longest_run(values: list[Any]) -> int:
    longest = current = 1
    for before, value in pairwise(values):
        current = current + 1 if value == before else 1
        longest = max(longest, current)
    return longest


@pytest.mark.parametrize("topic", [SHOTS_TOPIC, VALUES_TOPIC])
def test_the_facts_tell_where_the_clock_stood_wrong(records: Any, simulation: Simulation, topic: str) -> None:
    found = records[topic]
    ((begin, end, seconds),) = [
        offset[1:] for offset in simulation.facts().clock_offsets if offset[0] == found[0].stream
    ]
    low, high = (int(moment.timestamp()) * 10**9 for moment in (begin, end))
    written = np.array([record.time for record in found])
    # what was sent again is late in its own right: each content counts at its first coming
    _, first = np.unique([str(record.fields) + str(record.time) for record in found], return_index=True)
    written = written[np.sort(first)]
    wrong = (written >= low) & (written < high)
    assert wrong.sum() > 50
    assert backward(written) > 0
    assert backward(np.where(wrong, written + seconds * 10**9, written)) == 0


def backward(times: Any) -> int:
    """How often time runs back by more than a second from one record to the next."""
    return int((np.diff(times) < -(10**9)).sum())


def test_the_facts_name_every_field_and_code(records: Any, simulation: Simulation) -> None:
    facts = simulation.facts()
    shots, values = (records[topic][0].stream for topic in (SHOTS_TOPIC, VALUES_TOPIC))
    assert set(facts.fields[shots]) == set(records[SHOTS_TOPIC][0].fields)
    assert set(facts.fields[values]) == {record.fields["tag"] for record in records[VALUES_TOPIC]}
    assert facts.codes == {shots: {"mold_temperature_3": (1449.0,)}, values: {"Mold Temp 3": (1449.0,)}}
    assert facts.fields[shots]["part_weight"].unit == "g"


def test_it_goes_on_live(simulation: Simulation) -> None:
    after = END + timedelta(minutes=5)
    live = list(islice(simulation.live(after), 700))
    due = [moment for moment, _, _ in live]
    assert due == sorted(due)
    assert after.timestamp() < due[0] <= after.timestamp() + 20
    numbers = [json.loads(payload)["shot_no"] for _, topic, payload in live if topic == SHOTS_TOPIC]
    assert numbers[0] > 3_200
    assert len(set(numbers)) == len(numbers) > 180
    for moment, topic, payload in live:
        for record in message.records(decode(Message("s", topic, payload, int(moment * 10**9), 1))):
            assert record.time is not None and abs(record.time / 10**9 - moment) < 21
