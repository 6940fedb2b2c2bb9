"""DataProcessing (own; PROV): what step 2 did to the data, operation by operation, and how names map to IRDIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from submodels.field import Field
from submodels.text import Text

KIND = "DataProcessing"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on one stream. ``code`` is stable (``remove-repeated``, ``declared-code``, …); ``rule`` says
    what was done; ``example`` shows one place where it was."""

    code: str
    stream: str
    rule: Text
    rows_in: int
    rows_out: int
    cells_changed: int
    columns: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many fields bear an official IRDI, our own URI, or nothing yet."""

    irdi: int
    own: int
    open: int


@dataclass(frozen=True, slots=True)
class DataProcessing:
    """``inputs`` names each stream with its Delta version; ``fields`` the mapping per stream."""

    id: str
    inputs: Mapping[str, int]
    operations: tuple[Operation, ...]
    fields: Mapping[str, tuple[Field, ...]]
    coverage: Coverage
    software: str
