"""``[quality]``: what step 6 checks. The same may stand in a rules file of ``aas quality``."""

from __future__ import annotations

from aas_server.quality.declared import Order, Quality, Range, Redundant, Reference, Rule

__all__ = ["Order", "Quality", "Range", "Redundant", "Reference", "Rule"]
