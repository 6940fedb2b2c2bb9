"""What is kept of a product and of each of its releases: the steps' results, read by pages, API and commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from aas_server.product.work import Collected, Prepared, Registered, Released, Trained
from aas_server.store.contract import Catalogue
from submodels.data_quality import DataQuality
from submodels.pricing import Pricing
from submodels.text import Text
from submodels.use_cases import UseCases

Kept = TypeVar("Kept")
STEPS = ("collect", "preprocess", "train", "use_cases", "package", "verify", "price", "register")
"""The steps in the order of the call; verify and price are its step 6 together."""

StepState = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """``time`` is when the state was entered (ISO 8601 UTC); ``error`` the key and values of a sentence."""

    state: StepState = "waiting"
    time: str = ""
    error: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product and the state of its line. ``release`` is the last finished release, empty before."""

    id: str
    title: Text
    kind: str
    shell: str
    steps: Mapping[str, StepRecord]
    release: str = ""
    releases: int = 0


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """One release with every step's result. Paths are absolute.

    ``inputs`` is a hash of the pinned data and of the part of the recipe that makes the release: equal inputs,
    same release. ``offer`` is a hash of the recipe it was last registered with: a new price needs a new
    registration, not a new release.
    """

    id: str
    product: str
    inputs: str
    collected: Collected
    prepared: Prepared
    trained: Trained
    used: UseCases
    released: Released
    verified: DataQuality | None = None
    priced: Pricing | None = None
    registered: Registered | None = None
    offer: str = ""


def products(catalogue: Catalogue, limit: int = 100, after: str = "") -> list[ProductRecord]:
    """A page of products in order of id."""
    return [_decode(body, ProductRecord) for _, body in catalogue.page("product", limit, after)]


def product(catalogue: Catalogue, id: str) -> ProductRecord:
    """Raises ``NotFound``."""
    return _decode(catalogue.get("product", id), ProductRecord)


def put_product(catalogue: Catalogue, record: ProductRecord) -> None:
    catalogue.put("product", record.id, _encode(record))


def release(catalogue: Catalogue, id: str) -> ReleaseRecord:
    """Raises ``NotFound``."""
    return _decode(catalogue.get("release", id), ReleaseRecord)


def put_release(catalogue: Catalogue, record: ReleaseRecord) -> None:
    catalogue.put("release", record.id, _encode(record))


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=_path_to_text)


def _decode(body: bytes, kind: type[Kept]) -> Kept:
    return msgspec.json.decode(body, type=kind, dec_hook=_path_from_text)


def _path_to_text(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"cannot keep a {type(value).__name__}")


def _path_from_text(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise TypeError(f"cannot read a {kind.__name__}")
