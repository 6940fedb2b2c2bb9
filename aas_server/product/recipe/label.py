"""What is to be told: good from bad, which class, or a number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """The column that says what is to be learnt; ``defect`` lists the values that mean bad (compared as text).
    Without any, each value is a class of its own, or the column holds a number (``modelling.task``)."""

    column: str
    defect: tuple[str, ...] = ()
