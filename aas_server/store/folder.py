"""The data folder: made where it is missing, with the places for files and lake."""

from __future__ import annotations

import os
from pathlib import Path

from aas_server.errors import Unavailable
from aas_server.store.durable import sync


def make(folder: Path) -> None:
    """Make the folder. Raises ``Unavailable`` where it can't be made or written."""
    try:
        parts = (*reversed(folder.parents), folder, folder / "files", folder / "lake")
        new = [part for part in parts if not part.exists()]
        for part in new:
            part.mkdir(exist_ok=True)
        # A database syncs what it makes, but nobody the folders that others are made in.
        for holder in dict.fromkeys(part.parent for part in new):
            sync(holder)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise Unavailable(
            "data-folder-unwritable", folder=str(folder), fault=os.strerror(fault.errno or 0)
        ) from fault
