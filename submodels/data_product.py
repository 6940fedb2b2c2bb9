"""DataProduct (own; DCAT 3, DPROD): the product and its release, with every way to get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from basyx.aas import model

from submodels import elements, fields, reading
from submodels.field import Field
from submodels.text import Text

KIND = "DataProduct"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of the release, or the API (``media_type`` ``application/json``, no size)."""

    title: Text
    url: str
    media_type: str
    size: int | None
    sha256: str | None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class DataProduct:
    """Times are ISO 8601 UTC; ``resolution`` an ISO 8601 duration or empty."""

    id: str
    uri: str
    title: Text
    description: Text
    keywords: tuple[Text, ...]
    kind: str
    industry: str
    process: Text
    equipment: Text
    release: str
    version: str
    issued: str
    start: str
    end: str
    resolution: str
    rows: int
    columns: int
    fields: tuple[Field, ...]
    distributions: tuple[Distribution, ...]
    api: str
    inputs: tuple[tuple[str, int], ...]


def to_submodel(product: DataProduct) -> model.Submodel:
    return elements.submodel(
        KIND,
        product.id,
        {
            "UriOfTheProduct": product.uri,
            "Title": product.title,
            "Description": product.description,
            "Keywords": list(product.keywords),
            "Kind": product.kind,
            "Industry": product.industry,
            "Process": product.process,
            "Equipment": product.equipment,
            "Release": product.release,
            "Version": product.version,
            "Issued": product.issued,
            "TemporalCoverage": {"Start": product.start, "End": product.end},
            "TemporalResolution": product.resolution,
            "Rows": product.rows,
            "Columns": product.columns,
            "Variables": [fields.entry(one) for one in product.fields],
            "Distributions": [_distribution(one) for one in product.distributions],
            "EndpointURL": product.api,
            "Sources": [{"Stream": stream, "Version": version} for stream, version in product.inputs],
        },
    )


def from_submodel(submodel: model.Submodel) -> DataProduct:
    said = reading.values_of(submodel, KIND)
    period = said.get("TemporalCoverage", {})
    return DataProduct(
        id=submodel.id,
        uri=said["UriOfTheProduct"],
        title=said["Title"],
        description=said.get("Description", {}),
        keywords=tuple(said.get("Keywords", ())),
        kind=said["Kind"],
        industry=said["Industry"],
        process=said.get("Process", {}),
        equipment=said.get("Equipment", {}),
        release=said["Release"],
        version=said["Version"],
        issued=said["Issued"],
        start=period.get("Start", ""),
        end=period.get("End", ""),
        resolution=said.get("TemporalResolution", ""),
        rows=said["Rows"],
        columns=said["Columns"],
        fields=tuple(fields.field_of_entry(one) for one in said["Variables"]),
        distributions=tuple(_distribution_of(one) for one in said["Distributions"]),
        api=said.get("EndpointURL", ""),
        inputs=tuple((one["Stream"], one["Version"]) for one in said["Sources"]),
    )


def _distribution(one: Distribution) -> dict[str, Any]:
    """A file of the package is a File element; a file elsewhere is downloaded, what has no size is accessed."""
    if one.url.startswith("/aasx/"):
        place: dict[str, Any] = {"File": elements.FileValue(one.url, one.media_type)}
    else:
        place = {"AccessURL" if one.size is None else "DownloadURL": one.url}
    return {
        "Title": one.title,
        **place,
        "MediaType": one.media_type,
        "ByteSize": one.size,
        "Sha256": one.sha256,
        "Rows": one.rows,
    }


def _distribution_of(said: Mapping[str, Any]) -> Distribution:
    file = said.get("File")
    return Distribution(
        title=said["Title"],
        url=file.path if file else said.get("DownloadURL") or said.get("AccessURL", ""),
        media_type=said["MediaType"],
        size=said.get("ByteSize"),
        sha256=said.get("Sha256"),
        rows=said.get("Rows"),
    )
