"""Papers for people to sign or to talk about: a term sheet and a draft of the contract (docx, Korean)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from aas_server.messages import in_all, text
from aas_server.product.register import paying
from aas_server.product.register.contracts import Clause, contracts
from aas_server.product.register.rules import rules
from aas_server.product.register.terms import UNDER_THE_POLICY
from aas_server.product.report import own, particles
from aas_server.product.report.format import duration, exact, territory
from submodels.licensing import Licensing
from submodels.pricing import Pricing
from submodels.text import Text

FONT = "맑은 고딕"
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Matter:
    """What the papers are about. ``day`` (ISO 8601) is the date they bear; ``kept_until`` a day."""

    title: Text
    company: Text
    release: str
    sha256: str
    terms: Licensing
    priced: Pricing
    day: str
    kept_until: str


def contract(matter: Matter) -> bytes:
    """A draft of the contract, article by article, after the type of standard contract that the terms name."""
    terms = matter.terms
    kind = contracts().types[terms.contract]
    document = _document(matter, f"{kind.title['ko']} 계약서 (안)")
    _note(document, text("paper-contract-draft", "ko", contract=terms.contract))
    _table(
        document,
        [
            *_suppliers(matter),
            (kind.user, "(                              )"),
            (text("paper-product", "ko"), own(matter.title, "ko")),
        ],
    )
    clauses = [(clause.title, said) for clause in contracts().clauses if (said := _said(matter, clause))]
    for number, (title, said) in enumerate(clauses, 1):
        document.add_heading(f"제{number}조 ({title})", level=2)
        for place, sentence in enumerate(said):
            document.add_paragraph(f"{'①②③④⑤⑥'[place]} {sentence}" if len(said) > 1 else sentence)
    document.add_paragraph()
    day = document.add_paragraph("20    년      월      일")
    day.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _table(
        document,
        [
            (side, text("paper-signature", "ko", firm=firm or " " * 20))
            for side, firm in (*_suppliers(matter), (kind.user, ""))
        ],
    )
    return _bytes(document)


def term_sheet(matter: Matter) -> bytes:
    """The terms in a table, the declarations with what follows from them, and the shares."""
    terms = matter.terms
    document = _document(matter, text("paper-term-sheet", "ko"))
    document.add_heading(own(matter.title, "ko"), level=2)
    _table(document, _rows(matter))
    document.add_heading(text("paper-declarations", "ko"), level=2)
    for declared in terms.declarations:
        follows = [own(one, "ko") for one in declared.consequences]
        _table(
            document,
            [
                (text(f"paper-declared-{declared.name}", "ko"), _yes(declared.declared)),
                (text("paper-statement", "ko"), own(declared.statement, "ko")),
                *[(text("paper-follows", "ko"), one) for one in follows],
            ],
        )
        document.add_paragraph()
    document.add_heading(text("paper-shares", "ko"), level=2)
    _table(
        document,
        [(f"{own(one.name, 'ko')} ({own(one.role, 'ko')})", f"{exact(one.share)} %") for one in terms.parties],
    )
    _note(document, text("paper-no-certificate", "ko"))
    return _bytes(document)


def _rows(matter: Matter) -> list[tuple[str, str]]:
    terms, values = matter.terms, _values(matter)
    kind = contracts().types[terms.contract]
    sample = (
        text("paper-sample-contract", "ko") if terms.sample_license == UNDER_THE_POLICY else terms.sample_license
    )
    said = {
        "release": f"{matter.release} (SHA-256 {matter.sha256})",
        "contract": f"{kind.title['ko']}: {kind.meaning['ko']}",
        "grant": terms.grant,
        "exclusive": _yes(terms.exclusive),
        "purpose": values["purpose"],
        "term": values["term"] if terms.grant == rules().grants.licence else text("paper-for-good", "ko"),
        "territory": values["territory"],
        "resupply": _yes(terms.resupply),
        "ai-training": _yes(terms.ai_training),
        "derived": own(terms.derived_data_owner, "ko"),
        "secrecy": values["secrecy"] or "–",
        "attribution": _yes(terms.attribution),
        "audit": _yes(terms.audit),
        "warranty": values["warranty"],
        "liability": terms.liability_cap,
        "deletion": _yes(terms.deletion_at_end),
        "sample": sample,
        "price": _price(matter),
        "form": values["form"],
        "kept-until": matter.kept_until,
        "policy": terms.policy,
    }
    return [(text(f"paper-{name}", "ko"), value) for name, value in said.items()]


def _values(matter: Matter) -> dict[str, str]:
    """What the clauses' places are filled with."""
    terms = matter.terms
    kind = contracts().types[terms.contract]
    personal = next((one.statement for one in terms.declarations if one.name == "personal-data"), {})
    return {
        **paying.values(matter.priced),
        "supplier": kind.supplier,
        "user": kind.user,
        "product": own(matter.title, "ko"),
        "release": matter.release,
        "target": terms.target,
        "sha256": matter.sha256,
        "purpose": own(terms.purpose, "ko"),
        "term": duration(terms.term, "ko"),
        "territory": territory(terms.territory, "ko"),
        "form": text(f"web-form-{matter.priced.form}", "ko"),
        "shares": ", ".join(f"{own(one.name, 'ko')} {exact(one.share)} %" for one in terms.parties),
        "sole": own(terms.parties[0].name, "ko"),
        "secrecy": duration(terms.secrecy, "ko"),
        "personal_basis": own(personal, "ko"),
        "warranty": own(terms.warranty, "ko"),
        "liability": terms.liability_cap,
        "kept_last": (date.fromisoformat(matter.kept_until) - timedelta(days=1)).isoformat(),
    }


def _said(matter: Matter, clause: Clause) -> list[str]:
    """The sentences of a clause that stand, filled in."""
    values, true = _values(matter), _true(matter.terms) | paying.true(matter.priced)
    return [particles.settled(one.ko.format(**values)) for one in clause.text if one.stands(true)]


def _suppliers(matter: Matter) -> list[tuple[str, str]]:
    """Who stands on the supplier's side: the firm, and every other party that has a share."""
    kind, company = contracts().types[matter.terms.contract], own(matter.company, "ko")
    others = [(own(one.role, "ko"), own(one.name, "ko")) for one in matter.terms.parties]
    return [
        (kind.firm or kind.supplier, company),
        *(one for one in others if one[1] != company),
    ]


def _price(matter: Matter) -> str:
    """The price in a line; for a form with terms of its own, what the contract says of them, but for its last
    sentence, which leaves it to the parties within how many days they pay."""
    if matter.priced.form == "once":
        return f"{paying.won(matter.priced.price)} ({text('paper-vat', 'ko', vat=f'{matter.priced.vat:,}')})"
    payment = next(one for one in contracts().clauses if one.name == "payment")
    return " ".join(_said(matter, payment)[:-1])


def _true(terms: Licensing) -> Set[str]:
    """The conditions of clauses that hold."""
    said = {
        "grant-licence": terms.grant == rules().grants.licence,
        "exclusive": terms.exclusive,
        "resupply": terms.resupply,
        "ai-training": terms.ai_training,
        f"type-{terms.contract}": True,
        f"derived-{terms.derived_data}": True,
        "several-parties": len(terms.parties) > 1,
        "secrecy": bool(terms.secrecy),
        "personal-data": terms.personal_data,
        "core-technology": terms.national_core_technology,
        "attribution": terms.attribution,
        "audit": terms.audit,
        "deletion": terms.deletion_at_end,
        "own-warranty": terms.warranty != in_all("licence-warranty"),
    }
    return frozenset(name for name, holds in said.items() if holds)


def _yes(value: bool) -> str:
    return text("web-yes" if value else "web-no", "ko")


def _document(matter: Matter, heading: str) -> Document:
    document = docx.Document()
    for name in ("Normal", "Title", "Heading 2"):
        style = document.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = Pt(10.5)
    properties = document.core_properties
    moment = datetime.fromisoformat(matter.day)
    properties.created = properties.modified = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.title, properties.author, properties.language = heading, own(matter.company, "ko"), "ko-KR"
    properties.comments = ""
    document.add_heading(heading, level=0)
    return document


def _note(document: Document, sentence: str) -> None:
    document.add_paragraph().add_run(sentence).italic = True


def _table(document: Document, rows: Iterable[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    widths = Pt(130), Pt(305)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for name, value in rows:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(name).bold = True
        cells[1].paragraphs[0].add_run(value)
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = widths


def _bytes(document: Document) -> bytes:
    """The file; the same matter gives the same bytes: a zip's entries would else bear the time of now."""
    made, settled = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, _EARLIEST), source.read(entry), zipfile.ZIP_DEFLATED)
    return settled.getvalue()
