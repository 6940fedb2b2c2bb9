"""A rules file: what people declare of a file's columns, as they may write it under ``[quality]`` of a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from aas_server import written
from aas_server.errors import AasError
from aas_server.messages import in_all
from aas_server.misfit import Path_
from aas_server.quality.declared import Quality


@dataclass(frozen=True, slots=True)
class _Recipe:
    """The part of ``product.toml`` that may stand here as it is."""

    quality: Quality = field(default_factory=Quality)


@dataclass(frozen=True, slots=True)
class Rules:
    """``quality`` as it was read from ``file``."""

    quality: Quality
    file: Path
    source: str

    def check(self, columns: Sequence[str]) -> None:
        """Raise ``BadInput`` with the line that names a column which is not among ``columns``, or a range that
        ends before it begins."""
        for path, name in self._named():
            if name not in columns:
                known = ", ".join(columns[:50]) + (", …" if len(columns) > 50 else "")
                fault = in_all("quality-rules-column", column=name, known=known)
                raise written.wrong(self.source, str(self.file), self._place(path), fault)
        for name, valid in self.quality.ranges.items():
            if valid.is_reversed:
                fault = in_all("quality-range-reversed", column=name, least=valid.min, most=valid.max)
                raise written.wrong(self.source, str(self.file), self._place(("ranges", name)), fault)

    def located(self, error: AasError) -> AasError:
        """The error of a rule between columns, with the line of its expression; any other as it is."""
        names = [rule.name for rule in self.quality.rules]
        if not error.key.startswith("quality-rule-") or error.values.get("rule") not in names:
            return error
        place = self._place(("rules", names.index(str(error.values["rule"])), "expression"))
        return written.refused(self.source, str(self.file), place, error)

    def _place(self, path: Path_) -> Path_:
        return ("quality", *path) if _is_recipe(self.source) else path

    def _named(self) -> Iterator[tuple[Path_, str]]:
        said = self.quality
        for part, columns in (
            ("ranges", said.ranges),
            ("types", said.types),
            ("lists", said.lists),
            ("codes", said.codes),
        ):
            yield from (((part, name), name) for name in columns)
        yield from ((("key",), name) for name in said.key)
        for number, order in enumerate(said.orders):
            yield ("orders", number, "column"), order.column
            yield from ((("orders", number, "by"), name) for name in order.by)
        for number, pair in enumerate(said.redundant):
            yield ("redundant", number, "first"), pair.first
            yield ("redundant", number, "second"), pair.second
        for number, reference in enumerate(said.references):
            yield ("references", number, "column"), reference.column
            if not reference.table:
                yield ("references", number, "to"), reference.to
        if said.arrival:
            yield ("arrival",), said.arrival


@contextmanager
def blamed(rules: Rules | None) -> Iterator[None]:
    """While a file is checked by ``rules``: what is wrong with one of them is told with its line."""
    try:
        yield
    except AasError as error:
        raise (error if rules is None else rules.located(error)) from None


def read(file: Path) -> Rules:
    """Read a rules file, or the ``[quality]`` of one that has such a table. Raises ``BadInput`` with file, line
    and fault for what cannot be understood."""
    source = written.text(file)
    if _is_recipe(source):
        return Rules(written.parsed(source, _Recipe, str(file)).quality, file, source)
    return Rules(written.parsed(source, Quality, str(file)), file, source)


def _is_recipe(source: str) -> bool:
    try:
        given = msgspec.toml.decode(source)
    except msgspec.DecodeError:
        return False
    return isinstance(given, dict) and set(given) == {"quality"}
