"""A data folder, opened for commands that look at what came in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aas_server import server_file
from aas_server import settings as configuration
from aas_server.house import House, existing
from aas_server.ingest.mending import catch_up


@contextmanager
def opened(data: Path | None, settings: Path | None) -> Iterator[House]:
    """The house, with all that is journalled folded; beside a server, that one's work."""
    chosen = configuration.load(settings, data=data)
    with existing(chosen) as house:
        if server_file.running(chosen.data) is None:
            house.configuration.catch_up()
            catch_up(house.store, chosen)
        yield house
