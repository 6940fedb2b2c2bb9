"""Loads what all commands need once and forks a process for each: it runs as its own, two seconds sooner.

Reads one JSON line a command (``arguments``, ``env``, ``cwd``, ``out``, ``err``), answers its exit code.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

from aas_server.cli.app import COMMANDS, main


def run(said: dict[str, Any]) -> int:
    """In the forked process: the command, with its own environment and outputs."""
    os.environ.clear()
    os.environ.update(said["env"])
    os.chdir(said["cwd"])
    for stream, descriptor in (("out", 1), ("err", 2)):
        os.dup2(os.open(said[stream], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        main(said["arguments"])
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    for module in sorted({place.partition(".")[0] for place in COMMANDS.values()}):
        import_module(f"aas_server.cli.{module}")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(run(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
