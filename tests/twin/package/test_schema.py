"""The classes of the metamodel, read off aas-core's types."""

from __future__ import annotations

import subprocess
import sys


def test_a_library_that_names_its_classes_alike_keeps_its_own() -> None:
    """Both write ``Optional["Reference"]``, which ``typing`` makes into one object that remembers a class."""
    program = "import aas_server.twin.package.environment.schema, aas_test_engines.file"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
