"""The metamodel as plain JSON, as it is stored."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object of the metamodel."""
