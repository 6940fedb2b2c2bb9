"""A text in several languages."""

from __future__ import annotations

from collections.abc import Mapping

Text = Mapping[str, str]
"""``{"ko": …, "en": …}``; every text we write has both."""


def both(ko: str, en: str) -> Text:
    """A text in Korean and English."""
    return {"ko": ko, "en": en}
