"""Step 3 of the call: a baseline model with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from aas_server.errors import BadInput, NotSupported
from aas_server.messages import in_all
from aas_server.product.recipe import Recipe
from aas_server.product.train import bench as benches
from aas_server.product.train import card, describing, examples, inputs, split
from aas_server.product.train.bench import Bench, Result
from aas_server.product.train.examples import Examples
from aas_server.product.train.settings import baseline
from aas_server.product.train.target import NUMBERS
from aas_server.product.train.words import listed
from aas_server.product.work import Prepared, Trained, Work
from submodels import ai_model
from submodels.ai_model import Task
from submodels.ai_results import Leak
from submodels.text import Text

FOLDER = "model"
FILE = "model.onnx"
_SHOWN = 3


def run(work: Work, prepared: Prepared) -> Trained:
    """Train on the prepared main table, measure on its test part, export to ONNX.

    Leaves AIModelNameplate in the shell, and the model with its card in the build's folder. Raises ``BadInput``
    where nothing can be learnt (a column that is not there, too few rows, a label of one class, no feature) or the
    ONNX file answers otherwise than the model, and ``NotSupported`` where the optional extra ``model`` is missing.
    """
    recipe, fields = work.recipe, prepared.main.fields
    read, gallery = _seen(work, examples.read(prepared.main, recipe))
    bench, parts, notes = _bench(read, recipe)
    work.progress("train", 1, 4)
    learning = _learning()
    result: Result = learning.learn(bench, gallery)
    leaks: tuple[Leak, ...] = learning.suspicions(bench, result, recipe, fields)
    work.progress("train", 3, 4)
    folder = work.folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    onnx = folder / FILE
    onnx.write_bytes(result.onnx)
    id = work.names.submodel(recipe.id, ai_model.KIND)
    model = describing.describe(id, recipe, bench, parts, result, leaks, (*notes, *result.notes))
    model = card.illustrated(replace(model, storage=f"{FOLDER}/{FILE}"), fields)
    model = replace(model, preprocessing=card.IN_PACKAGE + inputs.FILE)
    cleaning = prepared.row_cleaning
    cleaning = cleaning.of((*model.features, *model.texts)) if cleaning and not model.picture else None
    beside = inputs.write(model, folder, cleaning)
    files = {FILE: onnx, **beside, **card.write(model, recipe.title, folder, fields, cleaning)}
    shown = {**card.in_shell(model, folder), "Inputs.Preprocessing": beside[inputs.FILE]}
    work.twin.put(recipe.id, ai_model.to_submodel(model), files=shown)
    return Trained(model, onnx, files, tuple(gallery.unreadable) if gallery is not None else ())


def _bench(read: Examples, recipe: Recipe) -> tuple[Bench, split.Parts, Sequence[Text]]:
    """The examples, split; and what is to be said about them."""
    how, least = recipe.modelling, baseline().limits.min_rows
    if read.rows < least:
        raise BadInput("train-too-few-rows", rows=read.rows, least=least)
    parts = split.part(read.times, read.groups, read.rows, how)
    seen = read.without_empty(parts.train)
    if not seen.names and not seen.text_names and not seen.pictures:
        raise BadInput("train-no-feature", left_out=_joined(seen.notes))
    notes = [*seen.notes, *parts.notes]
    task = _task(seen, parts, recipe, notes)
    try:
        metric = benches.metric_of(task, how.metric)
    except ValueError as known:
        raise BadInput("train-metric-unfit", metric=how.metric, task=task, known=str(known)) from None
    most = baseline().limits.max_train_rows
    fitted = benches.sampled(seen.target, parts.train, most)
    if fitted.size < parts.train.size:
        notes.append(in_all("train-note-sampled", rows=int(parts.train.size), fitted=int(fitted.size)))
    return Bench(task, metric, seen, parts.train, parts.test, fitted, how.seed), parts, notes


def _task(seen: Examples, parts: split.Parts, recipe: Recipe, notes: list[Text]) -> Task:
    """The target's task; of a label whose training part holds one class, anomaly detection where nothing else is
    declared. Raises ``BadInput`` where that is no way out."""
    target = seen.target
    if seen.pictures and target.task in NUMBERS:
        raise BadInput("train-pictures-number", task=target.task)
    if target.task != "classification" or (target.at(parts.train).counts() > 0).sum() > 1:
        return target.task
    if recipe.modelling.task == "classification" or not target.is_defect:
        raise BadInput("train-one-class-trains", column=target.column, rows=int(parts.train.size))
    notes.append(in_all("train-note-one-class"))
    return "anomaly-detection"


def _learning() -> ModuleType:
    try:  # scikit-learn, skl2onnx, onnxruntime and Pillow are an optional extra: this is the one door to them
        from aas_server.product.train import learning  # noqa: PLC0415
    except ModuleNotFoundError as fault:
        if (fault.name or "").split(".")[0] not in ("sklearn", "skl2onnx", "onnx", "onnxruntime", "PIL"):
            raise
        raise NotSupported("model-extra-missing", module=fault.name) from None
    return learning


def _seen(work: Work, read: Examples) -> tuple[Examples, Any]:
    """The examples whose picture could be looked at, with the pictures; all of them where there are none."""
    if read.picture is None:
        return read, None
    told = partial(work.progress, "train")
    gallery = _learning().look(read.pictures, work.store.files, work.settings.max_pixels, work.folder, told)
    kept = np.array([digest in gallery.places for digest in read.pictures], dtype=np.bool_)
    if kept.all():
        return read, gallery
    out = int((~kept).sum())
    shown = [f"{digest[:12]}… ({fault})" for digest, fault in list(gallery.unreadable.items())[:_SHOWN]]
    note = in_all("train-note-pictures-out", rows=out, pictures=listed(shown) if shown else "–")
    return replace(read.at(np.flatnonzero(kept)), notes=(*read.notes, note)), gallery


def _joined(notes: Sequence[Text]) -> Text:
    return {language: " ".join(note[language] for note in notes) for language in ("ko", "en")}
