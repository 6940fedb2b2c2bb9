"""The seven steps of the call as pages show them: a step's state, and why it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aas_server.product.record import ProductRecord, StepRecord, StepState
from submodels.text import Text

SEVEN: Mapping[str, tuple[str, ...]] = {
    "collect": ("collect",),
    "preprocess": ("preprocess",),
    "train": ("train",),
    "use-cases": ("use_cases",),
    "package": ("package",),
    "verify-price": ("verify", "price"),
    "register": ("register",),
}
"""The call's steps, in its order, and the parts of the line each is made of."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the seven. ``time`` is when its state was entered (ISO 8601 UTC, empty while it waits)."""

    number: int
    name: str
    state: StepState
    time: str
    errors: tuple[tuple[str, Mapping[str, str | Text]], ...]


def seven(product: ProductRecord) -> list[Step]:
    """The steps of a product in order."""
    return [
        _step(number, name, [product.steps.get(part, StepRecord()) for part in parts])
        for number, (name, parts) in enumerate(SEVEN.items(), 1)
    ]


def runs(products: Sequence[ProductRecord]) -> bool:
    """Whether a step of one of the products is being made at this moment."""
    return any(step.state == "running" for product in products for step in product.steps.values())


def signature(products: Sequence[ProductRecord]) -> str:
    """A text that changes whenever a step of one of the products does."""
    return ";".join(
        f"{product.id}:{product.release}:"
        + ",".join(f"{step.state[0]}{step.time}" for step in product.steps.values())
        for product in products
    )


def _step(number: int, name: str, parts: Sequence[StepRecord]) -> Step:
    return Step(
        number=number,
        name=name,
        state=_state([part.state for part in parts]),
        time=max(part.time for part in parts),
        errors=tuple((part.error, part.values) for part in parts if part.error),
    )


def _state(states: Sequence[StepState]) -> StepState:
    """Failed where a part failed; done where all are; under way where some are."""
    if "failed" in states:
        return "failed"
    if all(state == states[0] for state in states):
        return states[0]
    return "running"
