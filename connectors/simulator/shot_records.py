"""One flat JSON object a shot, as the machine's production system sends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from connectors.simulator.figures import Figures
from connectors.simulator.run import Run, inside

TOPIC = "factory/injection-cell-1/shots"
_KOREA = ZoneInfo("Asia/Seoul")
_DAY_SHIFT = range(8, 20)


class ShotRecords:
    """``due``: when each shot is told (seconds since 1970), ``payload``: its bytes. Dirt only where wanted."""

    def __init__(self, figures: Figures, run: Run, first: int, dirty: bool) -> None:
        self.due = run.line.ends
        self.kept = np.flatnonzero(run.heard(self.due))
        self._encoder = msgspec.json.Encoder()
        self._rows = _rows(figures, run, first)
        if dirty:
            _spoil(figures, run, self._rows)

    def payload(self, index: int) -> bytes:
        return self._encoder.encode(self._rows[index])


def _rows(figures: Figures, run: Run, first: int) -> list[dict[str, Any]]:
    names = list(run.shots.numbers)
    kinds = (None, figures.defect.short, figures.defect.flash, figures.defect.gas)
    table = zip(*(column.tolist() for column in run.shots.numbers.values()), strict=True)
    written = _written(figures, run).tolist()
    rows = []
    for index, (values, kind) in enumerate(zip(table, run.shots.defect.tolist(), strict=True)):
        local = datetime.fromtimestamp(int(written[index]), _KOREA)
        rows.append(
            {
                "shot_time": local.strftime("%Y-%m-%d %H:%M:%S"),
                "shot_no": first + index,
                "설비명": figures.equipment.name,
                "품명": figures.equipment.part,
                "작업조": "주간" if local.hour in _DAY_SHIFT else "야간",
                **dict(zip(names, values, strict=True)),
                "불량유형": kinds[kind],
                "pass_or_fail": "N" if kind else "Y",
            }
        )
    return rows


def _written(figures: Figures, run: Run) -> Any:
    """What the gateway's clock said at the end of each shot."""
    ends = run.line.ends
    if run.line.wrong_clock is None:
        return ends
    return ends + figures.dirt.clock_seconds * inside(ends, (run.line.wrong_clock,))


def _spoil(figures: Figures, run: Run, rows: list[dict[str, Any]]) -> None:
    dirt = figures.dirt
    count = len(rows)
    for row in rows[int(dirt.no_sensor_part[0] * count) : int(dirt.no_sensor_part[1] * count)]:
        row["mold_temperature_3"] = dirt.no_sensor
    begin = int(dirt.text[0] * count)
    for row in rows[begin : begin + dirt.text[1]]:
        for name in dirt.text_fields:
            row[name] = str(row[name])
    for name, share in dirt.missing.items():
        for index in np.flatnonzero(run.random.random(count) < share).tolist():
            rows[index][name] = None
