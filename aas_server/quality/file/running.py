"""A long query with its progress told, that Ctrl-C ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waiting

import duckdb

Watch = Callable[[str, int, int], None]
_EVERY = 0.2
"""Seconds between two looks at how far a query is."""


def run(connection: duckdb.DuckDBPyConnection, sql: str, part: str, watch: Watch) -> None:
    """Run a statement in a thread of its own and tell ``watch`` how far it is, in percent."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(connection.execute, sql)
        try:
            while True:
                try:
                    future.result(timeout=_EVERY)
                    break
                except Waiting:
                    watch(part, min(max(int(connection.query_progress()), 0), 99), 100)
        except BaseException:
            connection.interrupt()
            raise
    watch(part, 100, 100)
