"""The pictures that a model learns from: each looked at once, and kept as the model takes it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aas_server.errors import BadInput, NotFound
from aas_server.product.train.settings import baseline
from aas_server.store.contract import Files

_FORMATS = ("JPEG", "PNG", "BMP")
_FAULTS = (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError)
"""What Pillow raises for a broken file."""
_KEPT = "pictures.rgb"


@dataclass(frozen=True, slots=True)
class Gallery:
    """``small``: pictures × height × width × 3 (RGB, 0…255), on the disk; ``places`` of each digest in it;
    ``unreadable``: what is wrong with each of the others."""

    small: NDArray[np.uint8]
    places: Mapping[str, int]
    unreadable: Mapping[str, str]

    def brought(self, digests: Sequence[str]) -> NDArray[np.float32]:
        """As the ONNX file is given them: each value / 255; rows × 3 × height × width."""
        seen = self.small[[self.places[digest] for digest in digests]]
        return np.ascontiguousarray(seen.transpose(0, 3, 1, 2), dtype=np.float32) / np.float32(255)


def look(
    digests: Sequence[str], store: Files, most_pixels: int, folder: Path, progress: Callable[[int, int], None]
) -> Gallery:
    """Look at every picture: RGB, resized (``BOX``) to the square of the settings.

    A picture of more than ``most_pixels`` is not unfolded. Raises ``BadInput`` for too many pictures, and where
    none can be read.
    """
    most, side = baseline().pictures.max_pictures, baseline().pictures.side
    wanted = sorted({digest for digest in digests if digest})
    if len(digests) > most:
        raise BadInput("train-too-many-pictures", pictures=len(digests), most=most)
    small = np.memmap(folder / _KEPT, np.uint8, "w+", shape=(max(len(wanted), 1), side, side, 3))
    places: dict[str, int] = {}
    unreadable: dict[str, str] = {}
    for number, digest in enumerate(wanted):
        progress(number, len(wanted))
        try:
            small[len(places)] = _small(store.path(digest), side, most_pixels)
            places[digest] = len(places)
        except NotFound:
            unreadable[digest] = "not found"
        except _FAULTS as fault:
            unreadable[digest] = str(fault)[:200]
    if unreadable and not places:
        digest, told = next(iter(unreadable.items()))
        raise BadInput("train-picture-unreadable", digest=digest, fault=told)
    return Gallery(small, places, unreadable)


def _small(path: Path, side: int, most_pixels: int) -> NDArray[np.uint8]:
    with Image.open(path, formats=_FORMATS) as opened:
        if opened.width * opened.height > most_pixels:
            raise ValueError(f"{opened.width} x {opened.height} pixels")
        return np.asarray(opened.convert("RGB").resize((side, side), Image.Resampling.BOX))
