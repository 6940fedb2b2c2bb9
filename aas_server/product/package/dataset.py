"""The release as an AIDataset: what the model was trained and tested on, for who looks for training data."""

from __future__ import annotations

from collections.abc import Mapping

from aas_server.messages import in_all
from aas_server.product.package.datasheet import Facts
from aas_server.product.package.pictures import MEDIA_TYPES
from aas_server.product.work import Work
from submodels.ai_dataset import KIND, AIDataset, Labelled
from submodels.ai_model import AIModel
from submodels.text import Text

_FILES = (".parquet", ".csv")
_SUFFIXES = {kind: suffix for suffix, kind in MEDIA_TYPES.items()}


def describe(work: Work, facts: Facts) -> AIDataset:
    """Everything in it was measured by an earlier step; licence, provenance and quality are told by the submodels
    it names, so that they stay true when the offer changes."""
    names, product, model = work.names, work.recipe.id, facts.trained.model
    at = f"{work.settings.base_url}/products/{product}/releases/{facts.release}"
    numeric = model.task in ("regression", "remaining-useful-life")
    return AIDataset(
        id=names.submodel(product, KIND),
        version=str(facts.number),
        storage=f"{at}/files/{facts.main.file}",
        rows=facts.main.rows,
        train_rows=model.split.train_rows,
        test_rows=model.split.test_rows,
        file_types=(*_FILES, *sorted({_SUFFIXES[kind] for one in facts.pictures for kind in one.kinds})),
        classes=_classes(model),
        value=_target(facts) if numeric else {},
        information=_information(work, facts),
        metrics=_metrics(facts),
        conditions={"Process": work.recipe.process["en"], "Equipment": work.recipe.equipment["en"]},
        collector=names.submodel(product, "AssetInterfacesDescription"),
    )


def _information(work: Work, facts: Facts) -> Mapping[str, str]:
    model, names, product = facts.trained.model, work.names, work.recipe.id
    streams = facts.collected.streams
    period = facts.period
    return {
        "Release": facts.release,
        "Title": work.recipe.title.get("en", ""),
        "Source": ", ".join(f"{one.topic} (Delta version {one.pin.version})" for one in streams),
        "Period": f"{period.start}/{period.end}" if period.start else "",
        "Resolution": period.resolution,
        "Features": ", ".join((*model.features, *model.texts)),
        "Label": model.label or "",
        "Positive": model.positive or "",
        "Task": model.task,
        "SplitBy": model.split.by,
        "SplitAt": model.split.cut,
        "Provenance": names.submodel(product, "DataProcessing"),
        "Licence": names.submodel(product, "Licensing"),
        "Quality": names.submodel(product, "DataQuality"),
        "Model": model.id,
    }


def _metrics(facts: Facts) -> Mapping[str, str]:
    """Of the main table; per variable the share of missing cells, where there are any."""
    seen = [one for one in facts.variables if one.table == facts.main.file]
    cells, missing = sum(one.rows for one in seen), sum(one.missing for one in seen)
    return {
        "Rows": str(facts.main.rows),
        "Columns": str(len(facts.main.columns)),
        "Cells": str(cells),
        "MissingCells": str(missing),
        "MissingShare": f"{missing / cells:.6f}" if cells else "",
    } | {f"MissingShare_{one.id_short}": f"{one.missing / one.rows:.6f}" for one in seen if one.missing}


def _classes(model: AIModel) -> tuple[Labelled, ...]:
    if model.evaluation.classes:
        return tuple(Labelled(one.label, one.train_rows + one.test_rows) for one in model.evaluation.classes)
    if model.label is None or model.confusion is None or len(model.confusion.labels) != 2:
        return ()
    split = model.split
    defects = split.train_defects + split.test_defects
    good, bad = model.confusion.labels
    return Labelled(good, split.train_rows + split.test_rows - defects), Labelled(bad, defects)


def _target(facts: Facts) -> Text:
    """What the number means, with its unit."""
    model = facts.trained.model
    fields = {field.id_short: field for field in facts.main.source.fields}
    fields |= {field.name: field for field in facts.main.source.fields}
    title = fields[model.label].title if model.label in fields else in_all(f"web-task-{model.task}")
    return {language: f"{words} [{model.unit}]" if model.unit else words for language, words in title.items()}
