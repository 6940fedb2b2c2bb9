"""``product.toml``: how a product is made. The one truth for declared codes, cleaning, split, weights, costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from aas_server.errors import BadInput
from aas_server.messages import in_all
from submodels.text import Text
from submodels.use_cases import ProductKind


@dataclass(frozen=True, slots=True)
class Label:
    """The column that tells good from bad; ``defect`` lists the values that mean bad (compared as text)."""

    column: str
    defect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-column rule as an SQL expression over the raw column names; a row counts where it is true, and is
    left out where it is null. ``index`` says which index it feeds."""

    name: str
    expression: str
    index: Literal["consistency", "accuracy"]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``repeated``: what happens to records equal to an earlier one (over ``key``, else over all fields).
    ``codes`` maps a column to values that mean "no reading" (they become null). ``drop_missing_over``: a column
    with a larger share of missing cells is left out. ``clock_offsets``: seconds to add, per stream, to time
    stamps in ``[from, to)`` (ISO 8601)."""

    repeated: Literal["remove", "keep"] = "remove"
    key: tuple[str, ...] = ()
    codes: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    missing: Literal["keep", "drop-row"] = "keep"
    drop_missing_over: float | None = None
    clock_offsets: tuple[ClockOffset, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """A stretch in which a gateway's clock stood wrong by ``seconds`` (added to put it right)."""

    stream: str
    start: str
    end: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Modelling:
    """``leave_out``: columns no feature is made of (keys, texts, what is only known afterwards)."""

    test_share: float = 0.3
    acceptance: float = 0.8
    seed: int = 0
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A column's valid values, both ends included; an end that is left out (or infinite) is open."""

    min: float | None = None
    max: float | None = None

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Lower and upper end, each a finite number or ``None``."""
        low, high = (end if end is not None and math.isfinite(end) else None for end in (self.min, self.max))
        return low, high


@dataclass(frozen=True, slots=True)
class Quality:
    """``ranges``: by column; a value outside is invalid. ``key``: what should be unique (else the whole row)."""

    profile: str = "kamp"
    key: tuple[str, ...] = ()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Labour:
    role: str
    months: float


@dataclass(frozen=True, slots=True)
class Costing:
    """``cost_class`` names a row of the rate table; ``admin_rate`` and ``profit_rate`` (percent) may be lower than
    its caps, never higher. ``price``: the firm's own price without VAT, or null for the cost sheet's total."""

    method: Literal["statute", "software"] = "statute"
    cost_class: str = "service-other"
    admin_rate: float | None = None
    profit_rate: float | None = None
    materials: int = 0
    labour: tuple[Labour, ...] = ()
    expenses: int = 0
    outsourcing: int = 0
    technology_fee: int = 0
    overhead_rate: float = 140.0
    technology_rate: float = 20.0
    form: Literal["once", "flat", "metered", "royalty"] = "once"
    price: int | None = None
    reason: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    name: Text
    role: Text
    percent: float


@dataclass(frozen=True, slots=True)
class Terms:
    contract: str = "제공형"
    grant: str = "이용허락"
    exclusive: bool = False
    purpose: Text = field(default_factory=dict)
    term: str = "P1Y"
    territory: str = "KR"
    resupply: bool = False
    ai_training: bool = True
    personal_data: bool = False
    trade_secret: Text = field(default_factory=dict)
    national_core_technology: bool = False
    liability_cap: str = "계약금액"
    deletion_at_end: bool = True
    parties: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """The firm and the machine, for Identification, ContactInformation and TechnicalData."""

    company: Text
    department: Text
    street: Text
    city: Text
    zip_code: str
    country: str
    phone: str
    email: str
    manufacturer: Text
    model: str
    serial_number: str
    year: str
    parameters: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One product. ``streams``: the first is the main one. ``time``: the raw column that bears the time, or
    ``None`` where the message's own time is used. ``kept_years``: how long the listing stays (at least 1)."""

    id: str
    title: Text
    description: Text
    kind: ProductKind
    industry: str
    process: Text
    equipment: Text
    keywords: tuple[Text, ...]
    streams: tuple[str, ...]
    owner: Owner
    time: str | None = None
    label: Label | None = None
    cleaning: Cleaning = field(default_factory=Cleaning)
    modelling: Modelling = field(default_factory=Modelling)
    quality: Quality = field(default_factory=Quality)
    costing: Costing = field(default_factory=Costing)
    terms: Terms = field(default_factory=Terms)
    library: str = "제조데이터 라이브러리 (KAMP)"
    kept_years: int = 1


def load(file: Path) -> Recipe:
    """Read ``product.toml``. Raises ``BadInput`` with the place of the fault; an unknown key is one."""
    try:
        given = msgspec.toml.decode(file.read_bytes())
        recipe = msgspec.convert(given, Recipe)
    except FileNotFoundError:
        raise BadInput("recipe-missing", file=str(file)) from None
    except msgspec.ValidationError as fault:
        raise BadInput("recipe-wrong", file=str(file), fault=str(fault)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise BadInput("recipe-unreadable", file=str(file), fault=str(fault)) from None
    for key, known in _unknown(given, msgspec.to_builtins(recipe)):
        raise BadInput("recipe-wrong", file=str(file), fault=in_all("recipe-key-unknown", entry=key, known=known))
    return recipe


def dump(recipe: Recipe) -> bytes:
    """The recipe as TOML (UTF-8), without empty values."""
    return msgspec.toml.encode(_without_nulls(msgspec.to_builtins(recipe)))


def _unknown(given: Any, understood: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every key of the file that no part of the recipe is called by, with the keys known in its place."""
    if isinstance(given, dict):
        for name, part in given.items():
            if name not in understood:
                yield f"{place}{name}", ", ".join(understood)
            else:
                yield from _unknown(part, understood[name], f"{place}{name}.")
    elif isinstance(given, list):
        for number, (part, known) in enumerate(zip(given, understood, strict=True), 1):
            yield from _unknown(part, known, f"{place}{number}.")


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(part) for part in value]
    return value
