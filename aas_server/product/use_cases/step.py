"""Step 4 of the call: what a buyer can do with data and model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from aas_server.product.use_cases import evidence
from aas_server.product.use_cases.statements import Template, statements
from aas_server.product.work import Prepared, Trained, Work
from submodels import use_cases
from submodels.ai_model import AIModel
from submodels.field import Field
from submodels.use_cases import ProductKind, Statement, UseCases


def run(work: Work, prepared: Prepared, trained: Trained) -> UseCases:
    """State what the model's measured figures allow to be stated, and leave UseCases in the shell.

    Of a model that is weak or cannot be judged no use is claimed.
    """
    kind = work.recipe.kind
    used = UseCases(
        id=work.names.submodel(work.recipe.id, use_cases.KIND),
        kind=kind,
        title=statements().kinds[kind].title,
        statements=_stated(kind, trained.model, prepared.main.fields),
    )
    work.twin.put(work.recipe.id, use_cases.to_submodel(used))
    return used


def _stated(kind: ProductKind, model: AIModel, fields: Sequence[Field]) -> tuple[Statement, ...]:
    known = evidence.figures(model)
    heaviest = evidence.heaviest(model, statements().common.top_variables)
    proofs = {name: (figure,) for name, figure in known.items()} | {evidence.IMPORTANCE: heaviest}
    values = {name: figure.value for name, figure in known.items()}
    texts = {"verdict": model.verdict, "variables": evidence.named(heaviest, fields)}
    stated = []
    for template in _templates(kind, model):
        backing = [proofs.get(name, ()) for name in template.figures]
        if all(backing):  # a figure that was not measured leaves the statement unsaid
            backing += [proofs.get(name, ()) for name in template.also]
            stated.append(Statement(template.filled(values, texts), tuple(chain.from_iterable(backing))))
    return tuple(stated)


def _templates(kind: ProductKind, model: AIModel) -> tuple[Template, ...]:
    common = statements().common
    if model.label is None:
        return common.unlabelled
    return common.weak if model.weak else (*statements().kinds[kind].judged, *common.judged)
