"""What is handed from step to step of the product line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from basyx.aas import model
from basyx.aas.model.concept import ConceptDescription

from aas_server.clock import Clock
from aas_server.ids import Names
from aas_server.product.column_change import ColumnChange
from aas_server.product.recipe import Recipe
from aas_server.product.row_cleaning import RowCleaning
from aas_server.settings import Settings
from aas_server.store.contract import Pin, Store
from submodels.ai_model import AIModel
from submodels.data_processing import DataProcessing
from submodels.data_product import DataProduct
from submodels.data_quality import DataQuality
from submodels.field import Field
from submodels.licensing import Licensing
from submodels.pricing import Pricing
from submodels.registration import Registration
from submodels.use_cases import UseCases

COST_BOOK = "cost-sheet.xlsx"
"""The workbook of the costs: what step 6 leaves on the bench, and step 7 hands in."""


class Twin(Protocol):
    """The product's shell, as the steps see it (synchronous; verified before it is stored)."""

    def put(self, product: str, submodel: model.Submodel, files: Mapping[str, Path] | None = None) -> None:
        """Store a submodel of the product's shell and refer to it from the shell, in one transaction.
        ``files`` maps a File element's idShort path to the file it stands for; it is kept and served."""
        ...

    def put_concepts(self, concepts: list[ConceptDescription]) -> None: ...

    def read(self, product: str, kind: str) -> model.Submodel | None:
        """The stored submodel by its idShort (``TimeSeries``), or ``None``."""
        ...

    def export(self, product: str, target: Path, metamodel: str = "3.0") -> None:
        """Write the shell with all it refers to as AASX (XML inside), whole or not at all."""
        ...


class Packages(Protocol):
    """The AASX packages this server hands out (the AASX File Server Interface stands on the same)."""

    def put(
        self, id: str, aas_ids: Sequence[str], file_name: str, source: Path, kept_until: date | None = None
    ) -> None:
        """Keep a package under ``id``, in place of an earlier one. Until ``kept_until`` it can't be deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """The bench: the recipe on it and the tools around it. ``folder`` is the build's own scratch folder;
    ``progress(step, done, total)`` may be called as often as wanted."""

    recipe: Recipe
    folder: Path
    store: Store
    twin: Twin
    packages: Packages
    clock: Clock
    names: Names
    settings: Settings
    progress: Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class CollectedStream:
    """One stream as step 1 leaves it. ``columns`` maps the stream's own fields to ``bool``, ``int64``, ``double``,
    ``string`` or ``timestamp``. Times are ISO 8601 UTC. ``repeated``: records equal in time and fields to an
    earlier one. ``fields``: the meaning of each column (wide) or tag (narrow), from the shell's description,
    proposed where it says nothing yet."""

    name: str
    topic: str
    source: str
    shape: str
    pin: Pin
    paths: tuple[Path, ...]
    """The pinned Parquet files, columns as the lake has them."""
    columns: Mapping[str, str]
    messages: int
    records: int
    repeated: int
    flagged: int
    first: str | None
    last: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """Step 1. ``main`` is the stream that is modelled and sold first; the others go with it."""

    main: CollectedStream
    companions: tuple[CollectedStream, ...]
    redelivered: int
    quarantined: int

    @property
    def streams(self) -> tuple[CollectedStream, ...]:
        return (self.main, *self.companions)

    @property
    def records(self) -> int:
        """Published and stored, before any cleaning."""
        return sum(stream.records for stream in self.streams)


@dataclass(frozen=True, slots=True)
class PreparedTable:
    """A stream after step 2: one Parquet file whose columns are ``Time`` and the fields' idShorts."""

    stream: str
    path: Path
    rows: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Step 2. ``changes``: each column before and after, for people. ``row_cleaning``: what of it can be done
    again to one record of the main stream (``None`` in releases made before this was kept)."""

    main: PreparedTable
    companions: tuple[PreparedTable, ...]
    processing: DataProcessing
    changes: tuple[ColumnChange, ...] = ()
    row_cleaning: RowCleaning | None = None

    @property
    def tables(self) -> tuple[PreparedTable, ...]:
        return (self.main, *self.companions)


@dataclass(frozen=True, slots=True)
class Trained:
    """Step 3. ``model`` bears the figures, ``files`` (by name) are what goes into the release: ``onnx`` and its
    card. First they lie in the build's folder, then in the release. ``unreadable``: digests of pictures that could
    not be looked at."""

    model: AIModel
    onnx: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """Step 5: the immutable release. ``archive`` is the zip that is sold; ``folder`` holds its parts."""

    id: str
    number: int
    folder: Path
    archive: Path
    sha256: str
    size: int
    product: DataProduct
    reused: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """Step 7. ``licensing`` are the terms as they went into the package."""

    registration: Registration
    aasx: Path
    sha256: str
    bundle: Path
    licensing: Licensing | None = None


__all__ = [
    "Collected",
    "CollectedStream",
    "DataQuality",
    "Prepared",
    "PreparedTable",
    "Pricing",
    "Registered",
    "Released",
    "Trained",
    "Twin",
    "UseCases",
    "Work",
]
