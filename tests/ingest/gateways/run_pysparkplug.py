"""A gateway made of pysparkplug: ``run_pysparkplug.py PORT``. It publishes its births, then a value by alias alone
for every line it reads, and answers rebirth commands. It says on its output what it has done."""

from __future__ import annotations

import itertools
import sys

import pysparkplug as spb

GROUP, NODE, DEVICE = "plant", "pysparkplug", "press"
REBIRTH = "Node Control/Rebirth"


def tell(what: str) -> None:
    """One write, since two threads tell."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


class Gateway:
    """One session: the node (bdSeq 0) and its press, whose pressure has alias 1 and its state alias 2."""

    def __init__(self, port: int) -> None:
        self._client = spb.Client(client_id="pysparkplug")
        self._seq = itertools.count()
        self._session = self._metric("bdSeq", spb.DataType.INT64, 0)
        death = spb.NDeath(timestamp=spb.get_current_timestamp(), bd_seq_metric=self._session)
        self._client.set_will(self._message("NDEATH", death))
        command = self._topic("NCMD")
        self._client.subscribe(command, spb.QoS.AT_LEAST_ONCE, self._on_command)
        self._client.connect("127.0.0.1", port=port, callback=lambda _: self._born())

    def say(self, pressure: float) -> None:
        metrics = (
            self._metric(None, spb.DataType.DOUBLE, pressure, 1),
            self._metric(None, spb.DataType.INT16, -int(pressure), 3),
        )
        self._send("DDATA", spb.DData(timestamp=spb.get_current_timestamp(), seq=self._next(), metrics=metrics))

    def _born(self) -> None:
        self._seq = itertools.count()
        own = (self._session, self._metric(REBIRTH, spb.DataType.BOOLEAN, False))
        self._send(
            "NBIRTH", spb.NBirth(timestamp=spb.get_current_timestamp(), seq=self._next(), metrics=own), True
        )
        metrics = (
            self._metric("pressure", spb.DataType.DOUBLE, 0.0, 1),
            self._metric("상태", spb.DataType.STRING, "가동", 2),
            self._metric("offset", spb.DataType.INT16, -1, 3),
            self._metric("profile", spb.DataType.INT32_ARRAY, (1, -2, 3)),
            self._metric("started", spb.DataType.BOOLEAN, True),
        )
        self._send(
            "DBIRTH", spb.DBirth(timestamp=spb.get_current_timestamp(), seq=self._next(), metrics=metrics), True
        )
        tell("born")

    def _on_command(self, _: object, message: spb.Message) -> None:
        for metric in message.payload.metrics:
            if metric.name == REBIRTH and metric.value is True:
                self._born()

    def _metric(self, name: str | None, kind: spb.DataType, value: object, alias: int | None = None) -> spb.Metric:
        return spb.Metric(spb.get_current_timestamp(), name, kind, value=value, alias=alias)

    def _next(self) -> int:
        return next(self._seq) % 256

    def _topic(self, kind: str) -> spb.Topic:
        device = DEVICE if kind.startswith("D") else None
        return spb.Topic(message_type=spb.MessageType(kind), group_id=GROUP, edge_node_id=NODE, device_id=device)

    def _message(self, kind: str, payload: object) -> spb.Message:
        return spb.Message(topic=self._topic(kind), payload=payload, qos=spb.QoS.AT_LEAST_ONCE, retain=False)

    def _send(self, kind: str, payload: object, include_dtypes: bool = False) -> None:
        self._client.publish(self._message(kind, payload), include_dtypes=include_dtypes)


if __name__ == "__main__":
    gateway = Gateway(int(sys.argv[1]))
    for line in sys.stdin:
        tell("said")
        gateway.say(float(line))
