"""The models that are loaded: a bounded number of onnxruntime sessions, the longest unused of which is let go.

Needs the optional extra ``model``; nothing else here imports onnxruntime.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

THREADS = 2
"""Cores that one run may take: what the smallest machine this is made for has."""


class Sessions:
    """Sessions by a key of the caller's. Runs of one session may go on side by side (onnxruntime allows it)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, Any] = OrderedDict()

    def run(self, key: str, file: Path, feeds: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
        """The model's outputs by name for its inputs by name."""
        session = self._session(key, file)
        names = [output.name for output in session.get_outputs()]
        answered = session.run(names, dict(feeds))
        return {name: np.asarray(values) for name, values in zip(names, answered, strict=True)}

    def _session(self, key: str, file: Path) -> Any:
        with self._lock:
            session = self._loaded.get(key)
            if session is None:
                session = self._loaded[key] = _load(file)
            self._loaded.move_to_end(key)
            while len(self._loaded) > self._most:
                self._loaded.popitem(last=False)
            return session

    @property
    def keys(self) -> tuple[str, ...]:
        """What is loaded, the longest unused first."""
        return tuple(self._loaded)


def _load(file: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])
