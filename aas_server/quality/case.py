"""All that a measure may need: the table, what was declared of it, what was found in it, what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from aas_server.quality.declared import Quality
from aas_server.quality.looked import Looked
from aas_server.quality.measures import Described
from aas_server.quality.steps import Steps
from aas_server.quality.table import Table


@dataclass(frozen=True, slots=True)
class Case:
    """``table`` has every column, ``dense`` those that were not left out. ``checked_on``: the day of the check,
    where the age of the data is asked. ``steps``: of the column of times, where there is one. ``described``:
    what is told of the data, where anything is."""

    table: Table
    dense: Table
    left_out: tuple[str, ...] = ()
    declared: Quality = field(default_factory=Quality)
    looked: Looked = field(default_factory=Looked)
    described: Described | None = None
    checked_on: date | None = None
    steps: Steps | None = None

    @property
    def arrival(self) -> str:
        """The time of arrival as SQL, empty where none is known."""
        return self.table.names.get(self.declared.arrival, "") if self.declared.arrival else self.table.arrival
