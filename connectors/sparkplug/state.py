"""The state of a host application (specification 3.0, chapter 6.4.25; 2.2 had bare words)."""

from __future__ import annotations

import msgspec

from connectors.flags import RETAINED
from connectors.message import Letter, Message, Narrow, Undecodable
from connectors.sparkplug.samples import add_online, stamp
from connectors.sparkplug.topic import NAMESPACE, OLD_WORDS


class _State(msgspec.Struct):
    online: bool
    timestamp: int | None = None


_decoder = msgspec.json.Decoder(_State)


def add_state(part: Narrow, message: Message) -> None:
    """One row. Raises ``Undecodable`` where the payload is neither JSON of 3.0 nor a word of 2.2."""
    word = OLD_WORDS.get(message.payload)
    flags = (RETAINED,) if message.retain else ()
    if word is not None:
        add_online(part, word, None, flags)
        return
    try:
        state = _decoder.decode(message.payload)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise Undecodable("sparkplug-state", topic=message.topic, fault=str(fault)) from None
    time, doubt = (None, "") if (state.timestamp or 0) < 0 else stamp(state.timestamp, message.arrival)
    add_online(part, state.online, time, (*flags, doubt) if doubt else flags)


def announcement(host: str, online: bool, moment: int) -> Letter:
    """What a host application says of itself, retained. The birth of a connection and its will bear the same
    ``moment`` (ms since 1970): that is how a node tells an old will (specification 3.0, 6.4.25)."""
    payload = msgspec.json.encode({"online": online, "timestamp": moment})
    return Letter(f"{NAMESPACE}STATE/{host}", payload, 1, True)
