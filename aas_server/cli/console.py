"""How a command speaks: sentences and progress to the person, JSON to the script."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from aas_server.messages import Language, text

LINES = 50
"""Lines of one sort that a person is told; a script gets all with ``--json``."""
_PATIENCE = 10.0
"""Seconds of work after which a script's log is told which parts are done, too."""
Item = TypeVar("Item")


class Voice:
    """Speaks one language. With ``json`` the result is all that is said; only what a person must know while a
    command goes on (``alert``) and progress bars go to standard error."""

    def __init__(self, language: Language, json: bool = False) -> None:
        self.language = language
        self.json = json
        self._people = Console(stderr=json, highlight=False, soft_wrap=True, emoji=False)

    def say(self, key: str, **values: object) -> None:
        """A sentence for the person; a script has the result instead."""
        if not self.json:
            self.alert(key, **values)

    def alert(self, key: str, **values: object) -> None:
        """A sentence that no result bears: for the person, whoever else reads."""
        self._people.print(text(key, self.language, **values), markup=False)

    def say_each(self, key: str, many: Sequence[Item], values: Callable[[Item], Mapping[str, object]]) -> None:
        """A sentence for each of the first ``LINES``, and how many more there are."""
        for one in many[:LINES]:
            self.say(key, **values(one))
        if len(many) > LINES:
            self.say("and-more", count=f"{len(many) - LINES:,}")

    def word(self, key: str) -> str:
        """A sentence as a part of another one."""
        return text(key, self.language)

    def result(self, value: Mapping[str, Any] | list[Any], key: str = "", **values: object) -> None:
        """The command's result: as one line of JSON, or as the sentence ``key``."""
        if self.json or not key:
            self.print_json(value)
        else:
            self.say(key, **values)

    def print_json(self, value: object) -> None:
        """One line of JSON on standard output, whole and flushed."""
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        sys.stdout.flush()

    @contextmanager
    def progress(self) -> Iterator[Bars]:
        """Progress bars on a terminal; a plain line per finished part elsewhere. With ``json`` these lines go to
        standard error, and only once the work has lasted for ten seconds."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield Bars(self, progress)


class Bars:
    """One bar a part of the work, named by a sentence."""

    def __init__(self, voice: Voice, progress: Progress) -> None:
        self._voice = voice
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._begun = time.monotonic()

    def show(self, part: str, done: int, total: int) -> None:
        """``part`` names the bar (by the sentence ``progress-<part>``), said when ``total`` is reached."""
        name = text(f"progress-{part.replace('_', '-')}", self._voice.language)
        if part not in self._tasks:
            self._tasks[part] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[part], completed=done, total=total)
        if done >= total > 0 and not self._progress.tasks[self._tasks[part]].fields.get("said"):
            self._progress.update(self._tasks[part], said=True, visible=False)
            self._say(name)

    def _say(self, name: str) -> None:
        if not self._voice.json:
            self._voice.say("progress-done", part=name)
        elif not self._progress.console.is_terminal and time.monotonic() - self._begun >= _PATIENCE:
            self._voice.alert("progress-done", part=name)
