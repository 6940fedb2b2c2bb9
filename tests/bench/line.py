"""The whole line on a million records: ``python tests/bench/line.py [--rows N] [--folder DIR] [--seed N]``.

A Parquet file of 15 columns (a state, readings of which one bears codes, a verdict that three of them decide; one
record in a thousand sent twice) is taken in by ``aas ingest``; then the line runs, from collecting to the
registered product. Told are, for each step, wall time, processor time and the highest memory of the process and
its children together, and the ratios to the goals: two minutes on two cores, 2 GB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from aas_server.house import House
from aas_server.product import propose
from aas_server.product.recipe import Label
from aas_server.product.recipe.cleaning import Outliers
from aas_server.settings import Settings
from connectors.payloads import stream_name

MOST_SECONDS = 120.0
MOST_BYTES = 2 * 2**30
READINGS = 11
CODE = 1449.0
START = 1_772_323_200_000_000
TOPIC = "bench/shots"
PRODUCT = "shots"
LOOK_EVERY = 0.05


def lay(path: Path, rows: int, seed: int) -> None:
    """The recording: a record each 250 ms, every thousandth one the same as the one before."""
    random = np.random.default_rng(seed)
    number = np.arange(rows)
    number[999::1000] -= 1
    readings = {
        f"sensor_{place}": np.round(
            100 + 10 * np.sin(number / 10_000 + place) + random.normal(0, 1, rows)[number], 2
        )
        for place in range(1, READINGS + 1)
    }
    fault = (
        sum((readings[f"sensor_{place}"] - 100 for place in (1, 2, 3)), start=random.normal(0, 2, rows)[number])
        > 25
    )
    readings["sensor_4"][number % 97 == 0] = CODE
    table = {
        "time": pa.array(START + number * 250_000, pa.timestamp("us", "UTC")),
        "shot": pa.array(number),
        "machine": pa.array(["M1", "M2", "M3"]).take(pa.array(number % 3)),
        **{name: pa.array(values) for name, values in readings.items()},
        "verdict": pa.array(np.where(fault, "NG", "OK")),
    }
    pq.write_table(pa.table(table), path)


def describe(folder: Path) -> None:
    """The recipe as proposed, with the cleaning that the data need."""
    with House(Settings(data=folder)) as house:
        columns = ("shot", "machine", *(f"sensor_{place}" for place in range(1, READINGS + 1)), "verdict")
        guessed = propose.recipe(
            PRODUCT, PRODUCT, (stream_name(TOPIC),), columns, "time", "verdict", {"NG": 1, "OK": 2}
        )
        cleaning = replace(guessed.cleaning, codes={"sensor_4": (CODE,)}, outliers={"sensor_5": Outliers("iqr")})
        modelling = replace(guessed.modelling, leave_out=("shot",))
        house.keep_recipe(
            replace(guessed, cleaning=cleaning, modelling=modelling, label=Label("verdict", ("NG",)))
        )


def build(folder: Path) -> None:
    """In a process of its own: run the line, and tell each step as it begins and ends."""
    with House(Settings(data=folder)) as house:

        def show(step: str, done: int, total: int) -> None:
            if done in (0, total):
                sys.stdout.write(json.dumps({"step": step, "ended": done == total}) + "\n")
                sys.stdout.flush()

        made = house.build(PRODUCT, show)
    assert made.registered is not None
    told = {
        "rows": made.prepared.main.rows,
        "macro_f1": made.trained.model.macro_f1,
        "sha256": made.released.sha256,
    }
    sys.stdout.write(json.dumps(told) + "\n")


class Watch:
    """Memory and processor time of a process and all below it, looked at from outside."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._cpu: dict[int, float] = {}
        self._ended = threading.Event()
        self.peak = 0
        self.step_peak = 0
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()

    def processor(self) -> float:
        """Seconds so far, of children that ended too."""
        self._look()
        return sum(self._cpu.values())

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            self._look()

    def _look(self) -> None:
        held = 0
        with suppress(psutil.NoSuchProcess):
            for process in (self._process, *self._process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    used = process.cpu_times()
                    self._cpu[process.pid] = used.user + used.system
                    held += process.memory_info().rss
                    self.peak = max(self.peak, _high_water(process.pid))
        self.peak = max(self.peak, held)
        self.step_peak = max(self.step_peak, held)


def _high_water(pid: int) -> int:
    """The most bytes the process ever held, as the system noted it; 0 where it notes none."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def measure(name: str, command: list[str]) -> tuple[float, float, int]:
    """Wall seconds, processor seconds, most bytes; each step of the line is printed as it ends."""
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid)
        started, used, at_first = began, 0.0, ""
        for line in process.stdout or ():
            told = json.loads(line)
            if "step" not in told:
                sys.stdout.write(f"{told}\n")
            elif told["ended"]:
                now, cpu = time.monotonic(), watch.processor()
                row(f"  {told['step']}", now - started, cpu - used, watch.step_peak)
                started, used, at_first, watch.step_peak = now, cpu, "", 0
            elif not at_first:
                at_first = told["step"]
                started, used, watch.step_peak = time.monotonic(), watch.processor(), 0
        cpu = watch.processor()
        code = process.wait()
        watch.stop()
    if code:
        raise SystemExit(f"{name} ended with {code}")
    seconds = time.monotonic() - began
    row(name, seconds, cpu, watch.peak)
    return seconds, cpu, watch.peak


def row(name: str, seconds: float, cpu: float, held: int) -> None:
    sys.stdout.write(f"{name:16} {seconds:7.1f} s  {cpu:7.1f} s processor  {held / 2**20:7.0f} MB\n")
    sys.stdout.flush()


def run(folder: Path, rows: int, seed: int) -> None:
    file, data = folder / "shots.parquet", folder / "data"
    lay(file, rows, seed)
    taking = ["-m", "aas_server", "ingest", str(file), "--topic", TOPIC, "--time", "time", "--data", str(data)]
    parts = [measure("ingest", [sys.executable, *taking, "--json"])]
    describe(data)
    parts.append(measure("line", [sys.executable, __file__, "--build", str(data)]))
    seconds, cpu, held = sum(part[0] for part in parts), sum(part[1] for part in parts), max(p[2] for p in parts)
    row("both", seconds, cpu, held)
    sys.stdout.write(
        f"{rows:,} records: {seconds / MOST_SECONDS:.2f} of {MOST_SECONDS:.0f} s "
        f"(processor on two cores {cpu / 2 / MOST_SECONDS:.2f}), {held / MOST_BYTES:.2f} of 2 GB\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.build:
        build(given.build)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        run(Path(name), given.rows, given.seed)


if __name__ == "__main__":
    main()
