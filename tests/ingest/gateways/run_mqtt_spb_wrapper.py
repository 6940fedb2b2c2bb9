"""A gateway made of mqtt-spb-wrapper: ``run_mqtt_spb_wrapper.py PORT``. It publishes its birth, then a value by
name for every line it reads, and answers commands by its birth. It says on its output what it has done."""

from __future__ import annotations

import sys

from mqtt_spb_wrapper import MqttSpbEntityEdgeNode


def tell(what: str) -> None:
    """One write, since two threads tell."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main(port: int) -> None:
    node = MqttSpbEntityEdgeNode("plant", "wrapper", include_spb_rebirth=False)
    node.data.set_value("pressure", 1.5)
    node.data.set_value("state", "idle")
    node.data.set_value("count", 7)

    def born(_: object = None) -> None:
        node.publish_birth(qos=1)
        tell("born")

    # its own answer to Node Control/Rebirth publishes once, while it is being set up
    node.on_command = born
    node.connect("127.0.0.1", port, client_id="wrapper")
    born()
    for line in sys.stdin:
        tell("said")
        node.data.set_value("pressure", float(line))
        node.publish_data(qos=1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
