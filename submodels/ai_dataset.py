"""AIDataset (IDTA 02058): the data of a release that its model was trained and tested on.

The template wants numbers as texts; free names (``information``, ``metrics``, ``conditions``) are idShorts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from basyx.aas import model

from submodels import elements, reading
from submodels.text import Text

KIND = "AIDataset"
_OWN = "https://aas-data-product.example/ids/smt/AIDataset/1/0/"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A class and how many rows of the data set bear it."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class AIDataset:
    """``version``: the release's number; ``storage``: where the data lie. ``classes``: of a label that names
    classes; ``value``: the meaning of a label that is a number (both empty without a label). ``collector``: id of
    the submodel that describes what collected the data. ``information`` (source, period, features, split, licence,
    provenance, …), ``metrics`` and ``conditions`` go by their idShort."""

    id: str
    version: str
    storage: str
    rows: int
    train_rows: int
    test_rows: int
    file_types: tuple[str, ...]
    classes: tuple[Labelled, ...] = ()
    value: Text = field(default_factory=dict)
    information: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    collector: str = ""


def to_submodel(dataset: AIDataset, contact: str = "") -> model.Submodel:
    """``contact``: id of the ContactInformation submodel the template demands a reference to; by default the one
    beside this submodel (the same id but for its last part)."""
    contact = contact or dataset.id.removesuffix(KIND) + "ContactInformation"
    collectors = {"Collector": elements.submodel_reference(dataset.collector)} if dataset.collector else None
    return elements.submodel(
        KIND,
        dataset.id,
        {
            "URIOfTheProduct": f"{dataset.id}#dataset",
            "Version": dataset.version,
            "ContactInformation": elements.submodel_reference(contact),
            "Storage": dataset.storage,
            "Labeled": _labelled(dataset),
            "SizeInformation": {
                "CompleteSize": str(dataset.rows),
                "TrainSize": str(dataset.train_rows),
                "TestSize": str(dataset.test_rows),
                "SplitRatio": f"{dataset.train_rows}:{dataset.test_rows}",
            },
            "MetaData": {
                "FileType": ", ".join(dataset.file_types),
                "AdditionalInformation": _said(dataset.information),
            },
            "Metrics": _named(dataset.metrics, "Metrics"),
            "BoundaryConditions": {
                "DataCollectors": collectors,
                "EnviromentConditions": _named(dataset.conditions, "EnviromentConditions"),
            },
        },
    )


def from_submodel(submodel: model.Submodel) -> AIDataset:
    said = reading.values_of(submodel, KIND)
    labelled, sizes, meta = said.get("Labeled", {}), said["SizeInformation"], said["MetaData"]
    limits = said.get("BoundaryConditions", {})
    labels = labelled.get("Classification", {}).get("Labels", {})
    collector = limits.get("DataCollectors", {}).get("Collector")
    return AIDataset(
        id=submodel.id,
        version=said["Version"],
        storage=said["Storage"],
        rows=int(sizes["CompleteSize"]),
        train_rows=int(sizes["TrainSize"]),
        test_rows=int(sizes["TestSize"]),
        file_types=tuple(meta["FileType"].split(", ")),
        classes=tuple(Labelled(one["ClassName"], int(one["NumberOfSamples"])) for one in labels.values()),
        value=labelled.get("Regression", {}).get("labeledescription", {}),
        information=meta.get("AdditionalInformation", {}),
        metrics=reading.named_of(said.get("Metrics", {}).values()),
        conditions=reading.named_of(limits.get("EnviromentConditions", {}).values()),
        collector=str(collector.key[0].value) if collector else "",
    )


def _labelled(dataset: AIDataset) -> dict[str, Any] | None:
    if dataset.classes:
        labels = {
            f"Label{at:02}": {"ClassName": one.name, "NumberOfSamples": str(one.rows)}
            for at, one in enumerate(dataset.classes, 1)
        }
        counts = ":".join(str(one.rows) for one in dataset.classes)
        return {"Classification": {"NumberLables": str(len(dataset.classes)), "Labels": labels, "Balance": counts}}
    return {"Regression": {"labeledescription": dataset.value}} if dataset.value else None


def _named(values: Mapping[str, str], kind: str) -> dict[str, model.Property]:
    """Each under an identifier of its own: the template allows the one it gives once."""
    said = {name: ("xs:string", value) for name, value in values.items() if value}
    return elements.named(said, lambda name: f"{_OWN}{kind}/{quote(name)}")


def _said(values: Mapping[str, str]) -> dict[str, str]:
    """What says nothing is left out: the template's free elements hold texts."""
    return {name: value for name, value in values.items() if value}
