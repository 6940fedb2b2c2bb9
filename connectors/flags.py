"""Reasons for doubt that several kinds of payload share: what is said of a record beside its values."""

from __future__ import annotations

RETAINED = "retained"
HISTORICAL = "historical"
"""The broker had kept it; the gateway sends it as history. Both are old by nature."""
IMPLAUSIBLE_TIME = "implausible-time"
UNREADABLE_TIME = "unreadable-time"
NOT_A_NUMBER = "not-a-number"
BAD_QUALITY = "bad-quality"
UNCERTAIN_QUALITY = "uncertain-quality"
STALE_QUALITY = "stale-quality"
"""What a device says of its own value."""
