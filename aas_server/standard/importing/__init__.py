"""Files of a licensed dictionary, read into entries: ECLASS (XML, CSV) and IEC CDD (xlsx, CSV)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from aas_server.errors import BadInput
from aas_server.standard.entry import Entry, UnitNamed
from aas_server.standard.importing import ontoml, tables
from aas_server.standard.importing.trouble import Trouble

Found = Entry | UnitNamed
MOST_BYTES = 4_000_000_000
"""Larger than any release of ECLASS unpacked (the XML of all segments together is below 2 GB)."""


def read(file: Path, note: Callable[[Trouble], None]) -> Iterator[Found]:
    """Entries and names of units as they are read, in bounded memory. A row that can't be used is told to ``note``
    and passed over. Raises ``BadInput`` where the file is none of these, or hostile."""
    try:
        size = file.stat().st_size
    except OSError:
        raise BadInput("dictionary-file-missing", file=file) from None
    if size > MOST_BYTES:
        raise BadInput("dictionary-file-too-large", file=file, most=f"{MOST_BYTES:,}")
    kind = file.suffix.lower()
    if kind == ".xml":
        return ontoml.read(file, note)
    if kind in (".csv", ".txt"):
        return tables.read_csv(file, note)
    if kind == ".xlsx":
        return tables.read_xlsx(file, note)
    raise BadInput("dictionary-file-unknown", file=file, kind=kind or "?")


__all__ = ["Found", "Trouble", "read"]
