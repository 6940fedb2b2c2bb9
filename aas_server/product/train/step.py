"""Step 3 of the call: a baseline model with its figures."""

from __future__ import annotations

from collections.abc import Sequence

from aas_server.errors import BadInput, NotSupported
from aas_server.messages import in_all
from aas_server.product.recipe import Recipe
from aas_server.product.train import card, examples, score, split, verdict
from aas_server.product.train.bench import DECIMALS, Bench, Result
from aas_server.product.train.examples import Examples
from aas_server.product.train.settings import baseline
from aas_server.product.train.words import listed
from aas_server.product.work import Prepared, Trained, Work
from submodels import ai_model
from submodels.ai_model import AIModel, Confusion, OnnxCheck, Split
from submodels.text import Text

FOLDER = "model"
FILE = "model.onnx"


def run(work: Work, prepared: Prepared) -> Trained:
    """Train on the prepared main table, measure on its last part by time, export to ONNX.

    Leaves AIModelNameplate in the shell, and the model with its card in the build's folder. Raises ``BadInput``
    where nothing can be learnt (no label column of that name, too few rows, no number that varies) and
    ``NotSupported`` where the optional extra ``model`` is not installed.
    """
    recipe = work.recipe
    bench, notes = _bench(examples.read(prepared.main, recipe), recipe)
    work.progress("train", 1, 4)
    result = _learn(bench)
    work.progress("train", 3, 4)
    model = card.illustrated(_model(work, bench, result, (*notes, *result.notes)), prepared.main.fields)
    folder = work.folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    onnx = folder / FILE
    onnx.write_bytes(result.onnx)
    files = {FILE: onnx, **card.write(model, recipe.title, folder, prepared.main.fields)}
    work.twin.put(recipe.id, ai_model.to_submodel(model), files=card.in_shell(model, folder))
    return Trained(model, onnx, files)


def _bench(read: Examples, recipe: Recipe) -> tuple[Bench, Sequence[Text]]:
    """The examples, split; and what is to be said about them."""
    least = baseline().limits.min_rows
    if read.rows < least:
        raise BadInput("train-too-few-rows", rows=read.rows, least=least)
    train_rows, by_time = split.cut(read.times, read.rows, recipe.modelling.test_share)
    seen = read.without_empty(train_rows)
    if not seen.names:
        raise BadInput("train-no-feature", left_out=_joined(seen.notes))
    times = seen.times if by_time else None
    notes = list(seen.notes)
    if seen.times is not None and not by_time:
        notes.append(in_all("train-note-one-moment"))
    notes.append(in_all("train-note-repeated", rows=split.repeated(seen.matrix, train_rows)))
    bench = Bench(seen.names, seen.matrix, times, seen.defect, train_rows, recipe.modelling.seed)
    if bench.labelled is not None and not bench.teachable:
        notes.append(in_all("train-note-one-class"))
    return bench, notes


def _learn(bench: Bench) -> Result:
    try:  # scikit-learn, skl2onnx and onnxruntime are an optional extra: this is the one door to them
        from aas_server.product.train.learning import learn  # noqa: PLC0415
    except ModuleNotFoundError as fault:
        if (fault.name or "").split(".")[0] not in ("sklearn", "skl2onnx", "onnx", "onnxruntime"):
            raise
        raise NotSupported("model-extra-missing", module=fault.name) from None
    return learn(bench)


def _model(work: Work, bench: Bench, result: Result, notes: Sequence[Text]) -> AIModel:
    recipe = work.recipe
    weak, words = verdict.judge(result, recipe.modelling.acceptance)
    train_defect, test_defect = bench.defect
    return AIModel(
        id=work.names.submodel(recipe.id, ai_model.KIND),
        task=result.task,
        algorithm=result.algorithm,
        framework=result.framework,
        label=recipe.label.column if recipe.label else None,
        positive=listed(list(recipe.label.defect)) if recipe.label else None,
        features=bench.names,
        split=Split(
            cut=split.place(bench.times, bench.train_rows),
            train_rows=bench.train_rows,
            test_rows=bench.test.shape[0],
            train_defects=int(train_defect.sum()),
            test_defects=int(test_defect.sum()),
        ),
        acceptance=recipe.modelling.acceptance,
        macro_f1=_rounded(result.counts.macro_f1 if result.counts else None),
        naive_macro_f1=_rounded(result.naive.macro_f1 if result.naive else None),
        confusion=Confusion(score.LABELS, result.counts.matrix) if result.counts else None,
        importance=result.importance,
        onnx=OnnxCheck(rows=bench.test.shape[0], differences=result.differences),
        weak=weak,
        verdict=words,
        hyperparameters=result.hyperparameters,
        figures=result.figures,
        notes=tuple(notes),
        storage=f"{FOLDER}/{FILE}",
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def _joined(notes: Sequence[Text]) -> Text:
    return {language: " ".join(note[language] for note in notes) for language in ("ko", "en")}
