"""A quality profile: which indices count, and how much. Data, not code: one TOML file each in ``profiles/``, or a
file of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from aas_server import written
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.quality.named import MEASURES
from submodels.text import Text

_FOLDER = Path(__file__).with_name("profiles")


@dataclass(frozen=True, slots=True)
class Weighted:
    """An index in a profile. ``measure`` is what is measured (a key of ``MEASURES``; the index's own name where
    it is left out), ``weight`` a decimal number, ``dimension`` an IRI, empty where there is none."""

    name: str
    title: Text
    weight: str
    dimension: str = ""
    measure: str = ""

    @property
    def share(self) -> Fraction:
        return Fraction(self.weight)

    @property
    def measured_by(self) -> str:
        return self.measure or self.name


@dataclass(frozen=True, slots=True)
class Profile:
    """``source`` says where indices and weights come from, ``date`` as of when. ``left_out_over``: the share of
    missing cells beyond which a column is reported and left out first; "1" leaves none out."""

    name: str
    title: Text
    source: str
    index: tuple[Weighted, ...]
    date: str = ""
    left_out_over: str = "1"


def names() -> list[str]:
    """The profiles there are."""
    return sorted(file.stem for file in _FOLDER.glob("*.toml"))


def load(name: str) -> Profile:
    """The profile of that name, or in that file (``….toml``).

    Raises ``BadInput``: with the names there are, or with file and line of what is wrong in it.
    """
    file = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not name.endswith(".toml") and name not in names():
        raise BadInput("quality-profile-unknown", name=name, known=", ".join(names()))
    source = written.text(file)
    profile = written.parsed(source, Profile, str(file))
    for place, fault in _faults(profile):
        raise written.wrong(source, str(file), place, fault)
    return profile


def _faults(profile: Profile) -> list[tuple[tuple[str | int, ...], Text]]:
    found: list[tuple[tuple[str | int, ...], Text]] = []
    if not 0 <= (_decimal(profile.left_out_over) or -1) <= 1:
        found.append((("left_out_over",), in_all("profile-left-out-wrong", given=profile.left_out_over)))
    if not profile.index:
        found.append(((), in_all("profile-no-index")))
    seen: set[str] = set()
    for number, one in enumerate(profile.index):
        place = ("index", number)
        weight = _decimal(one.weight)
        if weight is None or weight < 0:
            found.append(((*place, "weight"), in_all("profile-weight-wrong", index=one.name, given=one.weight)))
        if one.measured_by not in MEASURES:
            known = ", ".join(MEASURES)
            where = "measure" if one.measure else "name"
            said = in_all("profile-measure-unknown", index=one.name, given=one.measured_by, known=known)
            found.append(((*place, where), said))
        if one.name in seen:
            found.append(((*place, "name"), in_all("profile-index-twice", index=one.name)))
        if not {"ko", "en"} <= one.title.keys():
            found.append(((*place, "title"), in_all("profile-title-wrong", index=one.name)))
        seen.add(one.name)
    if not found and not sum(one.share for one in profile.index):
        found.append(((), in_all("profile-no-weight")))
    return found


def _decimal(given: str) -> Fraction | None:
    try:
        return Fraction(given)
    except (ValueError, ZeroDivisionError):
        return None
