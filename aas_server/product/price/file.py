"""A cost sheet's own file: ``aas price FILE.toml``."""

from __future__ import annotations

import math
import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from aas_server import written
from aas_server.errors import BadInput
from aas_server.messages import in_all
from aas_server.product.price import book, costs, given, tables
from aas_server.product.price.costs import Costs
from aas_server.product.price.given import Given
from aas_server.product.price.sheet import Method, Sheet
from aas_server.product.recipe import Labour
from aas_server.product.recipe.costing import Item
from aas_server.product.recipe.fault import Fault

METHODS: dict[str, Method] = {"statute": "statute", "sw-guide": "software"}


class PriceFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file may say. Rates are fractions (0.06); ``general_rate`` and ``profit_rate`` belong to the
    statute, ``overhead_rate`` and ``technology_rate`` to the software guide."""

    class_: str = msgspec.field(name="class", default="기타 용역")
    year: int | None = None
    method: str | None = None
    labour: tuple[Labour, ...] = ()
    material: tuple[Item, ...] = ()
    expense: tuple[Item, ...] = ()
    general_rate: float | None = None
    profit_rate: float | None = None
    overhead_rate: float | None = None
    technology_rate: float | None = None


def load(file: Path, *, for_book: bool = False) -> Sheet:
    """The sheet that the file gives, ``for_book``: one that a workbook can bear. Raises ``BadInput`` that names
    file, line and remedy."""
    source = written.text(file)
    said = written.parsed(source, PriceFile, str(file))
    _exact(source, str(file))
    try:
        made = given.reckoned(_given(said), tables.rates())
        if for_book:
            book.check(made)
    except Fault as fault:
        raise written.refused(source, str(file), fault.place, fault) from None
    return made


def _given(said: PriceFile) -> Given:
    if said.method not in METHODS:
        known = ", ".join(METHODS)
        if said.method is None:
            raise Fault(("method",), "price-method-missing", known=known)
        raise Fault(("method",), "price-method-unknown", name=said.method, known=known)
    if said.year is None:
        known = ", ".join(map(str, tables.years()))
        raise Fault(("year",), "price-year-missing", known=known)
    if not said.labour:
        raise Fault(("labour",), "price-labour-missing")
    method = METHODS[said.method]
    spent = Costs(
        given.worked(said.labour), given.items(said.material, "material"), given.items(said.expense, "expense")
    )
    own = ("overhead_rate", "technology_rate") if method == "software" else ("general_rate", "profit_rate")
    foreign = {"general_rate", "profit_rate", "overhead_rate", "technology_rate"} - set(own)
    for name in sorted(foreign):
        if getattr(said, name) is not None:
            raise Fault((name,), "rate-of-other-method", name=name, method=said.method, known=", ".join(own))
    if method == "statute":
        general, profit = (_rate(said, name) for name in own)
        return Given(method, said.class_, said.year, spent, general, profit)
    rates = {
        field: costs.decimal(value, (name,))
        for field, name in zip(("overhead", "technology"), own, strict=True)
        if (value := getattr(said, name)) is not None
    }
    return Given(method, said.class_, said.year, spent, **rates)


def _rate(said: PriceFile, name: str) -> Decimal | None:
    value: float | None = getattr(said, name)
    return None if value is None else costs.fraction(value, (name,))


def _exact(source: str, file: str) -> None:
    """Refuses a number that a binary float can't bear to its last digit: it would be reckoned with another."""
    lost: list[str] = []

    def read(digits: str) -> float:
        number = float(digits)
        if math.isfinite(number) and Decimal(repr(number)) != Decimal(digits):
            lost.append(digits)
        return number

    tomllib.loads(source, parse_float=read)
    for number, line in enumerate(source.splitlines(), 1):
        for digits in lost:
            if digits in line.replace("_", ""):
                fault = in_all("cost-too-many-digits", number=digits)
                raise BadInput("written-wrong", file=file, line=number, fault=fault)
