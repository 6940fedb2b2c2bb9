"""All that a measure may need: the table, what was declared of it, what was found in it, what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from aas_server.quality import measures
from aas_server.quality.declared import Quality
from aas_server.quality.looked import Looked
from aas_server.quality.measures import Described
from aas_server.quality.table import Table


@dataclass(frozen=True)
class Case:
    """``table`` has every column, ``dense`` those that were not left out. ``checked_on``: the day of the check,
    where the age of the data is asked. ``described``: what is told of the data, where anything is."""

    table: Table
    dense: Table
    left_out: tuple[str, ...] = ()
    declared: Quality = field(default_factory=Quality)
    looked: Looked = field(default_factory=Looked)
    described: Described | None = None
    checked_on: date | None = None

    @cached_property
    def interval(self) -> float | None:
        """The declared interval, else the nominal one; seconds."""
        if not self.table.timed:
            return None
        return self.declared.interval or measures.nominal(self.table)

    @cached_property
    def intervals(self) -> int:
        """How many intervals lie between different times."""
        return max(measures.moments(self.table) - 1, 0)

    @property
    def arrival(self) -> str:
        """The time of arrival as SQL, empty where none is known."""
        return self.table.names.get(self.declared.arrival, "") if self.declared.arrival else self.table.arrival
