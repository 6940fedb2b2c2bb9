"""What is wrong with costs that somebody wrote, and in which entry; who read the file adds its name and line."""

from __future__ import annotations

from aas_server.errors import BadInput

Place = tuple[str | int, ...]
"""An entry: keys and, in arrays of tables, numbers from 0 (``labour``, 1, ``months``)."""


class Fault(BadInput):
    """A ``BadInput`` that knows its entry."""

    def __init__(self, place: Place, key: str, **values: object) -> None:
        super().__init__(key, **values)
        self.place = place
