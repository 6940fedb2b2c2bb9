"""A JSONL file as a recording: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from connectors.errors import RecordingError
from connectors.message import Scalar
from connectors.payloads.members import flatten
from connectors.recording.columns import survey
from connectors.recording.encoding import find_encoding
from connectors.recording.hints import Hints


class JsonlFile:
    """``columns`` (the names of all lines, objects inside flattened) and ``rows`` of a JSONL file."""

    format = "jsonl"
    delimiter: str | None = None

    def __init__(self, file: Path, hints: Hints) -> None:
        self.file = file
        self.encoding: str | None = find_encoding(file, hints.encoding)
        self.rows, self.columns = survey(self.values())
        if self.rows == 0:
            raise RecordingError("recording-empty", file=str(file))

    def values(self) -> Iterator[dict[str, Scalar]]:
        """The rows in file order, flattened; blank lines are passed over."""
        decoder = msgspec.json.Decoder(dict[str, Any])
        with self.file.open(encoding=self.encoding) as content:
            for number, line in enumerate(content, start=1):
                if not line.strip():
                    continue
                try:
                    row = dict(flatten(decoder.decode(line)))
                except (msgspec.DecodeError, RecursionError) as fault:
                    raise RecordingError(
                        "recording-not-object", file=str(self.file), line=number, fault=str(fault)
                    ) from None
                yield row
