"""The firm's secret for pseudonyms and hidden shifts: made once, kept in the data folder, told to nobody."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from aas_server.errors import Unavailable

_BYTES = 32


def load(home: Path, *, make: bool = True) -> bytes:
    """The secret of the data folder ``home`` (``secrets/preprocess.key``, mode 600). Where there is none one is
    made, and kept if ``make``.

    Raises ``Unavailable`` where the file is damaged: another secret would give everybody a new pseudonym.
    """
    file = home / "secrets" / "preprocess.key"
    if not file.exists():
        if not make:
            return secrets.token_bytes(_BYTES)
        _make(file)
    found = file.read_bytes()
    if len(found) != _BYTES:
        raise Unavailable("preprocess-key-damaged", file=file)
    return found


def derived(key: bytes, *purpose: str) -> bytes:
    """32 bytes that follow from the secret and what they are for."""
    return hmac.new(key, "\x00".join(purpose).encode(), hashlib.sha256).digest()


def _make(file: Path) -> None:
    """Whole or not at all; of two that make it at once one wins, and both use that one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(secrets.token_bytes(_BYTES))
        target.flush()
        os.fsync(target.fileno())
    try:
        os.link(new, file)
    except FileExistsError:
        pass
    finally:
        new.unlink()
