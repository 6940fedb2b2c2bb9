"""The product line: the seven steps of the call, in their order. It reads as the recipe of every product.

Steps 1–5 make a release and never touch it again; steps 6–7 sell it and may run again for the same release (a new
price needs a new registration). Each step leaves a submodel in the product's shell.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec

from aas_server.errors import NotFound
from aas_server.product import collect, package, preprocess, price, record, register, train, use_cases, verify
from aas_server.product.lock import alone
from aas_server.product.recipe import Costing, Quality, Recipe, Terms, dump, keeping
from aas_server.product.recipe.fault import blamed
from aas_server.product.record import ReleaseRecord
from aas_server.product.steps import Steps
from aas_server.product.work import Collected, Prepared, PreparedTable, Released, Trained, Work


def run(work: Work) -> ReleaseRecord:
    """Bring the product to its registration. What is done already for the same data and recipe is not done again.

    Errors of a step are noted in the product's record and raised.
    """
    with alone(work.store.folder, work.recipe.id):
        steps = Steps(work)
        _check(work, steps)
        with steps.running("collect"):
            collected = collect.run(work)
        made = _made_before(work, collected) or _make(work, steps, collected)
        if made.registered is not None and made.offer == _offer(work.recipe):
            steps.finish(made.id)
            return made
        return _sell(work, steps, made)


def _check(work: Work, steps: Steps) -> None:
    """What the last steps would refuse is refused before the first makes anything."""
    for step, check in (("verify", verify.check), ("price", price.check), ("register", register.check)):
        with steps.checking(step):
            check(work)


def preview(work: Work) -> Prepared:
    """Steps 1 and 2 as a look ahead: nothing is left but what lies in the build's folder."""
    with blamed(keeping.place(work.store.folder, work.recipe.id)):
        return preprocess.prepare(work, collect.gather(work)[0], lasting=False)


def _make(work: Work, steps: Steps, collected: Collected) -> ReleaseRecord:
    number = steps.product.releases + 1
    release_id = f"{work.recipe.id}-r{number}"
    with steps.running("preprocess"):
        prepared = preprocess.run(work, collected)
    with steps.checking("verify"):
        verify.check_data(work, collected, prepared)
    with steps.checking("train"):
        train.check(work, collected, prepared)
    with steps.running("train"):
        trained = train.run(work, prepared)
    with steps.running("use_cases"):
        used = use_cases.run(work, prepared, trained)
    with steps.running("package"):
        released = package.run(work, collected, prepared, trained, used, release_id, number)
    made = ReleaseRecord(
        id=release_id,
        product=work.recipe.id,
        inputs=_inputs(work.recipe, collected),
        collected=collected,
        prepared=_kept_tables(prepared, released),
        trained=_kept_model(trained, released),
        used=used,
        released=released,
    )
    record.put_release(work.store, made)
    steps.released(number)
    return made


def _sell(work: Work, steps: Steps, made: ReleaseRecord) -> ReleaseRecord:
    with steps.running("verify"):
        verified = verify.run(work, made.collected, made.prepared, made.id)
    with steps.running("price"):
        priced = price.run(work)
    with steps.running("register"):
        registered = register.run(work, made.trained, made.used, made.released, verified, priced)
    sold = replace(made, verified=verified, priced=priced, registered=registered, offer=_offer(work.recipe))
    record.put_release(work.store, sold)
    steps.finish(sold.id)
    return sold


def _made_before(work: Work, collected: Collected) -> ReleaseRecord | None:
    """The product's last release, if it was made of these very data by this very recipe, and bears what is needed
    to ask its model about raw records (earlier versions of this software did not keep it)."""
    try:
        number = record.product(work.store.catalogue, work.recipe.id).releases
        last = record.release(work.store, f"{work.recipe.id}-r{number}")
    except NotFound:
        return None
    same = last.inputs == _inputs(work.recipe, collected) and last.prepared.row_cleaning is not None
    return last if same else None


def _inputs(recipe: Recipe, collected: Collected) -> str:
    """A hash of what a release is made of: pinned data, what they mean, the recipe without what only sells it."""
    making = replace(recipe, costing=Costing(), terms=Terms(), quality=Quality(), library="", kept_years=1)
    pins = [f"{stream.pin.stream}@{stream.pin.version}:{stream.pin.records}" for stream in collected.streams]
    meaning = msgspec.json.encode([stream.fields for stream in collected.streams])
    return hashlib.sha256("\n".join(pins).encode() + meaning + dump(making)).hexdigest()


def _offer(recipe: Recipe) -> str:
    return hashlib.sha256(dump(recipe)).hexdigest()


def _kept_tables(prepared: Prepared, released: Released) -> Prepared:
    """The prepared tables, as they lie in the release rather than in the scratch folder."""

    def kept(table: PreparedTable) -> PreparedTable:
        return replace(table, path=released.folder / "data" / f"{table.stream}.parquet")

    return replace(prepared, main=kept(prepared.main), companions=tuple(map(kept, prepared.companions)))


def _kept_model(trained: Trained, released: Released) -> Trained:
    folder = released.folder / "model"
    files = {name: folder / path.name for name, path in trained.files.items()}
    return replace(trained, onnx=folder / trained.onnx.name, files=files)
