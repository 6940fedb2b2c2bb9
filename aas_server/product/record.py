"""What is kept of a product and of each of its releases: the steps' results, read by pages, API and commands."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from aas_server.errors import NotFound
from aas_server.ids import Names
from aas_server.product.recipe import Recipe
from aas_server.product.work import Collected, CollectedStream, Prepared, Registered, Released, Trained
from aas_server.store.contract import Catalogue, Pin, Store
from submodels.data_quality import DataQuality
from submodels.pricing import Pricing
from submodels.text import Text
from submodels.use_cases import UseCases

STEPS = ("collect", "preprocess", "train", "use_cases", "package", "verify", "price", "register")
"""The steps in the order of the call; verify and price are its step 6 together."""

StepState = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """``time`` is when the state was entered (ISO 8601 UTC); ``error`` the key and values of a sentence."""

    state: StepState = "waiting"
    time: str = ""
    error: str = ""
    values: Mapping[str, str | Text] = field(default_factory=dict)


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
    """One release with every step's result. Paths are absolute; kept relative to the data folder, which may move.

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
    return [msgspec.json.decode(body, type=ProductRecord) for _, body in catalogue.page("product", limit, after)]


def product(catalogue: Catalogue, id: str) -> ProductRecord:
    """Raises ``NotFound``."""
    try:
        return msgspec.json.decode(catalogue.get("product", id), type=ProductRecord)
    except NotFound:
        raise NotFound("product-unknown", id=id) from None


def releases(store: Store, id: str) -> list[ReleaseRecord]:
    """All releases of the product ``id``, newest first; deleted ones leave gaps. Raises ``NotFound``."""
    found = []
    for number in range(last_number(store, id, product(store.catalogue, id).releases), 0, -1):
        with suppress(NotFound):
            found.append(release(store, f"{id}-r{number}"))
    return found


def pins(store: Store) -> Mapping[str, Mapping[str, Pin]]:
    """What releases hold of streams: stream → release → the version of its table."""
    found: dict[str, dict[str, Pin]] = {}
    after = ""
    while page := products(store.catalogue, after=after):
        for one in page:
            for made in releases(store, one.id):
                for stream in made.collected.streams:
                    found.setdefault(stream.name, {})[made.id] = stream.pin
        after = page[-1].id
    return found


def last_number(store: Store, product: str, known: int) -> int:
    """The highest number among the product's releases. ``known`` is the one that was noted; a release is kept
    before its number is, so that a process killed in between leaves one more."""
    while _is_there(store.catalogue, f"{product}-r{known + 1}"):
        known += 1
    return known


def begun(catalogue: Catalogue, recipe: Recipe, names: Names) -> ProductRecord:
    """The record of the recipe's product: as it is kept, else a new one that stands before its first step."""
    try:
        return product(catalogue, recipe.id)
    except NotFound:
        return ProductRecord(recipe.id, recipe.title, recipe.kind, names.shell(recipe.id), {})


def put_product(catalogue: Catalogue, record: ProductRecord) -> None:
    catalogue.put("product", record.id, msgspec.json.encode(record))


def release(store: Store, id: str) -> ReleaseRecord:
    """Raises ``NotFound``."""

    def path(kind: type, value: Any) -> Any:
        if kind is Path:
            return store.folder / value
        raise TypeError(f"cannot read a {kind.__name__}")

    return msgspec.json.decode(store.catalogue.get("release", id), type=ReleaseRecord, dec_hook=path)


def current(store: Store, product: ProductRecord) -> ReleaseRecord | None:
    """The release that is offered, ``None`` before there is one. Raises ``NotFound`` where it is gone."""
    return release(store, product.release) if product.release else None


def published(made: ReleaseRecord) -> ReleaseRecord:
    """The record as others may see it: of what was collected only the columns that the release tells of, with the
    meaning they have there (step 2 keeps some back)."""
    fields = made.prepared.processing.fields

    def told(stream: CollectedStream) -> CollectedStream:
        known = {field.name: field for field in fields.get(stream.name, ())}
        kept_back = {field.name for field in stream.fields} - known.keys()
        return replace(
            stream,
            columns={name: kind for name, kind in stream.columns.items() if name not in kept_back},
            fields=tuple(known[field.name] for field in stream.fields if field.name in known),
        )

    collected = made.collected
    companions = tuple(told(stream) for stream in collected.companions)
    return replace(made, collected=replace(collected, main=told(collected.main), companions=companions))


def put_release(store: Store, record: ReleaseRecord) -> None:
    """Paths below the data folder are kept relative to it, so that the folder can be moved or copied."""

    def text(value: Any) -> Any:
        if isinstance(value, Path):
            return str(value.relative_to(store.folder) if value.is_relative_to(store.folder) else value)
        raise TypeError(f"cannot keep a {type(value).__name__}")

    store.catalogue.put("release", record.id, msgspec.json.encode(record, enc_hook=text))


def _is_there(catalogue: Catalogue, release: str) -> bool:
    try:
        catalogue.get("release", release)
    except NotFound:
        return False
    return True
