"""What goes into a release beside the model so that a buyer can run it: a script, what it needs, and how records
are cleaned for it: the same file that the server goes by."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from aas_server.product.predicting import cleaning

SCRIPT, REQUIREMENTS, CLEANING = "load.py", "requirements.txt", "cleaning.py"
_NEEDED = ("numpy", "onnxruntime")
_ZONES = "tzdata; sys_platform == 'win32'\n"
"""Windows brings no time zones, and ``cleaning.py`` asks for one (docs.python.org, zoneinfo)."""
_PLAIN = re.compile(r"\d+(\.\d+)*")


def files(pictures: bool) -> dict[str, bytes]:
    """The files by name. ``pictures``: whether the model looks at pictures. The requirements name the versions the
    model was checked with, as the oldest that will do."""
    needed = (*_NEEDED, "pillow") if pictures else _NEEDED
    lines = [f"{name}>={_plain(version(name))}\n" for name in needed]
    made = {SCRIPT: (Path(__file__).with_name(SCRIPT)).read_bytes()}
    if not pictures:
        made[CLEANING] = Path(cleaning.__file__).read_bytes()
        lines.append(_ZONES)
    return made | {REQUIREMENTS: "".join(lines).encode()}


def _plain(given: str) -> str:
    found = _PLAIN.match(given)
    return found[0] if found else given
