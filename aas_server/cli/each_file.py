"""One file after the other: those that fail are told, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from aas_server.cli.console import Voice
from aas_server.errors import AasError
from aas_server.messages import error_text

Result = dict[str, object]


def each_file(
    voice: Voice, files: Iterable[Path], failed: str, work: Callable[[Path], tuple[Result, bool]]
) -> int:
    """What ``work`` made of each file as JSON, where that was asked for. ``work`` says itself what it found, and
    whether the file is good; ``failed`` is the sentence for one whose work raised. Returns 1 if any was not
    good."""
    results: list[Result] = []
    bad = 0
    for file in files:
        try:
            result, good = work(file)
        except AasError as error:
            sentence = error_text(error, voice.language)
            voice.say(failed, file=file.name, sentence=sentence)
            result, good = {"error": error.key, "message": sentence}, False
        results.append({"file": str(file)} | result)
        bad += not good
    if voice.json:
        voice.print_json(results)
    return 1 if bad else 0
