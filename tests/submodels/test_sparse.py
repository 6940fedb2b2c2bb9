"""What says little is still legal and reads back: nothing sold yet, no model worth its name, no series."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import aas_core3.jsonization as json30
import aas_core3.verification as verify30
import aas_core3_1.jsonization as json31
import aas_core3_1.verification as verify31
from basyx.aas.adapter.json import AASToJsonEncoder

from submodels import (
    ai_model,
    asset_interfaces,
    data_processing,
    data_product,
    data_quality,
    licensing,
    operational_data,
    pricing,
    time_series,
    use_cases,
)
from submodels.text import both

MODULES = {
    "AIModelNameplate": ai_model,
    "AssetInterfacesDescription": asset_interfaces,
    "DataProcessing": data_processing,
    "DataProduct": data_product,
    "DataQuality": data_quality,
    "Licensing": licensing,
    "OperationalData": operational_data,
    "Pricing": pricing,
    "TimeSeries": time_series,
    "UseCases": use_cases,
}


def emptied(data: Any) -> Any:
    """The same with every list and mapping empty."""
    nothing: dict[str, Any] = {}
    for one in dataclasses.fields(data):
        value = getattr(data, one.name)
        if isinstance(value, tuple):
            nothing[one.name] = ()
        elif isinstance(value, dict) and set(value) - {"ko", "en"}:
            nothing[one.name] = {}
    return dataclasses.replace(data, **nothing)


def test_empty_lists_are_legal_and_come_back(all_cases: Any) -> None:
    for case in all_cases:
        if case.name not in MODULES:
            continue
        sparse = emptied(case.data)
        submodel = MODULES[case.name].to_submodel(sparse)
        said = json.loads(json.dumps(submodel, cls=AASToJsonEncoder))
        assert [str(error) for error in verify31.verify(json31.submodel_from_jsonable(said))] == [], case.name
        assert [str(error) for error in verify30.verify(json30.submodel_from_jsonable(said))] == [], case.name
        assert MODULES[case.name].from_submodel(submodel) == sparse


def test_a_detector_without_labels_says_what_it_measured() -> None:
    detector = ai_model.AIModel(
        id="https://x.example/ids/sm/p/AIModelNameplate",
        task="anomaly-detection",
        algorithm="IsolationForest",
        framework="scikit-learn 1.7",
        label=None,
        positive=None,
        features=("a", "b"),
        split=ai_model.Split("6000", 6000, 1000, 0, 0),
        acceptance=0.8,
        macro_f1=None,
        naive_macro_f1=None,
        confusion=None,
        importance=(),
        onnx=ai_model.OnnxCheck(1000, 3),
        weak=True,
        verdict=both("라벨이 없다", "No label"),
        hyperparameters={},
        figures={"flagged_share": 0.02},
    )
    submodel = ai_model.to_submodel(detector)
    assert ai_model.from_submodel(submodel) == detector
    results = {one.id_short for one in submodel.get_referable("TrainingResults").value}
    assert {"MacroF1", "NaiveMacroF1", "Confusion", "Label"}.isdisjoint(results)
    contact = submodel.get_referable("ContactInformation").value
    assert contact.key[0].value == "https://x.example/ids/sm/p/ContactInformation"
