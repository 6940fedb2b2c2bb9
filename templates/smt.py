"""The structure of the submodels we write: which elements, of which kind, under which identifiers, how many.

``index.toml`` names the submodels, ``structure/<name>.csv`` their elements. ``path``: ``[]`` is a list's item,
``*`` an element whose idShort is free. ``model``: an XSD type for a Property, else ``mlp``, ``smc``,
``sml:<item>``, ``ref``, ``file``, ``range:<type>``, ``*`` (any), or ``@Name``, which takes in another table.
``id``: ``own`` is formed from the path. ``also``: supplemental ids, parted by blanks.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_MODELS = {
    "mlp": "MultiLanguageProperty",
    "smc": "SubmodelElementCollection",
    "sml": "SubmodelElementList",
    "ref": "ReferenceElement",
    "file": "File",
    "range": "Range",
    "*": "*",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One element. ``item`` is what a list holds (a model type, or an XSD type for a list of properties)."""

    id_short: str
    model: str
    value_type: str
    item: str
    cardinality: str
    semantic_id: str
    supplemental: tuple[str, ...]
    definition: Mapping[str, str]
    children: tuple[Shape, ...] = ()

    @property
    def is_optional(self) -> bool:
        return self.cardinality.startswith("Zero")


@dataclass(frozen=True, slots=True)
class Template:
    """One submodel. ``is_reference_to_submodel``: its semantic id is a ModelReference, as its template says."""

    name: str
    id_short: str
    semantic_id: str
    supplemental: tuple[str, ...]
    is_reference_to_submodel: bool
    is_own: bool
    definition: Mapping[str, str]
    elements: tuple[Shape, ...]


@cache
def template(name: str) -> Template:
    """The structure of a submodel (``DataQuality``). Raises ``KeyError`` for one we don't write."""
    head = _index()[name]
    own = bool(head.get("own"))
    return Template(
        name=name,
        id_short=head.get("id_short", name),
        semantic_id=_expand(f"own:{name}/1/0" if own else head["semantic"]),
        supplemental=tuple(_expand(short) for short in head.get("also", "").split()),
        is_reference_to_submodel=head.get("reference") == "ModelReference",
        is_own=own,
        definition={"ko": head["ko"], "en": head["en"]},
        elements=shapes(name),
    )


def own_names() -> tuple[str, ...]:
    """The submodels whose template is ours."""
    return tuple(name for name, head in _index().items() if head.get("own"))


@cache
def shapes(name: str) -> tuple[Shape, ...]:
    """The elements of one structure table, as a tree."""
    return _children(_rows(name), ())


def _children(
    rows: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...], parent: tuple[str, ...]
) -> tuple[Shape, ...]:
    result: list[Shape] = []
    for path, row in rows:
        if path[:-1] == parent and not row["model"].startswith("@"):
            result.append(_shape(row, path[-1], _children(rows, path)))
        elif path == parent and row["model"].startswith("@"):
            result.extend(shapes(row["model"][1:]))
    return tuple(result)


def _shape(row: Mapping[str, str], id_short: str, children: tuple[Shape, ...]) -> Shape:
    kind, _, rest = row["model"].partition(":")
    is_property = kind == "xs"
    return Shape(
        id_short=id_short,
        model="Property" if is_property else _MODELS[kind],
        value_type=row["model"] if is_property else rest if kind == "range" else "",
        item=(rest if rest.startswith("xs:") else _MODELS[rest or "smc"]) if kind == "sml" else "",
        cardinality=row["card"],
        semantic_id=_expand(row["id"]),
        supplemental=tuple(_expand(short) for short in row["also"].split()),
        definition={language: row[language] for language in ("ko", "en") if row[language]},
        children=children,
    )


@cache
def _rows(name: str) -> tuple[tuple[tuple[str, ...], Mapping[str, str]], ...]:
    with (_HERE / "structure" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["id"] == "own":
            named = [part for part in row["path"].split("/") if part not in ("[]", "*")]
            item = ["Item"] if row["path"].endswith("[]") else []
            row["id"] = "own:" + "/".join([name, "1", "0", *named, *item])
    return tuple((tuple(row["path"].split("/")), row) for row in rows)


def _expand(short: str) -> str:
    prefix, colon, rest = short.partition(":")
    return _prefixes()[prefix] + rest if colon and prefix in _prefixes() else short


@cache
def _prefixes() -> Mapping[str, str]:
    return tomllib.loads((_HERE / "prefixes.toml").read_text("utf-8"))


@cache
def _index() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((_HERE / "index.toml").read_text("utf-8"))
