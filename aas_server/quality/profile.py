"""A quality profile: which indices count, and how much. Data, not code: one TOML file each in ``profiles/``."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from aas_server.errors import BadInput
from submodels.text import Text

_FOLDER = Path(__file__).with_name("profiles")


@dataclass(frozen=True, slots=True)
class Weighted:
    """An index in a profile. ``weight`` is a decimal number; ``dimension`` an IRI, empty where there is none."""

    name: str
    title: Text
    dimension: str
    weight: str

    @property
    def share(self) -> Fraction:
        return Fraction(self.weight)


@dataclass(frozen=True, slots=True)
class Profile:
    """``left_out_over``: the share of missing cells beyond which a column is reported and left out first."""

    name: str
    title: Text
    source: str
    left_out_over: str
    index: tuple[Weighted, ...]


def load(name: str) -> Profile:
    """The profile of that name. Raises ``BadInput`` with the names there are."""
    known = sorted(file.stem for file in _FOLDER.glob("*.toml"))
    if name not in known:
        raise BadInput("quality-profile-unknown", name=name, known=", ".join(known))
    return msgspec.toml.decode((_FOLDER / f"{name}.toml").read_bytes(), type=Profile)
