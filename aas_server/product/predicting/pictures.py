"""A picture that a client sent, as the model takes it.

Needs Pillow, which the optional extra ``model`` brings; nothing else here imports it.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aas_server.errors import BadInput, TooLarge
from submodels.ai_parts import Picture

FORMATS = ("JPEG", "PNG", "BMP")
_FAULTS = (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError)
"""What Pillow raises for a broken file."""


def brought(content: bytes, how: Picture, most: int) -> NDArray[np.float32]:
    """RGB, resized (``BOX``), each value / 255; 1 × 3 × height × width, as it was trained.

    Raises ``BadInput`` for what is no such picture, ``TooLarge`` for over ``most`` pixels.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > most:
                raise TooLarge("predict-picture-large", width=opened.width, height=opened.height, limit=most)
            small = opened.convert("RGB").resize((how.width, how.height), Image.Resampling.BOX)
    except _FAULTS as fault:
        raise BadInput("predict-picture-unreadable", fault=str(fault)[:200]) from None
    return (np.asarray(small, dtype=np.float32) / np.float32(255)).transpose(2, 0, 1)[np.newaxis]
