"""Ingest alone in a process, to be killed: ``ingest_process.py FOLDER BROKER QOS``. Says ``ready`` when it is."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from aas_server.ingest.service import Ingest
from aas_server.settings import Settings
from aas_server.store.sqlite import open_store
from connectors.mqtt import Subscription


def main(folder: str, broker: str, qos: str) -> None:
    settings = Settings(data=Path(folder), fold_seconds=0.2)
    store = open_store(settings.data)
    ingest = Ingest(store, settings, [Subscription(broker, [f"#;qos={qos}"], "killed", settings.receive_window)])
    ingest.start()
    while not ingest.ready():
        time.sleep(0.01)
    print("ready", flush=True)
    sys.stdin.read()
    ingest.stop()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
