"""``aas streams`` as a user runs it, on a folder without a server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aas_server.store.sqlite import open_store
from connectors.message import Message

SHOT = '{"timestamp": "2026-01-01T00:00:00Z", "oil": 41.5}'
KEYS = ["name", "source", "state", "messages", "records", "duplicates", "quarantined", "first", "last", "lag"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Messages that were committed, and nothing else was done with: as after a kill."""
    data = tmp_path_factory.mktemp("streams") / "data"
    store = open_store(data)
    topics = ("line/a/shot", "line/b/shot", "line/press")
    payloads = [(topic, SHOT) for topic in topics] + [("line/press", '{"cut off')]
    store.journal.append([Message("mem", topic, text.encode(), time.time_ns(), 1) for topic, text in payloads])
    store.close()
    return data


def listed(aas: Callable[..., Any], folder: Path) -> dict[str, dict[str, Any]]:
    ended = aas("streams", "--json", "--data", folder)
    assert (ended.code, ended.err) == (0, "")
    return {one["name"]: one for one in json.loads(ended.out)}


def test_streams_are_listed_adopted_replayed_and_erased(aas: Callable[..., Any], folder: Path) -> None:
    streams = listed(aas, folder)
    assert set(streams) == {"line_a_shot", "line_b_shot", "line_press"}
    assert all(list(one)[:10] == KEYS for one in streams.values())
    assert (streams["line_press"]["records"], streams["line_press"]["quarantined"]) == (1, 1)

    adopted = aas("streams", "adopt", "line/+/shot", "--name", "shots", "--json", "--data", folder)
    assert adopted.last["joined"] == ["line_a_shot", "line_b_shot"], adopted.err
    streams = listed(aas, folder)
    assert {name: one["state"] for name, one in streams.items()} == {
        "shots": "adopted",
        "line_press": "discovered",
    }
    assert streams["shots"]["records"] == 2

    replayed = aas("streams", "replay", "line/press", "--json", "--data", folder)
    assert (replayed.last["records"], replayed.last["quarantined"]) == (1, 1)
    unread = aas("streams", "quarantine", "line_press", "--json", "--data", folder)
    assert [one["reason"] for one in json.loads(unread.out)] == ["payload-not-json"]

    assert aas("streams", "erase", "shots", "--data", folder).code == 2
    erased = aas("streams", "erase", "shots", "--yes", "--reason", "시험", "--json", "--data", folder)
    assert (erased.last["records"], erased.last["reason"]) == (2, "시험")
    assert listed(aas, folder)["shots"]["records"] == 0, "its description stays"


def test_what_people_read_is_in_their_language(aas: Callable[..., Any], folder: Path) -> None:
    korean = aas("streams", "show", "line_press", "--data", folder, "--lang", "ko")
    english = aas("streams", "show", "line_press", "--data", folder, "--lang", "en")
    assert "발견됨" in korean.out and "oil" in korean.out and "discovered" in english.out
    configured = aas("streams", "configuration", "--data", folder, "--lang", "ko")
    assert configured.code == 0, configured.err


def test_adopting_what_never_came_is_said(aas: Callable[..., Any], folder: Path) -> None:
    ended = aas("streams", "adopt", "no/such", "--lang", "en", "--data", folder)
    assert ended.code == 0
    assert "has come on the topic 'no/such' yet" in ended.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "nothing"), 2),
        (("adopt", "a/#/b"), 2),
        (("replay", "line_press", "--from", "yesterday"), 2),
    ],
)
def test_what_is_wrong_ends_with_a_code(
    aas: Callable[..., Any], folder: Path, arguments: tuple[str, ...], code: int
) -> None:
    ended = aas("streams", *arguments, "--json", "--data", folder)
    assert ended.code == code and set(ended.last) == {"error", "message"}
