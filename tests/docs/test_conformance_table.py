"""``docs/conformance.md`` says what the running app serves, and names a test for each operation. To rewrite it:
``python tests/docs/test_conformance_table.py``."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from aas_server.api.app import MOUNTS, mount_apis
from aas_server.api.operations import Operation, operations
from aas_server.settings import Settings
from aas_server.store.sqlite import open_store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "conformance.md"
EVERY = ROOT / "tests" / "api" / "official" / "test_every_operation.py"
DRAFTS = {
    "$history": "test_a_document_is_shown_as_it_stood_at_a_moment",
    "$recent-changes": "test_the_last_change_of_each_document_is_told",
}
HISTORY = ROOT / "tests" / "api" / "test_history.py"
REWRITE = "python tests/docs/test_conformance_table.py"

HEAD = f"""# Conformance to the AAS API (IDTA-01002)

Made from the running app and from the names of the tests by `{REWRITE}`; a test fails
where it is out of date. An operation is served under `/api/v3.1` and, where it came with 3.0, under `/api/v3.0`.
"""
RELEASED = f"""
## Released operations: {{served}} of {{all}} served
Each is shown by a test of its own in `{EVERY.relative_to(ROOT).as_posix()}`: it asks something
sensible and holds the answer, its effect and its form against the official schema of V3.1.2; the test of the same
name with `3.0` asks `/api/v3.0`, against V3.0.4. To run one, give pytest the file, `::`, and its name.
Where the official files are in error stands, with the reasons, in `tests/api/official/known_errors.toml`.
"""
DRAFT = f"""
## The draft of 3.2: {{served}} of {{all}} served
From its working state of 2026-04-23, under `/api/v3.1`; what is served is shown in
`{HISTORY.relative_to(ROOT).as_posix()}`. $history of a concept description is ours, after the others'.
"""


def page() -> str:
    """The page as it should be."""
    paths = described()
    shown = shown_by_tests()
    released = [one for one in operations().values() if one.since <= "3.1"]
    drafts = [one for one in operations().values() if one.since > "3.1"]
    parts = [
        HEAD,
        RELEASED.format(**counted(released, paths)),
        table(released, paths, shown, lambda one: f"test_an_operation[3.1-{one.method}-{one.path}]"),
        DRAFT.format(**counted(drafts, paths)),
        table(drafts, paths, shown, lambda one: DRAFTS.get(one.path.rpartition("/")[2], "")),
    ]
    return "".join(parts)


def counted(listed: list[Operation], paths: dict[str, Any]) -> dict[str, int]:
    return {"served": sum(bool(served(one, paths)) for one in listed), "all": len(listed)}


def served(one: Operation, paths: dict[str, Any]) -> list[str]:
    """The versions that serve an operation."""
    return [version for version, known in paths.items() if one.method.lower() in known.get(one.path, {})]


def table(
    listed: list[Operation], paths: dict[str, Any], shown: set[str], name: Callable[[Operation], str]
) -> str:
    rows = ["", "| operation | since | served | shown by |", "|---|---|---|---|"]
    for one in listed:
        versions = served(one, paths)
        test = f"`{name(one)}`" if versions and name(one) in shown else "-"
        where = f"`{one.method} {one.path}`<br>{one.name}"
        rows.append(f"| {where} | {one.since} | {', '.join(versions) or 'no'} | {test} |")
    return "\n".join(rows) + "\n"


def described() -> dict[str, Any]:
    """What the running app says it serves, by version."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        settings = Settings(data=Path(folder))
        app = mount_apis(FastAPI(), store, Repository(store), Packages(store), settings)
        client = TestClient(app, base_url="http://127.0.0.1:8080")
        paths = {version: client.get(f"{at}/openapi.json").json()["paths"] for version, at in MOUNTS.items()}
        store.close()
    return paths


def shown_by_tests() -> set[str]:
    """The names of the tests that there are."""
    every = module(EVERY)
    history = module(HISTORY)
    return {*names_of(every), *(name for name in DRAFTS.values() if callable(getattr(history, name, None)))}


def names_of(every: Any) -> Iterator[str]:
    for version in ("3.1", "3.0"):
        for case in every.asked(version):
            _, operation = case.values
            if f"{operation.method} {every.placed(operation.path)[0]}" in every.SCENARIOS:
                yield f"test_an_operation[{case.id}]"


def module(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"shown_in_{file.stem}", file)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_page_is_up_to_date() -> None:
    written = PAGE.read_text("utf-8") if PAGE.exists() else ""
    assert written == page(), f"docs/conformance.md is out of date; rewrite it: {REWRITE}"


def test_every_released_operation_is_served_and_shown() -> None:
    paths, shown = described(), shown_by_tests()
    for one in operations().values():
        if one.since <= "3.1":
            versions = ["3.1", "3.0"] if one.since == "3.0" else ["3.1"]
            assert served(one, paths) == versions
            assert {f"test_an_operation[{version}-{one.method}-{one.path}]" for version in versions} <= shown


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
