"""One hash over messages of the journal: what an erasure took out, and what a day of collection held."""

from __future__ import annotations

import hashlib

import msgspec

from connectors.message import Message


class MessagesDigest:
    """The SHA-256 over messages in the order of the journal, each as MessagePack array ``[source, topic, payload,
    arrival, qos, retain, packet_id, left_out]``, and how many they are."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, message: Message) -> None:
        self._hash.update(msgspec.msgpack.encode(message.parts()))
        self.count += 1

    def hex(self) -> str:
        """Of all that were added by now."""
        return self._hash.hexdigest()
