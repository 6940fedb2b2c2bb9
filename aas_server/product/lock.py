"""Who may work where: one at a time on a product, and nobody on what a killed build left behind."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def alone(home: Path, product: str) -> Iterator[None]:
    """One at a time builds a product or takes it down, over all processes on the data folder ``home``; a second
    one waits its turn."""
    folder = home / "products" / product
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(home: Path, name: str) -> Iterator[Path]:
    """An empty folder below ``<home>/work`` that is gone at the end of the block. What killed builds left there is
    removed first, unless another build is at work just now."""
    work = home / "work"
    work.mkdir(exist_ok=True)
    with (work / ".lock").open("w") as lock:
        if _nobody_else(lock):
            for left in work.iterdir():
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
        fcntl.flock(lock, fcntl.LOCK_SH)
        with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=work) as folder:
            yield Path(folder)


def _nobody_else(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
