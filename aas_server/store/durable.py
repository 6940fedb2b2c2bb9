"""Making files durable: synced before they are named, and their folder after; and whether the disk has room."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def sync(path: Path) -> None:
    """Force a file's content, or a folder's entries, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(fault: OSError) -> bool:
    """Whether a disk, or what its owner may use of it, is full."""
    return fault.errno in (errno.ENOSPC, errno.EDQUOT)


def write(file: Path, content: bytes) -> None:
    """Write a file so that it is whole and durable whenever it is seen."""
    draft = file.with_name(f".{file.name}.new")
    draft.write_bytes(content)
    sync(draft)
    draft.replace(file)
    sync(file.parent)
