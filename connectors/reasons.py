"""Why a broker refuses us or drops us: the keys of the sentences, by the reason codes of MQTT 5 (section 2.4).

paho gives the codes of MQTT 3.1.1 in the same form.
"""

from __future__ import annotations

from collections.abc import Mapping

from paho.mqtt.reasoncodes import ReasonCode

_REFUSED: Mapping[int, str] = {
    0x84: "broker-refused-version",
    0x85: "broker-refused-client",
    **dict.fromkeys((0x86, 0x87, 0x8A, 0x8C), "broker-refused-login"),
    **dict.fromkeys((0x88, 0x89, 0x97), "broker-refused-busy"),
}
_LOST: Mapping[int, str] = {
    0x81: "broker-lost-protocol",
    0x82: "broker-lost-protocol",
    0x8B: "broker-lost-shutdown",
    0x8D: "broker-lost-keepalive",
    0x8E: "broker-lost-taken-over",
}


def refused(code: ReasonCode) -> str:
    """A refusal by its kind; ``broker-refused`` names only the number."""
    return _REFUSED.get(code.value, "broker-refused")


def lost(code: ReasonCode) -> str:
    """A connection's end by its kind; ``broker-lost`` where the line just went."""
    return _LOST.get(code.value, "broker-lost")
