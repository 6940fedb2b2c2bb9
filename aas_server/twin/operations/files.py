"""An engineer's own functions behind Operations: Python files that a setting names, each with a ``register``."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from aas_server.errors import BadInput
from aas_server.twin.operations.operations import Operations


def load(operations: Operations, files: Sequence[str]) -> None:
    """Run each file and let its ``register(operations)`` put its functions into the registry. The files are part
    of the server: whoever may write them may do what it may.

    Raises ``BadInput`` where there is no such file, it fails, or has no ``register``.
    """
    for number, file in enumerate(files):
        try:
            _load(f"aas_operations_{number}", file).register(operations)
        except Exception as fault:
            said = f"{type(fault).__name__}: {fault}"
            raise BadInput("operation-file-wrong", file=str(Path(file).absolute()), fault=said) from fault


def _load(name: str, file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError("not a file of Python")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickles look their module up by name.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
