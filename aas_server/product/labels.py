"""When a label's value means a defect: one rule for the model, the sample and whoever else asks."""

from __future__ import annotations

from math import isfinite

from aas_server.product.recipe import Label


def plain(value: object) -> str | None:
    """A label's value as text, so that ``1``, ``1.0``, ``"1"`` and ``true`` are the same; ``None`` where there is
    none."""
    if value is None or value != value:
        return None
    shown = str(value).strip()
    shown = {"true": "1", "false": "0"}.get(shown.lower(), shown)
    try:
        return f"{float(shown):.12g}"
    except ValueError:
        return shown


def defects(label: Label) -> frozenset[str | None]:
    """The values that mean a defect, as ``plain`` gives them."""
    return frozenset(map(plain, label.defect))


def is_number(text: str) -> bool:
    """Whether a label's value, as text, is a finite number."""
    try:
        return isfinite(float(text))
    except ValueError:
        return False
