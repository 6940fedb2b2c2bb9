"""What a device says of its own value, as a flag."""

from __future__ import annotations

from connectors.flags import BAD_QUALITY, UNCERTAIN_QUALITY

_SEVERITY = 30
_FLAGS = ("", UNCERTAIN_QUALITY, BAD_QUALITY, BAD_QUALITY)


def of_status(status: object) -> str:
    """The flag of an OPC UA status code: its two highest bits are 0 good, 1 uncertain, 2 bad (OPC 10000-4, 7.39).
    A number, or an object with ``Code`` and ``Symbol``, or the symbol alone (``BadTimeout``)."""
    if isinstance(status, dict):
        status = status.get("Code", status.get("Symbol"))
    if isinstance(status, int) and not isinstance(status, bool):
        return _FLAGS[(status >> _SEVERITY) & 3]
    if isinstance(status, str):
        return (
            BAD_QUALITY if status.startswith("Bad") else UNCERTAIN_QUALITY if status.startswith("Uncert") else ""
        )
    return ""
