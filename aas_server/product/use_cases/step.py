"""Step 4 of the call: what a buyer can do with data and model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from aas_server.messages import in_all
from aas_server.product.use_cases import evidence
from aas_server.product.use_cases.statements import Template, sort, statements, templates
from aas_server.product.use_cases.windows import windows
from aas_server.product.work import Prepared, Trained, Work
from submodels import use_cases
from submodels.ai_model import AIModel
from submodels.field import Field
from submodels.text import Text, both
from submodels.use_cases import Figure, ProductKind, Statement, UseCases, Window


def run(work: Work, prepared: Prepared, trained: Trained) -> UseCases:
    """State what the model's measured figures allow to be stated, and leave UseCases in the shell.

    Of a model that is weak or cannot be judged no use is claimed.
    """
    kind, model = work.recipe.kind, trained.model
    counted = windows(prepared.main, work.recipe.label, model) if sort(model) == "judged" else ()
    used = UseCases(
        id=work.names.submodel(work.recipe.id, use_cases.KIND),
        kind=kind,
        title=statements().kinds[kind].title,
        statements=_stated(kind, model, prepared.main.fields, counted),
        windows=counted,
    )
    work.twin.put(work.recipe.id, use_cases.to_submodel(used))
    return used


def _stated(
    kind: ProductKind, model: AIModel, fields: Sequence[Field], counted: Sequence[Window]
) -> tuple[Statement, ...]:
    known = evidence.figures(model, counted)
    texts = _texts(model, fields)
    made = []
    for template in templates(kind, model):
        for figures, more in _filled(template, fields, counted):
            stated = _statement(template, model, {**known, **figures}, {**texts, **more})
            if stated is not None:
                made.append(stated)
    if not made:
        made = [
            one
            for template in statements().common.nothing
            if (one := _statement(template, model, known, texts)) is not None
        ]
    return tuple(made)


def _statement(
    template: Template, model: AIModel, known: Mapping[str, Figure], texts: Mapping[str, Text]
) -> Statement | None:
    """``None`` where a figure it names was not measured: the statement is left unsaid."""
    heaviest = evidence.heaviest(model, statements().common.top_variables)
    proofs = {name: (figure,) for name, figure in known.items()} | {evidence.IMPORTANCE: heaviest}
    backing = [proofs.get(name, ()) for name in template.figures]
    if not all(backing):
        return None
    backing += [proofs.get(name, ()) for name in template.also]
    values = {name: figure.value for name, figure in known.items()}
    return Statement(template.filled(values, texts), tuple(chain.from_iterable(backing)))


def _filled(
    template: Template, fields: Sequence[Field], counted: Sequence[Window]
) -> Iterator[tuple[Mapping[str, Figure], Mapping[str, Text]]]:
    """Figures and words beside those that all sentences have: once, or for each range that held."""
    if template.each is None:
        yield {}, {}
        return
    known = {field.id_short: field for field in fields}
    for place, window in enumerate(counted):
        if window.held:
            field = known.get(window.variable)
            unit = field.unit.symbol if field and field.unit else ""
            title = field.title if field else {}
            words = {
                "variable": _called(window.variable, title),
                "window_unit": both(*(f" {unit}" if unit else "",) * 2),
            }
            yield evidence.of_window(window, place, unit), words


def _texts(model: AIModel, fields: Sequence[Field]) -> Mapping[str, Text]:
    heaviest = evidence.heaviest(model, statements().common.top_variables)
    titles = {name: field.title for field in fields for name in (field.name, field.id_short)}
    at = evidence.worst(model)
    label = model.label or ""
    return {
        "verdict": model.verdict,
        "variables": evidence.named(heaviest, fields),
        "worst": both(*(model.evaluation.classes[at].label if at is not None else "",) * 2),
        "target": _called(label, titles.get(label, {})),
        "unit": both(*(f" {model.unit}" if model.unit else "",) * 2),
        "metric": in_all(f"card-metric-{model.metric}"),
    }


def _called(id_short: str, title: Text) -> Text:
    """A variable as people call it, with its idShort."""
    return {
        language: f"{said} ({id_short})" if (said := title.get(language)) and said != id_short else id_short
        for language in ("ko", "en")
    }
