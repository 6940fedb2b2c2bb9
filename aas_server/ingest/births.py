"""What Sparkplug's nodes announced, kept with the fold's mark: a restart must not cost a rebirth of every node."""

from __future__ import annotations

from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.sparkplug import Births

MARK = "fold"
"""The reader of the journal that keeps them."""
POSITION = "position"
"""The note that says at which position they are: beyond the mark where some streams wait to be folded."""


def restored(store: Store, settings: Settings) -> Births:
    """As they were at the fold's mark; nodes are asked as the settings say."""
    memory, mark = store.journal.memory(MARK), store.journal.mark(MARK)
    every = settings.sparkplug_rebirth_seconds
    known = Births.restored(memory, every)
    return known if int(memory.get(POSITION, b"0")) <= mark else known.at(mark, every=every)


def at(store: Store, position: int, *, ahead: bool = False) -> Births:
    """As they were at an older position of the journal, for reading it again from there; see ``Births.at``."""
    return Births.restored(store.journal.memory(MARK), 0).at(position, ahead=ahead)
