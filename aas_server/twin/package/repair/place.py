"""An object under repair, where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aas_server.twin.package.repair.notes import Kept, Notes
from aas_server.twin.plain import Json


@dataclass(frozen=True, slots=True)
class Place:
    """An object of class ``name``, built anew, and its path. ``kept`` is what goes into an extension."""

    name: str
    new: Json
    path: str
    kept: list[Kept]
    notes: Notes

    def at(self, attribute: str) -> str:
        return f"{self.path}.{attribute}".lstrip(".")

    def mended(self, attribute: str, key: str, **values: object) -> None:
        self.notes.mended(self.at(attribute), key, **values)

    def keep(self, attribute: str, value: Any) -> None:
        """Keep what a repair replaces at an attribute."""
        self.kept.append(Kept(self.at(attribute), value, original=True))

    def put_aside(self, attribute: str, value: Any = None) -> None:
        """Move an attribute, or one of its parts that the caller removes, into an extension: a finding."""
        self.kept.append(Kept(self.at(attribute), self.new.pop(attribute) if value is None else value))

    def replace(self, attribute: str, key: str, now: Any) -> None:
        """Give an attribute another value; the one it had is quoted in the report."""
        self.mended(attribute, key, given=self.new.get(attribute, ""), now=now)
        self.new[attribute] = now
