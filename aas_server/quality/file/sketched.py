"""A file as the sketch by which its data are known again."""

from __future__ import annotations

from pathlib import Path

from aas_server.quality.file.opened import Choices, opened
from aas_server.quality.file.running import Watch
from aas_server.quality.likeness import Sketch, sketch


def sketched(file: Path, memory: str, watch: Watch) -> Sketch:
    """Read a CSV or Parquet file for its sketch alone. Raises ``BadInput`` as ``opened`` does."""
    with opened(file, Choices(memory=memory), watch) as subject:
        return sketch(subject)
