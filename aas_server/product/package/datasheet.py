"""The data sheet: what a release was made of and how, for machines (JSON) and for people (HTML)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from aas_server.messages import in_all
from aas_server.product import report
from aas_server.product.package.pictures import Pictures
from aas_server.product.package.tables import Period, Table
from aas_server.product.package.variables import Variable
from aas_server.product.plots.classes import named
from aas_server.product.recipe import Recipe
from aas_server.product.work import Collected, CollectedStream, Prepared, Trained
from submodels.use_cases import UseCases

PAGES = Path(__file__).with_name("pages")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the documents of a release tell."""

    recipe: Recipe
    release: str
    number: int
    collected: Collected
    prepared: Prepared
    trained: Trained
    used: UseCases
    tables: tuple[Table, ...]
    variables: tuple[Variable, ...]
    period: Period
    sample_rows: int
    pictures: tuple[Pictures, ...] = ()

    @property
    def main(self) -> Table:
        return self.tables[0]


def write(facts: Facts, folder: Path) -> None:
    """``datasheet.json`` and ``datasheet.html``."""
    body = msgspec.json.format(msgspec.json.encode(machine_readable(facts)), indent=2)
    (folder / "datasheet.json").write_bytes(body + b"\n")
    (folder / "datasheet.html").write_bytes(report.html(PAGES, "datasheet.html", facts=facts, class_name=named))


def machine_readable(facts: Facts) -> dict[str, Any]:
    """The data sheet as plain values; times are ISO 8601 UTC."""
    recipe, processing = facts.recipe, facts.prepared.processing
    return {
        "product": recipe.id,
        "release": facts.release,
        "version": str(facts.number),
        "title": recipe.title,
        "description": recipe.description,
        "kind": recipe.kind,
        "industry": recipe.industry,
        "process": recipe.process,
        "equipment": recipe.equipment,
        "period": facts.period,
        "collected": {
            "records": facts.collected.records,
            "redelivered": facts.collected.redelivered,
            "quarantined": facts.collected.quarantined,
            "streams": [_stream(stream) for stream in facts.collected.streams],
        },
        "processing": {
            "software": processing.software,
            "operations": processing.operations,
            "coverage": processing.coverage,
        },
        "tables": [_table(table) for table in facts.tables],
        **({"pictures": facts.pictures} if facts.pictures else {}),
        "sample": {"file": "sample.csv", "rows": facts.sample_rows, "choice": in_all("sample-choice")},
        "model": facts.trained.model,
        "useCases": facts.used.statements,
    }


def _stream(stream: CollectedStream) -> dict[str, Any]:
    """In which portions the lake took it in (its version, its files) is no matter of the data: a release made of
    the same records would differ. The DataProcessing submodel names the version."""
    return {
        "stream": stream.name,
        "topic": stream.topic,
        "source": stream.source,
        "shape": stream.shape,
        "messages": stream.messages,
        "records": stream.records,
        "repeated": stream.repeated,
        "flagged": stream.flagged,
        "first": stream.first,
        "last": stream.last,
    }


def _table(table: Table) -> dict[str, Any]:
    return {"stream": table.stream, "file": table.file, "rows": table.rows, "columns": table.columns}
