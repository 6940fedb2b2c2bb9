"""What a product is worth by income and by market, and how far each assumption moves it: parts of Pricing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class IncomeYear:
    """One year of the income approach. ``factor``: the present worth of a won, to six decimals."""

    year: int
    buyers: int
    factor: float
    amount: int


@dataclass(frozen=True, slots=True)
class IncomeValue:
    """The income approach: ``value`` is the sum of the years. ``discount`` and ``obsolescence`` are fractions."""

    fee: int
    discount: float
    obsolescence: float
    basis: str
    years: tuple[IncomeYear, ...]
    value: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A like product: its price without VAT, and ``adjusted`` = price × ``factor``, cut to whole won."""

    name: str
    price: int
    source: str
    date: str
    factor: float
    adjustments: str
    adjusted: int


@dataclass(frozen=True, slots=True)
class MarketValue:
    """The market approach: the adjusted prices' median and range."""

    compared: tuple[Compared, ...]
    median: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Driver:
    """What an approach's value comes to where one assumption is changed. ``changes``: percent; ``values``: won."""

    approach: str
    name: str
    changes: tuple[int, ...]
    values: tuple[int, ...]

    @property
    def spread(self) -> int:
        """From the lowest to the highest value: the length of its bar in a tornado."""
        return max(self.values) - min(self.values)


def income_values(value: IncomeValue | None) -> Mapping[str, Any] | None:
    """The values of the elements; ``None`` where the approach was not taken."""
    if value is None:
        return None
    return {
        "Fee": value.fee,
        "DiscountRate": value.discount,
        "ObsolescenceRate": value.obsolescence,
        "Basis": value.basis,
        "Years": [
            {"Year": one.year, "Buyers": one.buyers, "Factor": one.factor, "Amount": one.amount}
            for one in value.years
        ],
        "Value": value.value,
    }


def income_value(said: Mapping[str, Any] | None) -> IncomeValue | None:
    """The way back from ``income_values``."""
    if said is None:
        return None
    return IncomeValue(
        said["Fee"],
        float(said["DiscountRate"]),
        float(said["ObsolescenceRate"]),
        said["Basis"],
        tuple(
            IncomeYear(one["Year"], one["Buyers"], float(one["Factor"]), one["Amount"]) for one in said["Years"]
        ),
        said["Value"],
    )


def market_values(value: MarketValue | None) -> Mapping[str, Any] | None:
    """The values of the elements; ``None`` where the approach was not taken."""
    if value is None:
        return None
    return {
        "Median": value.median,
        "Low": value.low,
        "High": value.high,
        "Comparables": [
            {
                "Name": one.name,
                "Price": one.price,
                "Source": one.source,
                "Date": one.date,
                "Factor": one.factor,
                "Adjustments": one.adjustments,
                "Adjusted": one.adjusted,
            }
            for one in value.compared
        ],
    }


def market_value(said: Mapping[str, Any] | None) -> MarketValue | None:
    """The way back from ``market_values``."""
    if said is None:
        return None
    return MarketValue(
        tuple(
            Compared(
                one["Name"],
                one["Price"],
                one["Source"],
                one["Date"],
                float(one["Factor"]),
                one.get("Adjustments", ""),
                one["Adjusted"],
            )
            for one in said["Comparables"]
        ),
        said["Median"],
        said["Low"],
        said["High"],
    )


def driver_values(one: Driver) -> Mapping[str, Any]:
    """The values of the elements."""
    return {"Approach": one.approach, "Name": one.name, "Changes": list(one.changes), "Values": list(one.values)}


def driver(said: Mapping[str, Any]) -> Driver:
    """The way back from ``driver_values``."""
    return Driver(said["Approach"], said["Name"], tuple(said["Changes"]), tuple(said["Values"]))
