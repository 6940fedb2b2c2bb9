"""The hand-in bundle: one folder for a library that takes files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from aas_server.messages import in_all
from aas_server.product import report
from aas_server.product.quality import report as quality
from aas_server.product.register import listing, odrl, sources
from aas_server.product.register import papers as documents
from aas_server.product.register.record import CONTRACT, COSTS, GUIDE, POLICY, SAMPLE, TERM_SHEET, Papers
from submodels.text import Text

_PAGES = Path(__file__).with_name("pages")


def write(folder: Path, papers: Papers, record: listing.Record, company: Text, zone: str) -> None:
    """Put everything beside the AASX that lies in ``folder`` already. Pages tell times in ``zone``."""
    for name in (GUIDE, SAMPLE):
        shutil.copyfile(papers.released.folder / name, folder / name)
    (folder / "listing.json").write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", "utf-8")
    report.write_csv(folder / "listing.csv", listing.rows(record))
    title = papers.released.product.title
    for name, made in quality.files(papers.figures, zone):
        (folder / name).write_bytes(made)
    (folder / COSTS).write_bytes(
        report.html(_PAGES, COSTS, title=title, pricing=papers.priced, zone=zone, cited=sources.cited)
    )
    report.write_csv(folder / "cost-sheet.csv", _cost_rows(papers))
    matter = _matter(papers, company)
    (folder / POLICY).write_bytes(odrl.text(papers.licensing, papers.priced))
    (folder / CONTRACT).write_bytes(documents.contract(matter))
    (folder / TERM_SHEET).write_bytes(documents.term_sheet(matter))


def _matter(papers: Papers, company: Text) -> documents.Matter:
    released, registered = papers.released, papers.registration
    return documents.Matter(
        title=released.product.title,
        company=company,
        release=released.id,
        sha256=released.sha256,
        terms=papers.licensing,
        priced=papers.priced,
        day=registered.registered,
        kept_until=registered.kept_until,
    )


def _cost_rows(papers: Papers) -> list[list[object]]:
    priced = papers.priced
    lines: list[list[object]] = [
        [line.code, line.title.get("ko", ""), line.title.get("en", ""), line.formula, line.amount, line.article]
        for line in priced.lines
    ]
    totals = [
        ("floor", "cost-floor", priced.floor),
        ("price", "cost-price", priced.price),
        ("vat", "cost-vat", priced.vat),
        ("priceWithVat", "cost-price-with-vat", priced.price_with_vat),
    ]
    for code, key, amount in totals:
        words = in_all(key)
        lines.append([code, words["ko"], words["en"], "", amount, ""])
    return [["code", "항목", "item", "formula", f"amount ({priced.currency})", "article"], *lines]
