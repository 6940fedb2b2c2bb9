"""A message over the limit: taken and acknowledged, so that it does not come for ever, but not kept whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.message import HEAD, Delivery, Message


@dataclass(frozen=True, slots=True)
class _Cut:
    """A delivery whose message has lost most of its payload."""

    whole: Delivery
    message: Message
    duplicate: bool
    since_connect: int | None

    def acknowledge(self, position: int = 0) -> None:
        self.whole.acknowledge(position)


def cut(delivery: Delivery, limit: int) -> Delivery:
    """The delivery itself, or with the head of its payload alone where that is larger than ``limit`` bytes. Its
    source may have left out the end already."""
    message = delivery.message
    size = len(message.payload) + message.left_out
    if size <= limit:
        return delivery
    head = message.payload[: min(HEAD, limit)]
    short = replace(message, payload=head, left_out=size - len(head))
    return _Cut(delivery, short, delivery.duplicate, delivery.since_connect)
