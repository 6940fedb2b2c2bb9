"""One realistic set of everything the submodels say: an injection-moulding cell with its tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from basyx.aas import model

from submodels import (
    ai_dataset,
    ai_model,
    ai_results,
    asset,
    asset_interfaces,
    data_processing,
    data_product,
    data_quality,
    licensing,
    operational_data,
    pricing,
    registration,
    time_series,
    use_cases,
    valuation,
)
from submodels.field import Field, Unit
from submodels.text import both

IDS = "https://factory.example/ids/"


def sm(kind: str) -> str:
    return f"{IDS}sm/cell/{kind}"


FIELDS = (
    Field(
        "max_injection_pressure", "max_injection_pressure", "xs:double", "0112/2///61987#ABN616#001", "irdi",
        both("최대 사출 압력", "Max injection pressure"), both("단위 면적의 힘", "Force on a unit of area"),
        unit=Unit("bar", "BAR", "0112/2///62720#UAA323"), minimum=0.0, maximum=2500.5,
    ),
    Field(
        "screw_rpm", "screw_rpm", "xs:long", f"{IDS}cd/screw_rpm", "own", both("스크루 회전수", "Screw rpm"),
        both("회전수", "Turns"), unit=Unit("1/min", "C94", "0112/2///62720#UAA843"), maximum=400.0,
    ),
    Field("설비명", "x_1f2e3d4c", "xs:string", f"{IDS}cd/x_1f2e3d4c", "own", both("설비명", "Equipment name"), {},
    "text"),
    Field(
        "pass_or_fail", "pass_or_fail", "xs:string", f"{IDS}cd/pass_or_fail", "own", both("양불 판정",
        "Pass or fail"),
        both("판정", "Verdict"), "label",
    ),
    Field(
        "shot_time", "shot_time", "xs:dateTime", "0112/2///61360_4#ADA387#001", "irdi", both("샷 시각",
        "Shot time"),
        both("시각", "Instant"), "time",
    ),
)  # fmt: skip
TAGS = (
    Field(
        "Mold Temp 1", "Mold_Temp_1", "xs:double", "0112/2///61987#ABA927#005", "irdi",
        both("금형 온도 1", "Mold temp 1"), both("온도", "Temperature"), "tag", Unit("°C", "CEL",
        "0112/2///62720#UAA033"),
    ),
    Field(
        "Operation.RunState", "Operation_RunState", "xs:boolean", f"{IDS}cd/Operation_RunState", "own",
        both("운전 상태", "Run state"), {}, "tag", Unit("widgets"),
    ),
)  # fmt: skip

CONTACT = asset.Contact(
    both("대한정밀 주식회사", "Daehan Precision"), both("품질팀", "Quality"), both("공단로 1", "1 Gongdan-ro"),
    both("창원시", "Changwon"), both("51500", "51500"), "KR", "+82-55-000-0000", "data@factory.example",
    both("데이터 담당", "Data officer"),
)  # fmt: skip
ASSET = asset.Asset(
    f"{IDS}asset/cell", both("사출 셀 1", "Moulding cell 1"), both("우진", "Woojin"), "TH-150", "SN-77", "2021",
    CONTACT,
    {"clamp_force": ("1500", "kN"), "screw_diameter": ("45.5", "mm"), "형식": ("전동식", ""), "max_temp": ("400",
    "°C")},
)  # fmt: skip
OPERATIONAL = operational_data.OperationalData(
    sm("OperationalData"),
    {"shots": FIELDS, "cell-1_tags": TAGS},
    {
        "shots": {"max_injection_pressure": "141.25", "screw_rpm": "120"},
        "cell-1_tags": {"Operation_RunState": "true"},
    },
)
INTERFACES = asset_interfaces.AssetInterfaces(
    sm("AssetInterfacesDescription"),
    (
        asset_interfaces.Feed("shots", "mqtt://127.0.0.1:1883", "factory/cell/shots", "flat-json", both("샷",
        "Shots"), FIELDS),
        asset_interfaces.Feed("cell-1_tags", "mqtt://127.0.0.1:1883", "/mos/100%/#", "mos-type-4", both("태그",
        "Tags"), TAGS, 0),
        asset_interfaces.Feed("other", "mqtts://broker.example:8883", "other/+/x", "flat-json", both("다른 것",
        "Other"), TAGS),
    ),
)  # fmt: skip
MAPPING = asset_interfaces.Mapping(sm("AssetInterfacesMappingConfiguration"), INTERFACES, OPERATIONAL.id)
SERIES = time_series.TimeSeries(
    sm("TimeSeries"), "TimeSeries", both("샷 기록", "Shot records"), both("한 샷에 한 행", "One row a shot"),
    FIELDS,
    (
        time_series.ExternalSegment(
            "ExternalSegment01", both("배포본 1", "Release 1"), {}, 3000, "2026-11-01T00:00:00Z",
            "2026-11-02T01:00:00.250000Z", "P1DT1H0.25S", None, True, "2026-11-03T00:00:00Z",
            "/aasx/files/shots.parquet",
        ),
    ),
    (
        time_series.LinkedSegment(
            "LinkedSegment01", both("Open API", "Open API"), both("쪽 단위", "page by page"), 3000,
            "2026-11-01T00:00:00Z", "2026-11-02T01:00:00.250000Z", False, "2026-11-03T00:00:00Z",
            "http://127.0.0.1:8080/api/records", "limit=100",
        ),
    ),
    preview=time_series.Preview("RecentRecords", both("최근", "Recent"), both("마지막 기록", "The last records")),
)  # fmt: skip
PROCESSING = data_processing.DataProcessing(
    sm("DataProcessing"),
    {"shots": 4, "cell-1_tags": 7},
    (
        data_processing.Operation(
            "remove-repeated", "shots", both("되풀이 제거", "Remove repeated"), 3010, 3000, 0, ("shot_no",),
            "row 17",
        ),
        data_processing.Operation("keep", "cell-1_tags", both("그대로", "As is"), 10, 10, 0),
    ),
    {"shots": FIELDS, "cell-1_tags": TAGS},
    data_processing.Coverage(3, 4, 0),
    "aas-data-product-server 0.1.0",
)  # fmt: skip
QUALITY = data_quality.DataQuality(
    sm("DataQuality"),
    "kamp",
    "KAMP 2023",
    (
        data_quality.Index(
            "completeness", both("완전성", "Completeness"), "http://www.w3.org/2016/05/ldqd#completeness", 59970,
            60000,
            0.9995, both("빈 칸이 아닌 칸", "Cells that are not empty"), 0.3, None, 0.9991, ("shots:17",
            "shots:99"),
        ),
        data_quality.Index(
            "accuracy", both("정확성", "Accuracy"), "http://www.w3.org/2016/05/ldqd#semanticAccuracy", None, None,
            None,
            both("규칙", "Rule"), 0.7, both("기준이 없음", "No reference"),
        ),
    ),
    (1.0, 0.0),
    99.95,
    3000,
    20,
    ("설비명",),
    "2026-11-03T10:11:12.123456Z",
    "cell-r1",
    both("자체 점검", "A self-check"),
    (
        data_quality.Finding(
            "stuck",
            40,
            both("멈춘 값", "Stuck readings"),
            ("설비명", "heat"),
            ("#12 (2026-01-01T00:00:00Z): 3.5",),
        ),
    ),
    ("stuck", "drift"),
    (("missing", 12), ("stuck", 80)),
)  # fmt: skip
PRICING = pricing.Pricing(
    sm("Pricing"), "KRW", "once", "statute", "service-other",
    (
        pricing.CostLine("labour", both("노무비", "Labour"), "2 × 4,000,000", 8_000_000, "제10조"),
        pricing.CostLine("profit", both("이윤", "Profit"), "10 %", 800_000),
    ),
    8_800_000, 9_000_000, 900_000, 9_900_000, both("수요", "Demand"), "2026-11-03", "wages 2026", "rates 2026",
    valuation.IncomeValue(
        3_000_000, 0.1, 0.2, "면담", (valuation.IncomeYear(1, 2, 0.909091, 5_454_546),), 5_454_546
    ),
    valuation.MarketValue(
        (valuation.Compared("비슷한 것", 10_000_000, "거래소", "2026-10-01", 0.9, "행이 적음 × 0.9", 9_000_000),),
        9_000_000, 9_000_000, 9_000_000,
    ),
    (valuation.Driver("cost", "labour", (-20, -10, 0, 10, 20), (7, 8, 9, 10, 11)),),
    pricing.PaymentTerms("call", None, (pricing.TierPrice(5.5, 1000), pricing.TierPrice(3.0)), 0.05, 12, 100_000),
)  # fmt: skip
LICENSING = licensing.Licensing(
    sm("Licensing"), f"{IDS}policy/cell", "제공형", "이용허락", False, both("학습", "Training"), "P1Y", "KR",
    False,
    both("만든 쪽", "Who makes it"), True, False, both("없음", "None"), False, both("있는 그대로", "As is"),
    "계약금액", True,
    ("use", "derive"), ("distribute",),
    (
        licensing.Party(both("대한정밀", "Daehan"), both("생성자", "Generator"), 66.7),
        licensing.Party(both("가공사", "Processor"), both("가공", "Processing"), 33.3),
    ),
    "CC-BY-4.0", f"{IDS}product/cell",
)  # fmt: skip
REGISTRATION = registration.Registration(
    sm("Registration"), f"{IDS}listing/cell-r1", "제조데이터 라이브러리 (KAMP)", "cell-r1", "2026-11-03",
    "2027-11-03",
    "listing/1", "KAMP, 사출 셀, 대한정밀, 2026.11.03., www.kamp-ai.kr",
)  # fmt: skip
USE_CASES = use_cases.UseCases(
    sm("UseCases"), "quality-prediction", both("품질 예측", "Quality prediction"),
    (
        use_cases.Statement(
            both("불량의 80 %를 미리 잡는다", "Catches 80 % of defects early"),
            (use_cases.Figure("recall", 0.8, "", "AIModelNameplate/TrainingResults/MacroF1"),),
        ),
        use_cases.Statement(both("수치 없음", "Without a figure"), ()),
    ),
    (use_cases.Window("screw_rpm", 97.5, 103.0, 1200, 6, 900, 80, 500, 2, 400, 31, True),),
)  # fmt: skip
PRODUCT = data_product.DataProduct(
    sm("DataProduct"), f"{IDS}product/cell", both("사출 데이터", "Moulding data"), both("설명", "Description"),
    (both("사출", "moulding"), both("품질", "quality"), both("샷", "shot")), "quality-prediction", "C22",
    both("사출 성형", "Injection moulding"), both("사출기", "Moulding machine"), "cell-r1", "1",
    "2026-11-03T00:00:00Z",
    "2026-11-01T00:00:00Z", "2026-11-02T01:00:00.250000Z", "", 3000, 20, FIELDS,
    (
        data_product.Distribution(both("꾸러미", "Archive"), "https://x.example/r1.zip", "application/zip", 123,
        "ab" * 32, 3000),
        data_product.Distribution(both("견본", "Sample"), "/aasx/files/sample.csv", "text/csv", 12, "cd" * 32,
        100),
        data_product.Distribution(both("Open API", "Open API"), "https://x.example/api", "application/json", None,
        None),
    ),
    "https://x.example/api", (("shots", 4), ("cell-1_tags", 7)),
)  # fmt: skip
EVALUATION = ai_results.Evaluation(
    (ai_results.Baseline("naive", "majority class", 0.05, {"F1Defect": 0.0}),
    ai_results.Baseline("linear", "LogisticRegression", None, {})),
    (ai_results.ClassFigures("pass", 2060, 878, 0.99, 0.991, 0.9899, None),
    ai_results.ClassFigures("fail", 40, 22, None, 0.5, 0.6, 0.61)),
    (ai_results.Curve("precision-recall", "fail", 0.61, (1.0, 0.5), (0.02, 1.0), (0.0, 0.7)),),
    ai_results.Calibration("fail", 0.01, 0.02, (ai_results.Bin(0.0, 0.1, 880, 0.01, 0.012),)),
    ai_results.Residuals("mm", ((0.5, -0.01),), (1.0, 2.0), (1.1, 1.9)),
    (("screw_rpm", 0.2), ("max_injection_pressure", -0.01)),
    (ai_results.Leak("label-in-column", "suspected", 880, ("screw_rpm",), both("새어 나감", "Leak")),),
)  # fmt: skip
MODEL = ai_model.AIModel(
    sm("AIModelNameplate"), "classification", "RandomForestClassifier", "scikit-learn 1.7", "pass_or_fail", "fail",
    ("max_injection_pressure", "screw_rpm"), ai_model.Split("2026-11-02T00:00:00Z", 2100, 900, 40, 22), 0.8, 0.71,
    0.49,
    ai_model.Confusion(("pass", "fail"), ((870, 8), (10, 12))), (("screw_rpm", 0.7), ("max_injection_pressure",
    0.3)),
    ai_model.OnnxCheck(900, 0), True, both("약한 모델", "A weak model"), {"n_estimators": "200",
    "max-depth": "None"},
    {"recall": 0.5454545454545454, "정밀도": 1e-07}, (both("덧붙임", "A note"),), "/aasx/files/model.onnx", "1",
    metric="average-precision", reached=0.61, texts=("material",), picture=ai_model.Picture("picture", 48, 32),
    unit="mm", evaluation=EVALUATION, plots=(ai_model.Plot("PrecisionRecall", "/aasx/files/pr.svg",
    "image/svg+xml"),), dataset=sm("AIDataset"), preprocessing="/aasx/files/preprocessing.txt",
    requirements="/aasx/files/requirements.txt",
)  # fmt: skip

DATASET = ai_dataset.AIDataset(
    sm("AIDataset"), "3", "https://x.example/r3.zip", 3000, 2100, 900, (".parquet", ".csv"),
    (ai_dataset.Labelled("good", 2950), ai_dataset.Labelled("defect", 50)), {},
    {"Source": "factory/cell/shots", "Features": "max_injection_pressure, screw_rpm"}, {"MissingShare": "0.01"},
    {"Process": "Injection moulding"}, sm("AssetInterfacesDescription"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A dataclass, its submodel, and the module's way back."""

    name: str
    data: Any
    submodel: model.Submodel
    back: Any


def cases() -> list[Case]:
    modules = [
        ("DataProcessing", data_processing, PROCESSING), ("DataQuality", data_quality, QUALITY),
        ("Pricing", pricing, PRICING), ("Licensing", licensing, LICENSING), ("Registration", registration,
        REGISTRATION),
        ("UseCases", use_cases, USE_CASES), ("DataProduct", data_product, PRODUCT), ("AIModelNameplate", ai_model,
        MODEL),
        ("AIDataset", ai_dataset, DATASET),
        ("TimeSeries", time_series, SERIES), ("AssetInterfacesDescription", asset_interfaces, INTERFACES),
        ("OperationalData", operational_data, OPERATIONAL),
    ]  # fmt: skip
    made = [Case(name, data, module.to_submodel(data), module.from_submodel) for name, module, data in modules]
    identification = asset.identification(sm("Identification"), ASSET)
    contact = asset.contact_information(sm("ContactInformation"), ASSET)
    technical = asset.technical_data(sm("TechnicalData"), ASSET)
    made += [
        Case("Identification", ASSET, identification, lambda one: asset.from_submodels(one, contact, technical)),
        Case(
            "ContactInformation", ASSET, contact, lambda one: asset.from_submodels(identification, one, technical)
        ),
        Case("TechnicalData", ASSET, technical, lambda one: asset.from_submodels(identification, contact, one)),
        Case(
            "AssetInterfacesMappingConfiguration",
            MAPPING,
            asset_interfaces.mapping_to_submodel(MAPPING),
            lambda one: asset_interfaces.mapping_from_submodel(one, INTERFACES),
        ),
    ]
    return made


@pytest.fixture(params=cases(), ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def all_cases() -> list[Case]:
    return cases()
