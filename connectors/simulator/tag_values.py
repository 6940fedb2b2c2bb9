"""The machine's values at 1 Hz as KOSMO MOS TYPE 4, several seconds a message, each tag with its own stamp."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from connectors.simulator.figures import Figures
from connectors.simulator.run import Run, inside
from connectors.simulator.timeline import Floats

TOPIC = "mos/type-4/injection-cell-1"
TAGS = (
    "Mold Temp 1",
    "Mold Temp 3",
    "Barrel.Zone1.Temperature",
    "Hydraulic.Oil.Temperature",
    "Coolant.Flow",
    "Injection.Pressure",
    "Screw.Speed",
    "Operation.RunState",
)
_AFTERMATH = 20.0
"""Seconds for which a machine that stopped still tells so, before it is switched off."""


class _Tag(msgspec.Struct):
    tag: str
    value: str
    timestamp: int


class _Block(msgspec.Struct):
    localtime: str
    data: list[_Tag]


class TagValues:
    """``due``: when each message is sent (seconds since 1970), ``payload``: its bytes."""

    def __init__(self, figures: Figures, run: Run, dirty: bool) -> None:
        clock = run.air.begin + np.arange(len(run.air.running), dtype=np.float64)
        last_words = tuple((begin, begin + _AFTERMATH) for begin, _ in run.line.stops)
        # only whole seconds that are over by the end of the run
        told = (run.air.running | inside(clock, last_words)) & run.heard(clock) & (clock < run.line.end)
        self._seconds = np.flatnonzero(told)
        batches = self._seconds // figures.values.batch
        numbers, begins = np.unique(batches, return_index=True)
        self._bounds = np.append(begins, len(self._seconds)).tolist()
        self.due: Floats = np.minimum(run.air.begin + (numbers + 1.0) * figures.values.batch, run.line.end)
        self._stamps = _stamps(figures, run, clock)
        self._texts = _texts(figures, run, clock, dirty)
        self._encoder = msgspec.json.Encoder()

    def records(self, index: int) -> int:
        return len(TAGS) * int(self._bounds[index + 1] - self._bounds[index])

    def payload(self, index: int) -> bytes:
        data = [
            _Tag(tag, texts[second], self._stamps[second])
            for second in self._seconds[self._bounds[index] : self._bounds[index + 1]].tolist()
            for tag, texts in zip(TAGS, self._texts, strict=True)
        ]
        return self._encoder.encode(_Block("0", data))


def _stamps(figures: Figures, run: Run, clock: Floats) -> list[int]:
    """Nanoseconds, a little late, as a polling gateway is; ahead where its clock was."""
    late = (run.random.random(len(clock)) * figures.values.jitter * 1000).astype(np.int64) * 1_000_000
    stamps = clock.astype(np.int64) * 1_000_000_000 + late
    if run.line.wrong_clock is not None:
        stamps += inside(clock, (run.line.wrong_clock,)) * np.int64(figures.dirt.clock_seconds * 1_000_000_000)
    result: list[int] = stamps.tolist()
    return result


def _texts(figures: Figures, run: Run, clock: Floats, dirty: bool) -> list[list[str]]:
    """For each tag its value at every second, as text."""
    air = run.air
    pressure, speed = _cycle(run, clock)
    oil = air.oil
    third = _written(air.mold[2], 1)
    if dirty:
        oil = oil.copy()
        begin = int(figures.dirt.stuck[0] * len(oil))
        oil[begin : begin + int(figures.dirt.stuck[1] * 60)] = oil[begin]
        first, last = (int(share * len(oil)) for share in figures.dirt.no_sensor_part)
        third[first:last] = [str(figures.dirt.no_sensor)] * (last - first)
    return [
        _written(air.mold[0], 1),
        third,
        _written(air.barrel[0], 1),
        _written(oil, 1),
        _written(air.coolant, 2),
        _written(pressure, 1),
        _written(speed, 0),
        np.where(air.running, "RUN", "STOP").tolist(),
    ]


def _cycle(run: Run, clock: Floats) -> tuple[Floats, Floats]:
    """Injection pressure and screw speed within the cycle: fill, hold, plasticize, cool."""
    shot = np.clip(np.searchsorted(run.line.starts, clock, side="right") - 1, 0, None)
    phase = clock - run.line.starts[shot]
    numbers = run.shots.numbers
    fill = numbers["filling_time"][shot]
    held = numbers["injection_time"][shot]
    turned = held + numbers["plasticizing_time"][shot]
    peak, packing = numbers["max_injection_pressure"][shot], numbers["max_switch_over_pressure"][shot]
    filling: NDArray[np.bool_] = phase < fill
    pressure = np.where(filling, peak * np.clip(phase / fill, 0, 1), np.where(phase < held, 0.7 * packing, 0.0))
    speed = np.where((phase >= held) & (phase < turned), numbers["screw_rpm"][shot], 0.0)
    return np.where(run.air.running, pressure, 0.0), np.where(run.air.running, speed, 0.0)


def _written(values: Floats, decimals: int) -> list[str]:
    form = f"%.{decimals}f"
    return [form % value for value in values.tolist()]
