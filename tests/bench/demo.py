"""How long the walk takes: ``python tests/bench/demo.py [RUNS]``.

Each run begins in an empty folder and goes to the registered product. The ratio is against the limit that the demo
is held to; below 1 is within. The wall time holds the interpreter's start and imports; ``seconds`` does not.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 60.0
"""Seconds on two cores, once installed."""


def run() -> tuple[float, dict[str, object]]:
    """Wall time and result of one demo in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        command = [
            sys.executable,
            "-m",
            "aas_server",
            "demo",
            "--exit",
            "--json",
            "--data",
            str(Path(folder) / "data"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return time.monotonic() - began, json.loads(done.stdout)


def main() -> None:
    """Print each run and the median's ratio to the limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    walls = []
    for number in range(1, runs + 1):
        wall, result = run()
        walls.append(wall)
        print(f"run {number}: {wall:.1f} s wall, {result['seconds']} s inside, {result['records']} records")
    median = statistics.median(walls)
    print(f"median {median:.1f} s, {median / LIMIT:.2f} of the limit of {LIMIT:.0f} s")


if __name__ == "__main__":
    main()
