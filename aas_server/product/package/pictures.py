"""The pictures of a release: each once, named by what the table calls it, with a manifest beside.

``pictures/<stream>/<image>.jpg`` is the picture of the rows whose column ``image`` says so; the manifest
``pictures/<stream>.csv`` tells of every row its picture's file. Pictures come from the store one by one, so memory
holds one of them; what a camera wrote beside the pixels (place, owner, notes) is left out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from aas_server.clock import iso
from aas_server.errors import NotFound
from aas_server.product import labels, report
from aas_server.product.package.bare import bare
from aas_server.product.package.tables import TIME, Table
from aas_server.product.recipe import Label
from aas_server.store.contract import Files

FOLDER = "pictures"
MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".bmp": "image/bmp"}
_IMAGE, _MEDIA_TYPE = "image", "media_type"
_TOLD = ("shot", "file", "width", "height")
"""What a stream of pictures tells of each, where the recipe has not dropped it."""
_SAMPLES = 3
"""Pictures shown of each label; of at most ``_SHOWN_LABELS`` labels."""
_SHOWN_LABELS = 4
_SAMPLE_SIZE = 4 * 2**20
_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the sample. ``file``: its path in the release."""

    file: str
    label: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Those of one table. ``rows`` bear one that lies in the release as one of ``files`` (``size`` bytes in all);
    ``damaged`` and ``missing`` rows bear one that can't be read, or none. ``beside``, ``places``: pictures whose
    notes, place among them, were left out. ``pixels``: width × height, with the rows of each."""

    stream: str
    manifest: str
    rows: int
    files: int
    size: int
    kinds: Mapping[str, int]
    labels: Mapping[str, int]
    pixels: Mapping[str, int]
    damaged: int
    missing: int
    beside: int
    places: int
    samples: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    file: str
    sha256: str
    size: int


@dataclass(slots=True)
class _Counts:
    unreadable: Collection[str]
    placed: dict[str, _Placed | None] = field(default_factory=dict)
    rows: int = 0
    size: int = 0
    damaged: int = 0
    missing: int = 0
    beside: int = 0
    places: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    pixels: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[Shown]] = field(default_factory=dict)


def is_picture(file: str) -> bool:
    """Whether a path in a release is that of a picture."""
    return file.startswith(f"{FOLDER}/") and Path(file).suffix in MEDIA_TYPES


def write(
    tables: Sequence[Table],
    label: Label | None,
    unreadable: Collection[str],
    store: Files,
    folder: Path,
    progress: Callable[[int, int], None],
) -> tuple[Pictures, ...]:
    """The pictures of every table that names some, in the tables' order. ``unreadable``: those that step 3 could
    not read, which stay out."""
    bearing = [(table, names) for table in tables if (names := _columns(table, label)) is not None]
    return tuple(_write(table, names, unreadable, store, folder, progress) for table, names in bearing)


def _columns(table: Table, label: Label | None) -> Mapping[str, str] | None:
    """idShorts of the columns by what they tell; ``None`` where the table names no pictures (any more)."""
    present = {one.name: one.id_short for one in table.source.fields if one.id_short in table.columns}
    if _IMAGE not in present or _MEDIA_TYPE not in present:
        return None
    found = {name: present[name] for name in (_IMAGE, *_TOLD) if name in present}
    shorts = {short: short for short in present.values()}
    if label is not None and (short := (present | shorts).get(label.column)):
        found["label"] = short
    if TIME in table.columns:
        found["time"] = TIME
    return found


def _write(
    table: Table,
    names: Mapping[str, str],
    unreadable: Collection[str],
    store: Files,
    folder: Path,
    progress: Callable[[int, int], None],
) -> Pictures:
    place = f"{FOLDER}/{table.stream}"
    (folder / place).mkdir(parents=True)
    counts = _Counts(unreadable=frozenset(unreadable))
    told = [name for name in ("time", "label", *_TOLD) if name in names]

    def lines() -> Iterator[Sequence[object]]:
        yield ["picture", *told, "image", "sha256", "size"]
        for number, row in enumerate(_rows(table.path, names)):
            if number % _BATCH == 0:
                progress(number, table.rows)
            found = _found(row[_IMAGE], store, folder, place, counts)
            if found is not None:
                _count(row, found, counts)
                yield [found.file, *(_cell(row[name]) for name in told), row[_IMAGE], found.sha256, found.size]

    report.write_csv(folder / f"{place}.csv", lines())
    shown = [counts.samples[name] for name in sorted(counts.samples)[:_SHOWN_LABELS]]
    return Pictures(
        stream=table.stream,
        manifest=f"{place}.csv",
        rows=counts.rows,
        files=sum(one is not None for one in counts.placed.values()),
        size=counts.size,
        kinds=_sorted(counts.kinds),
        labels=_sorted(counts.labels),
        pixels=_sorted(counts.pixels),
        damaged=counts.damaged,
        missing=counts.missing,
        beside=counts.beside,
        places=counts.places,
        samples=tuple(one for part in shown for one in part),
    )


def _found(digest: str | None, store: Files, folder: Path, place: str, counts: _Counts) -> _Placed | None:
    """A row's picture, put into the release where it is not there yet."""
    if not digest:
        counts.missing += 1
        return None
    if digest not in counts.placed:
        counts.placed[digest] = (
            None if digest in counts.unreadable else _place(digest, store, folder, place, counts)
        )
    found = counts.placed[digest]
    counts.damaged += found is None
    return found


def _rows(path: Path, names: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, columns=list(names.values())):
            for row in batch.to_pylist():
                yield {name: row[short] for name, short in names.items()}


def _place(digest: str, store: Files, folder: Path, place: str, counts: _Counts) -> _Placed | None:
    """Put one picture into the release; ``None`` where it is damaged or erased."""
    try:
        made = bare(store.path(digest).read_bytes())
    except NotFound:
        return None
    if made is None:
        return None
    file = f"{place}/{digest}{made.suffix}"
    (folder / file).write_bytes(made.content)
    counts.size += len(made.content)
    counts.beside += made.beside
    counts.places += made.place
    counts.kinds[MEDIA_TYPES[made.suffix]] += 1
    return _Placed(file, hashlib.sha256(made.content).hexdigest(), len(made.content))


def _count(row: Mapping[str, Any], found: _Placed, counts: _Counts) -> None:
    label = labels.plain(row.get("label")) or ""
    counts.rows += 1
    counts.labels[label] += 1
    if row.get("width") is not None and row.get("height") is not None:
        counts.pixels[f"{row['width']} × {row['height']}"] += 1
    samples = counts.samples.setdefault(label, []) if label in counts.samples or len(counts.samples) < 50 else []
    known = any(one.file == found.file for one in samples)
    if len(samples) < _SAMPLES and found.size <= _SAMPLE_SIZE and not known:
        samples.append(Shown(found.file, label, MEDIA_TYPES[Path(found.file).suffix]))


def _cell(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value


def _sorted(counts: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
