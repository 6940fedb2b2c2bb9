"""Step 5: make the product. A release is one immutable version of data, model and data sheet."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from aas_server.clock import iso
from aas_server.errors import Conflict, NotFound
from aas_server.product import folder as folders
from aas_server.product import record
from aas_server.product.package import (
    archive,
    dataset,
    datasheet,
    guide,
    pictures,
    product,
    sample,
    tables,
    variables,
)
from aas_server.product.package.datasheet import Facts
from aas_server.product.work import Collected, Prepared, Released, Trained, Work
from submodels import ai_dataset, data_product
from submodels.use_cases import UseCases


def run(
    work: Work,
    collected: Collected,
    prepared: Prepared,
    trained: Trained,
    used: UseCases,
    release_id: str,
    number: int,
) -> Released:
    """Make the release folder and its archive, and describe them in the submodels DataProduct and AIDataset.

    The same inputs give the same bytes. A folder that an interrupted build left is made anew; a *finished* release
    is only ever made again byte for byte, else ``Conflict``.
    """
    target = work.store.folder / "products" / work.recipe.id / "releases" / release_id
    issued = _issued_before(work, release_id)
    before = _sums(target) if issued else None
    with folders.whole(target) as folder:
        facts = _fill(work, folder, collected, prepared, trained, used, release_id, number)
        archive.write_sums(folder)
        if before is not None and archive.read_sums(folder) != before:
            raise Conflict("release-immutable", release=release_id)
        archive.write(folder, folder / f"{release_id}.zip", facts.period.end)
        work.progress("package", 2, 3)
    packed = target / f"{release_id}.zip"
    work.twin.put(work.recipe.id, ai_dataset.to_submodel(dataset.describe(work, facts)))
    described = product.describe(work, facts, target, packed, issued or iso(work.clock.now()))
    submodel = data_product.to_submodel(described)
    work.twin.put(work.recipe.id, submodel, files=product.files(submodel, target))
    return Released(
        id=release_id,
        number=number,
        folder=target,
        archive=packed,
        sha256=folders.sha256(packed),
        size=packed.stat().st_size,
        product=described,
        reused=before is not None,
    )


def _fill(
    work: Work,
    folder: Path,
    collected: Collected,
    prepared: Prepared,
    trained: Trained,
    used: UseCases,
    release_id: str,
    number: int,
) -> Facts:
    written = tables.write(prepared, folder)
    work.progress("package", 1, 3)
    _copy_model(trained, folder / "model")
    label = work.recipe.label
    facts = Facts(
        recipe=work.recipe,
        release=release_id,
        number=number,
        collected=collected,
        prepared=prepared,
        trained=trained,
        used=used,
        tables=written,
        variables=variables.dictionary(written),
        period=tables.period(written[0]),
        sample_rows=sample.write(written[0], label, folder / "sample.csv"),
        pictures=pictures.write(
            written,
            label,
            trained.unreadable,
            work.store.files,
            folder,
            partial(work.progress, "package"),
        ),
    )
    variables.write(facts.variables, folder)
    datasheet.write(facts, folder)
    guide.write(facts, folder)
    return facts


def _copy_model(trained: Trained, folder: Path) -> None:
    folder.mkdir()
    for source in {trained.onnx, *trained.files.values()}:
        shutil.copyfile(source, folder / source.name)


def _issued_before(work: Work, release_id: str) -> str:
    """When this release was finished first; empty for a new one."""
    try:
        return record.release(work.store, release_id).released.product.issued
    except NotFound:
        return ""


def _sums(folder: Path) -> dict[str, str] | None:
    return archive.read_sums(folder) if (folder / archive.SUMS).exists() else None
