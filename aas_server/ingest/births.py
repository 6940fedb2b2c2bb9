"""What Sparkplug's nodes announced, kept with the fold's mark: a restart must not cost a rebirth of every node."""

from __future__ import annotations

from aas_server.settings import Settings
from aas_server.store.contract import Store
from connectors.sparkplug import Births

MARK = "fold"
"""The reader of the journal that keeps them."""


def restored(store: Store, settings: Settings) -> Births:
    """As they were at the fold's mark; nodes are asked as the settings say."""
    return Births.restored(store.journal.memory(MARK), settings.sparkplug_rebirth_seconds)


def at(store: Store, position: int, *, ahead: bool = False) -> Births:
    """As they were at an older position of the journal, for reading it again from there; see ``Births.at``."""
    return Births.restored(store.journal.memory(MARK), 0).at(position, ahead=ahead)
