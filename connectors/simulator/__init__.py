"""A simulated injection-moulding cell that publishes as gateways do, with the dirt of real plants.

Shots come as flat JSON on ``factory/injection-cell-1/shots``, values at 1 Hz as KOSMO MOS TYPE 4 on
``mos/type-4/injection-cell-1``. The figures, with their reasons, stand in ``cell.toml``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from connectors.payloads import stream_name
from connectors.simulator import run as runs
from connectors.simulator import shot_records, tag_values
from connectors.simulator.figures import figures
from connectors.simulator.shot_records import ShotRecords
from connectors.simulator.tag_values import TagValues

SHOTS_TOPIC = shot_records.TOPIC
VALUES_TOPIC = tag_values.TOPIC
_LIVE_SHOTS = 180
_NUMBERS_AHEAD = 1.01
"""Numbers by the clock run a little faster than shots do, so that a later start is past all that were told."""
_RESEND_SECONDS = (2.0, 6.0)
_REPEAT_SECONDS = (120.0, 600.0)


@dataclass(frozen=True, slots=True)
class Count:
    """What ``messages()`` yields."""

    messages: int
    records: int


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What a field means: title in both languages and unit symbol (empty where it has none)."""

    ko: str
    en: str
    unit: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What whoever makes a product of the data must know.

    ``codes``: stream → field or tag → values that mean "no sensor". ``clock_offsets``: ``(stream, from, to,
    seconds)``: to time stamps as written in ``[from, to)`` so many seconds are to be added to put them right.
    ``fields``: stream → field or tag → meaning. ``defects``: how many different shots bear one.
    """

    codes: Mapping[str, Mapping[str, tuple[float, ...]]]
    clock_offsets: tuple[tuple[str, datetime, datetime, int], ...]
    fields: Mapping[str, Mapping[str, FieldFacts]]
    defects: int


class Simulation:
    """A run of ``shots`` that ends at ``end``. Equal arguments give equal messages, byte for byte."""

    def __init__(self, seed: int, end: datetime, shots: int = 3200) -> None:
        """``end`` bears a zone. A few shots are lost with the gateway's minutes, a few are told twice."""
        self._seed = seed
        self._end = end.timestamp()
        self._shots = shots

    @property
    def count(self) -> Count:
        """Cheap: nothing is encoded for it."""
        _, values, plan = self._plan
        return Count(len(plan), sum(values.records(index) if is_values else 1 for _, is_values, index in plan))

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """``(topic, payload)`` in the order in which the gateway sends them."""
        shots, values, plan = self._plan
        for _, is_values, index in plan:
            if is_values:
                yield VALUES_TOPIC, values.payload(index)
            else:
                yield SHOTS_TOPIC, shots.payload(index)

    def live(self, after: datetime | None = None) -> Iterator[tuple[float, str, bytes]]:
        """``(due, topic, payload)`` without end from ``after`` (or now) on; ``due`` is in seconds since 1970.

        The caller waits until a message is due. Shot numbers go on with the time that has passed, so that a
        restart does not tell one twice.
        """
        begin = time.time() if after is None else after.timestamp()
        number = self._shots + 1 + int(max(0.0, begin - self._end) / figures().cycle.seconds * _NUMBERS_AHEAD)
        while True:
            run = runs.ahead(figures(), self._seed, begin, _LIVE_SHOTS)
            shots = ShotRecords(figures(), run, number, dirty=False)
            values = TagValues(figures(), run, dirty=False)
            for due, is_values, index in _in_order(shots, values):
                if is_values:
                    yield due, VALUES_TOPIC, values.payload(index)
                else:
                    yield due, SHOTS_TOPIC, shots.payload(index)
            begin = run.line.end
            number += _LIVE_SHOTS

    def facts(self) -> Facts:
        """What the recipe needs."""
        shots, values = stream_name(SHOTS_TOPIC), stream_name(VALUES_TOPIC)
        dirt = figures().dirt
        code = (float(dirt.no_sensor),)
        offsets: tuple[tuple[str, datetime, datetime, int], ...] = ()
        if self._run.line.wrong_clock is not None:
            begin, end = (
                datetime.fromtimestamp(int(moment) + dirt.clock_seconds, UTC)
                for moment in self._run.line.wrong_clock
            )
            offsets = tuple((stream, begin, end, -dirt.clock_seconds) for stream in (shots, values))
        return Facts(
            codes={shots: {"mold_temperature_3": code}, values: {"Mold Temp 3": code}},
            clock_offsets=offsets,
            fields={
                stream: {name: FieldFacts(*meaning) for name, meaning in figures().fields[part].items()}
                for stream, part in ((shots, "shots"), (values, "values"))
            },
            defects=int((self._run.shots.defect > 0)[self._run.heard(self._run.line.ends)].sum()),
        )

    @cached_property
    def _run(self) -> runs.Run:
        return runs.past(figures(), self._seed, self._end, self._shots)

    @cached_property
    def _plan(self) -> tuple[ShotRecords, TagValues, list[tuple[float, bool, int]]]:
        run = self._run
        shots = ShotRecords(figures(), run, 1, dirty=True)
        values = TagValues(figures(), run, dirty=True)
        plan = _in_order(shots, values)
        again = run.random.random(len(plan)) < figures().dirt.twice
        late = run.random.uniform(*_RESEND_SECONDS, len(plan))
        twice = [
            (plan[index][0] + float(late[index]), *plan[index][1:]) for index in np.flatnonzero(again).tolist()
        ]
        repeated = shots.kept[run.random.random(len(shots.kept)) < figures().dirt.repeated].tolist()
        waits = run.random.uniform(*_REPEAT_SECONDS, len(repeated)).tolist()
        copies = [
            (min(float(shots.due[index]) + wait, run.line.end), False, index)
            for index, wait in zip(repeated, waits, strict=True)
        ]
        return shots, values, sorted(plan + twice + copies)


def _in_order(shots: ShotRecords, values: TagValues) -> list[tuple[float, bool, int]]:
    """``(due, whether it is a message of values, index)`` of every message."""
    told = [(float(shots.due[index]), False, index) for index in shots.kept.tolist()]
    return sorted(told + [(due, True, index) for index, due in enumerate(values.due.tolist())])


__all__ = ["SHOTS_TOPIC", "VALUES_TOPIC", "Count", "Facts", "FieldFacts", "Simulation"]
