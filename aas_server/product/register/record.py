"""Fills the listing's form from what the steps left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aas_server import ids
from aas_server.messages import in_all
from aas_server.product import folder as folders
from aas_server.product.recipe import Owner, Recipe
from aas_server.product.register import listing
from aas_server.product.register.terms import UNDER_THE_POLICY
from aas_server.product.work import Released, Trained, Work
from aas_server.quality.figures import Figures
from submodels.data_product import Distribution
from submodels.data_quality import DataQuality
from submodels.licensing import Licensing
from submodels.pricing import PaymentTerms, Pricing
from submodels.registration import Registration
from submodels.use_cases import UseCases

PACKAGE, QUALITY, COSTS, GUIDE, SAMPLE = (
    "package.aasx",
    "quality-report.html",
    "cost-sheet.html",
    "guide-book.html",
    "sample.csv",
)
"""Names in the hand-in bundle."""
POLICY, CONTRACT, TERM_SHEET = "policy.jsonld", "contract-draft.docx", "term-sheet.docx"
"""The licence's papers there."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What a listing tells of."""

    trained: Trained
    used: UseCases
    released: Released
    verified: DataQuality
    figures: Figures
    priced: Pricing
    licensing: Licensing
    registration: Registration


def fill(work: Work, papers: Papers, package: Path) -> listing.Record:
    """The listing of a release whose AASX lies at ``package``."""
    known = papers.registration
    return {
        "schema": known.schema,
        "id": known.listing,
        "product": work.recipe.id,
        "release": papers.released.id,
        **_described(work.recipe, papers),
        **_data(papers.released),
        **_files(papers),
        "package": {"file": PACKAGE, "size": package.stat().st_size, "sha256": folders.sha256(package)},
        "modelCard": _model(papers.trained),
        "quality": _quality(papers.verified),
        "price": _price(papers.priced),
        "licence": _licence(papers.licensing),
        "declarations": _declarations(papers.licensing),
        "contact": _contact(work.recipe.owner),
        "registered": known.registered,
        "keptUntil": known.kept_until,
        "versions": _versions(work, papers),
        "citation": known.citation,
        "library": {"name": known.library, "answer": _answer(work, known.listing)},
    }


def _described(recipe: Recipe, papers: Papers) -> dict[str, Any]:
    owner = recipe.owner
    return {
        "name": recipe.title,
        "kind": {"code": recipe.kind, "name": in_all(f"product-kind-{recipe.kind}")},
        "industry": recipe.industry,
        "process": recipe.process,
        "equipment": {"name": recipe.equipment, "manufacturer": owner.manufacturer, "model": owner.model},
        "description": recipe.description,
        "useCases": [statement.text for statement in papers.used.statements],
        "keywords": list(recipe.keywords),
    }


def _data(released: Released) -> dict[str, Any]:
    product = released.product
    kinds = {one.media_type.partition("/")[2].upper() for one in product.distributions if _is_picture(one)}
    return {
        "period": {"start": product.start, "end": product.end, "interval": product.resolution},
        "rows": product.rows,
        "columns": product.columns,
        "format": f"{', '.join(('Parquet', *sorted(kinds)))} (zip)",
        "encoding": "UTF-8",
        "size": released.size,
        "sha256": released.sha256,
        "delivery": [
            {"form": "download", "url": product.distributions[0].url},
            {"form": "open-api", "url": product.api},
        ],
    }


def _is_picture(one: Distribution) -> bool:
    return one.media_type.startswith("image/")


def _files(papers: Papers) -> dict[str, Any]:
    released = papers.released
    under_contract = papers.licensing.sample_license == UNDER_THE_POLICY
    sample, guide = released.folder / SAMPLE, released.folder / GUIDE
    rows = next(part.rows for part in released.product.distributions if part.url.endswith(f"/{SAMPLE}"))
    variables = json.loads((released.folder / "variables.json").read_text("utf-8"))
    return {
        "sample": {
            "file": SAMPLE,
            "rows": rows,
            "sha256": folders.sha256(sample),
            "licence": papers.licensing.policy if under_contract else papers.licensing.sample_license,
        },
        "guideBook": {"file": GUIDE, "sha256": folders.sha256(guide)},
        "variables": [_variable(variable) for variable in variables],
    }


def _variable(variable: dict[str, Any]) -> dict[str, Any]:
    return {
        "table": variable["table"],
        "name": variable["name"],
        "idShort": variable["id_short"],
        "semanticId": variable["semantic_id"],
        "unit": variable["unit"],
        "type": variable["type"],
        "role": variable["role"],
        "minimum": variable["minimum"],
        "maximum": variable["maximum"],
        "missingPercent": variable["missing_percent"],
        "title": variable["title"],
    }


def _model(trained: Trained) -> dict[str, Any]:
    model = trained.model
    return {
        "files": sorted({f"model/{path.name}" for path in (trained.onnx, *trained.files.values())}),
        "task": model.task,
        "algorithm": model.algorithm,
        "macroF1": model.macro_f1,
        "naiveMacroF1": model.naive_macro_f1,
        "testDefects": model.split.test_defects if model.label else None,
        "weak": model.weak,
        "verdict": model.verdict,
    }


def _quality(verified: DataQuality) -> dict[str, Any]:
    return {
        "file": QUALITY,
        "profile": verified.profile,
        "index": verified.index,
        "statement": verified.statement,
        "indices": [
            {
                "name": index.name,
                "title": index.title,
                "value": index.value,
                "numerator": index.numerator,
                "denominator": index.denominator,
            }
            for index in verified.indices
        ],
    }


def _price(priced: Pricing) -> dict[str, Any]:
    return {
        "form": priced.form,
        "currency": priced.currency,
        "price": priced.price,
        "vat": priced.vat,
        "priceWithVat": priced.price_with_vat,
        "costSheetTotal": priced.floor,
        "costSheet": COSTS,
        "reason": priced.reason,
        **({"payment": _payment(priced.terms)} if priced.terms else {}),
    }


def _payment(terms: PaymentTerms) -> dict[str, Any]:
    """What the form of the price asks, only what it asks."""
    said = {
        "per": terms.per or None,
        "fee": terms.fee,
        "tiers": [{"price": one.price, "upTo": one.up_to} for one in terms.tiers] or None,
        "share": terms.share,
        "reportMonths": terms.report,
        "minimum": terms.minimum or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _licence(terms: Licensing) -> dict[str, Any]:
    return {
        "policy": terms.policy,
        "contract": terms.contract,
        "grant": terms.grant,
        "exclusive": terms.exclusive,
        "purpose": terms.purpose,
        "term": terms.term,
        "territory": terms.territory,
        "resupply": terms.resupply,
        "aiTraining": terms.ai_training,
        "permissions": list(terms.permissions),
        "prohibitions": list(terms.prohibitions),
        "shares": [{"party": party.name, "role": party.role, "percent": party.share} for party in terms.parties],
    }


def _declarations(terms: Licensing) -> dict[str, Any]:
    return {
        "personalData": terms.personal_data,
        "tradeSecret": terms.trade_secret,
        "nationalCoreTechnology": terms.national_core_technology,
    }


def _contact(owner: Owner) -> dict[str, Any]:
    return {
        "company": owner.company,
        "department": owner.department,
        "phone": owner.phone,
        "email": owner.email,
    }


def _versions(work: Work, papers: Papers) -> Sequence[dict[str, Any]]:
    """Every registered release up to this one, oldest first."""
    earlier = []
    for number in range(1, papers.released.number):
        release = f"{work.recipe.id}-r{number}"
        known = listing.find(work.store.catalogue, work.names.listing(release))
        if known is not None:
            earlier.append({"release": release, "registered": known["registered"], "sha256": known["sha256"]})
    registered = papers.registration.registered
    return [
        *earlier,
        {"release": papers.released.id, "registered": registered, "sha256": papers.released.sha256},
    ]


def _answer(work: Work, package: str) -> dict[str, Any]:
    """Our own server is the library: it keeps the package under the listing's id."""
    server = work.settings.base_url
    url = f"{server}/api/v3.1/packages/{ids.encode(package)}"
    return {"status": "accepted", "server": server, "package": package, "url": url}
