"""The release as a DataProduct: every way to get it, with sizes and SHA-256 (DCAT 3)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from basyx.aas import model

from aas_server.messages import in_all
from aas_server.product import folder as folders
from aas_server.product.package.datasheet import Facts
from aas_server.product.package.guide import NAME as GUIDE
from aas_server.product.work import Work
from submodels.data_product import KIND, DataProduct, Distribution

IN_PACKAGE = "/aasx/files/"
"""Where files lie inside the AASX."""

_PARQUET = "application/vnd.apache.parquet"


def describe(work: Work, facts: Facts, folder: Path, archive: Path, issued: str) -> DataProduct:
    """The DataProduct of a finished release folder. ``issued``: ISO 8601 UTC."""
    recipe = facts.recipe
    at = f"{work.settings.base_url}/products/{recipe.id}/releases/{facts.release}"
    return DataProduct(
        id=work.names.submodel(recipe.id, KIND),
        uri=work.names.product(recipe.id),
        title=recipe.title,
        description=recipe.description,
        keywords=recipe.keywords,
        kind=recipe.kind,
        industry=recipe.industry,
        process=recipe.process,
        equipment=recipe.equipment,
        release=facts.release,
        version=str(facts.number),
        issued=issued,
        start=facts.period.start,
        end=facts.period.end,
        resolution=facts.period.resolution,
        rows=facts.main.rows,
        columns=len(facts.main.columns),
        fields=facts.main.source.fields,
        distributions=_distributions(facts, folder, archive, at),
        api=f"{at}/records",
        inputs=tuple((stream.name, stream.pin.version) for stream in facts.collected.streams),
    )


def _distributions(facts: Facts, folder: Path, archive: Path, at: str) -> tuple[Distribution, ...]:
    tables = [
        _file("distribution-table", f"{at}/files/{quote(table.file)}", _PARQUET, folder / table.file, table.rows)
        for table in facts.tables
    ]
    sample = folder / "sample.csv"
    title = in_all("distribution-api")
    return (
        _file("distribution-archive", f"{at}/archive", "application/zip", archive),
        *tables,
        *_manifests(facts, folder, at),
        _file("distribution-sample", IN_PACKAGE + sample.name, "text/csv", sample, facts.sample_rows),
        *_sample_pictures(facts, folder),
        _file("distribution-guide", IN_PACKAGE + GUIDE, "text/html", folder / GUIDE),
        Distribution(title, f"{at}/records", "application/json", None, None, facts.main.rows),
    )


def _file(
    key: str, url: str, media_type: str, path: Path, rows: int | None = None, **told: object
) -> Distribution:
    title = in_all(key, name=path.name, **told)
    return Distribution(title, url, media_type, path.stat().st_size, folders.sha256(path), rows)


def _manifests(facts: Facts, folder: Path, at: str) -> list[Distribution]:
    """The lists of the release's pictures, which are too many to be named one by one."""
    return [
        _file(
            "distribution-pictures",
            f"{at}/files/{quote(one.manifest)}",
            "text/csv",
            folder / one.manifest,
            one.rows,
            pictures=one.files,
            size=f"{one.size:,}",
            kinds=", ".join(one.kinds),
        )
        for one in facts.pictures
    ]


def _sample_pictures(facts: Facts, folder: Path) -> list[Distribution]:
    return [
        _file(
            "distribution-sample-picture",
            IN_PACKAGE + one.file,
            one.media_type,
            folder / one.file,
            label=one.label,
        )
        for part in facts.pictures
        for one in part.samples
    ]


def files(submodel: model.Submodel, folder: Path) -> Mapping[str, Path]:
    """The files that travel in the AASX: ``{idShort path of the File element: file of the release}``."""
    found: dict[str, Path] = {}
    for element in submodel.submodel_element:
        _walk(element, element.id_short or "", folder, found)
    return found


def _walk(element: model.SubmodelElement, path: str, folder: Path, found: dict[str, Path]) -> None:
    if isinstance(element, model.File):
        value = element.value or ""
        if value.startswith(IN_PACKAGE):
            found[path] = folder / value.removeprefix(IN_PACKAGE)
    elif isinstance(element, model.SubmodelElementCollection):
        for child in element.value:
            _walk(child, f"{path}.{child.id_short}", folder, found)
    elif isinstance(element, model.SubmodelElementList):
        for index, child in enumerate(element.value):
            _walk(child, f"{path}[{index}]", folder, found)
