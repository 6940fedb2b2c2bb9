"""A site to look at: a data folder with one finished product, the pages over it, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from aas_server.ingest.state import FeedState
from aas_server.product.column_change import ColumnChange, ColumnSummary
from aas_server.product.record import STEPS, ProductRecord, ReleaseRecord, StepRecord, put_product, put_release
from aas_server.product.work import (
    Collected,
    CollectedStream,
    Prepared,
    PreparedTable,
    Registered,
    Released,
    Trained,
)
from aas_server.settings import Settings
from aas_server.store.contract import Pin, Store
from aas_server.web import create_web
from submodels.ai_model import AIModel, Confusion, OnnxCheck, Split
from submodels.data_processing import Coverage, DataProcessing, Operation
from submodels.data_product import DataProduct
from submodels.data_quality import DataQuality, Index
from submodels.field import Field, Unit
from submodels.licensing import Licensing, Party
from submodels.pricing import CostLine, Pricing
from submodels.registration import Registration
from submodels.text import both
from submodels.use_cases import Figure, Statement, UseCases

PRODUCT, STREAM, RELEASE = "moulding-cell", "shots", "moulding-cell-r1"
START = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
ROWS = 6000
PEAK = 431.5


class Feed:
    """A feed whose state a test sets."""

    def __init__(self) -> None:
        self.state = FeedState((), (), redelivered=0, quarantined=0, error=None)

    def __call__(self) -> FeedState:
        return self.state


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def client(store: Store, feed: Feed) -> Iterator[TestClient]:
    """The pages without a network: Korean is what a reader gets who says nothing."""
    with TestClient(create_web(store, Settings(), feed)) as opened:
        yield opened


@pytest.fixture
def site(store: Store, feed: Feed, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The pages behind a real server on a free port."""
    with serving(create_web(store, Settings(), feed)) as address:
        yield address


@pytest.fixture
def finished(store: Store, tmp_path: Path) -> ReleaseRecord:
    """A product that went down the whole line, kept in the store, with its files on disk."""
    release = release_on(tmp_path / "release")
    put_release(store, release)
    put_product(store.catalogue, product_record())
    return release


@pytest.fixture
def keep_product(store: Store) -> Callable[..., ProductRecord]:
    """Keep a product whose steps stand as said (``train=StepRecord("running", …)``); the rest waits."""

    def keep(id: str = PRODUCT, release: str = "", **steps: StepRecord) -> ProductRecord:
        known = {step: steps.get(step, StepRecord()) for step in STEPS}
        kept = ProductRecord(
            id, both(f"상품 {id}", f"Product {id}"), "quality-prediction", "urn:x", known, release
        )
        put_product(store.catalogue, kept)
        return kept

    return keep


def product_record() -> ProductRecord:
    steps = {step: StepRecord("done", f"2026-03-09T01:0{i}:00Z") for i, step in enumerate(STEPS)}
    title = both("사출성형 셀 품질 예측 데이터", "Injection-moulding cell: quality prediction data")
    return ProductRecord(PRODUCT, title, "quality-prediction", "urn:shell", steps, RELEASE, 1)


def release_on(folder: Path) -> ReleaseRecord:
    """A release with its files below ``folder``. No two figures are equal, so none passes for another."""
    (folder / "data").mkdir(parents=True)
    (folder / "model").mkdir()
    table = folder / "data" / f"{STREAM}.parquet"
    pq.write_table(shots(), table)
    for name in ("sample.csv", "variables.csv", "guide-book.html", "model/model.onnx", f"../{RELEASE}.zip"):
        (folder / name).write_bytes(b"x" * 2345)
    bundle = folder.parent / "bundle"
    bundle.mkdir()
    (bundle / "quality-report.html").write_text("<h1>품질 보고서</h1>", "utf-8")
    (bundle / "cost-sheet.csv").write_text("항목,금액\n", "utf-8")
    (bundle / f"{RELEASE}.aasx").write_bytes(b"PK")
    collected = collected_from(table)
    return ReleaseRecord(
        id=RELEASE,
        product=PRODUCT,
        inputs="0" * 64,
        collected=collected,
        prepared=Prepared(PreparedTable(STREAM, table, ROWS, FIELDS), (), PROCESSING, CHANGES),
        trained=Trained(MODEL, folder / "model/model.onnx"),
        used=USE_CASES,
        released=Released(
            RELEASE, 1, folder, folder.parent / f"{RELEASE}.zip", "ab" * 32, 2345, DATA_PRODUCT, reused=False
        ),
        verified=QUALITY,
        priced=PRICING,
        registered=Registered(REGISTRATION, bundle / f"{RELEASE}.aasx", "cd" * 32, bundle, LICENSING),
    )


def collected_from(table: Path) -> Collected:
    main = CollectedStream(
        name=STREAM,
        topic="factory/cell-1/shots",
        source="mqtt://127.0.0.1:1883",
        shape="wide",
        pin=Pin(STREAM, 3, (table.name,), 6042),
        paths=(table,),
        columns={},
        messages=6042,
        records=6042,
        repeated=42,
        flagged=3,
        first="2026-03-02T23:30:00Z",
        last="2026-03-07T03:28:00Z",
        fields=FIELDS,
    )
    return Collected(main, (), redelivered=17, quarantined=0)


def shots() -> pa.Table:
    """One shot a minute, a lunch break in the middle, one peak that a thinned chart must not lose."""
    numbers = np.arange(ROWS)
    noise = np.random.default_rng(7).normal(size=(3, ROWS))
    minutes = numbers + np.where(numbers > ROWS // 2, 600, 0)
    barrel = 231 + 4 * np.sin(numbers / 300) + noise[0]
    barrel[1234] = PEAK
    cushion = [None if n % 97 == 0 else float(v) for n, v in zip(numbers, 5 + 0.2 * noise[1], strict=True)]
    return pa.table(
        {
            "Time": pa.array([START + timedelta(minutes=int(m)) for m in minutes], pa.timestamp("us", tz="UTC")),
            "ShotNumber": pa.array(numbers, pa.int64()),
            "BarrelTemperature1": barrel,
            "CushionPosition": pa.array(cushion, pa.float64()),
            "CycleTime": 42 + noise[2] * 0.4,
            "Defect": pa.array(noise[2] > 2.3, pa.bool_()),
            "Note": pa.array(["정상"] * ROWS),
        }
    )


def _field(
    name: str, ko: str, en: str, kind: str, unit: Unit | None = None, irdi: str = "", role: str = "feature"
) -> Field:
    id_short = {"배럴 온도1": "BarrelTemperature1", "쿠션 위치": "CushionPosition", "사이클타임": "CycleTime"}.get(
        name, name
    )
    return Field(
        name=name,
        id_short=id_short,
        value_type=kind,
        semantic_id=irdi or f"https://factory.example/ids/cd/{id_short}",
        origin="irdi" if irdi else "own",
        title=both(ko, en),
        definition=both(f"{ko}의 측정값", f"Measured {en.lower()}"),
        role=role,  # type: ignore[arg-type]
        unit=unit,
    )


CELSIUS = Unit("°C", "CEL")
FIELDS = (
    _field("Time", "시각", "Time", "xs:dateTime", role="time"),
    _field("ShotNumber", "쇼트 번호", "Shot number", "xs:long", role="key"),
    _field("배럴 온도1", "배럴 온도 1", "Barrel temperature 1", "xs:double", CELSIUS, "0173-1#02-BAB123#007"),
    _field("쿠션 위치", "쿠션 위치", "Cushion position", "xs:double", Unit("mm", "MMT")),
    _field("사이클타임", "사이클 타임", "Cycle time", "xs:double", Unit("s", "SEC"), "0173-1#02-AAB381#007"),
    _field("Defect", "불량 여부", "Defect", "xs:boolean", role="label"),
    _field("Note", "비고", "Note", "xs:string", role="text"),
)
CHANGES = (
    ColumnChange(
        STREAM,
        "BarrelTemperature1",
        "배럴 온도1",
        ColumnSummary(6042, 3, 20.0, 1449.0, 215.5, 20.0, 1449.0, (5978, *[0] * 18, 61)),
        ColumnSummary(6000, 64, 20.0, 241.5, 203.25, 20.0, 1449.0, (5936, *[0] * 19)),
    ),
    ColumnChange(
        STREAM, "CushionPosition", "쿠션 위치", None, ColumnSummary(6000, 0, -1.5, 2.5, 0.0), withheld=True
    ),
    ColumnChange(STREAM, "Note", "비고", ColumnSummary(6042, 6042), None),
)
PROCESSING = DataProcessing(
    id="https://factory.example/ids/sm/moulding-cell/DataProcessing",
    inputs={STREAM: 3},
    operations=(
        Operation(
            "remove-repeated",
            STREAM,
            both("앞의 레코드와 똑같은 레코드를 뺌", "Records equal to an earlier one removed"),
            6042,
            6000,
            0,
            (),
            "2026-03-03T01:12:00Z",
        ),
        Operation(
            "declared-code",
            STREAM,
            both("측정 없음 코드 1449를 빈 값으로 바꿈", "Code 1449 (no reading) made empty"),
            6000,
            6000,
            61,
            ("BarrelTemperature1", "CushionPosition"),
            "ShotNumber 97: 1449 → (빈 값)",
        ),
    ),
    fields={STREAM: FIELDS},
    coverage=Coverage(irdi=2, own=5, open=0),
    software="aas-data-product-server 0.1.0",
)
MODEL = AIModel(
    id="https://factory.example/ids/sm/moulding-cell/AIModelNameplate",
    task="classification",
    algorithm="RandomForestClassifier",
    framework="scikit-learn 1.9",
    label="Defect",
    positive="1",
    features=("BarrelTemperature1", "CushionPosition", "CycleTime"),
    split=Split("2026-03-06T02:00:00Z", 4200, 1800, 63, 27),
    acceptance=0.8,
    macro_f1=0.8731,
    naive_macro_f1=0.4962,
    confusion=Confusion(("good", "defect"), ((1765, 8), (7, 20))),
    importance=(("CycleTime", 0.61), ("BarrelTemperature1", 0.27), ("CushionPosition", 0.12)),
    onnx=OnnxCheck(1800, 2),
    weak=False,
    verdict=both(
        "매크로 F1 0.873으로 기준 0.80을 넘고 단순 추정 0.496보다 높습니다.",
        "Macro F1 0.873 is above the accepted 0.80 and better than the naive guess at 0.496.",
    ),
    hyperparameters={"n_estimators": "200"},
    figures={"DefectsCaught": 20.0, "RecallDefect": 0.7407},
    notes=(both("시험 구간의 불량은 27건입니다.", "The test part holds 27 defects."),),
)
USE_CASES = UseCases(
    id="https://factory.example/ids/sm/moulding-cell/UseCases",
    kind="quality-prediction",
    title=both(
        "쇼트마다 불량을 미리 알려 주는 품질 예측", "Quality prediction that warns of a defect shot by shot"
    ),
    statements=(
        Statement(
            both("불량 27건 가운데 20건을 미리 찾았습니다.", "20 of 27 defects would have been caught."),
            (Figure("RecallDefect", 0.7407, "", "AIModelNameplate/TrainingResults/RecallDefect"),),
        ),
        Statement(
            both("사이클 타임이 가장 중요한 변수입니다.", "Cycle time is what matters most."),
            (Figure("CycleTime", 0.61, "", "AIModelNameplate/TrainingResults/Importance/CycleTime"),),
        ),
    ),
)
DATA_PRODUCT = DataProduct(
    id="https://factory.example/ids/sm/moulding-cell/DataProduct",
    uri="https://factory.example/ids/product/moulding-cell",
    title=both("사출성형 셀 품질 예측 데이터", "Injection-moulding cell: quality prediction data"),
    description=both(
        "사출성형 셀에서 쇼트마다 모은 온도·압력·사이클 데이터와 불량 판정입니다.",
        "Temperatures, pressures and cycles of an injection-moulding cell, shot by shot, with the verdict.",
    ),
    keywords=(
        both("사출성형", "injection moulding"),
        both("불량 예측", "defect prediction"),
        both("온도", "temperature"),
    ),
    kind="quality-prediction",
    industry="C22 고무 및 플라스틱제품 제조업",
    process=both("사출성형", "Injection moulding"),
    equipment=both("전동식 사출기 170톤", "All-electric press, 170 t"),
    release=RELEASE,
    version="1",
    issued="2026-03-09T01:04:00Z",
    start="2026-03-02T23:30:00Z",
    end="2026-03-07T13:29:00Z",
    resolution="PT1M",
    rows=ROWS,
    columns=7,
    fields=FIELDS,
    distributions=(),
    api="",
    inputs=((STREAM, 3),),
)


def _index(name: str, ko: str, en: str, part: int | None, all_: int | None, before: float | None = None) -> Index:
    value = None if part is None or all_ is None else part / all_
    return Index(
        name=name,
        title=both(ko, en),
        dimension="urn:dimension",
        numerator=part,
        denominator=all_,
        value=value,
        rule=both(f"{ko}: 규칙을 지킨 칸 ÷ 전체 칸", f"{en}: cells that keep the rule ÷ all cells"),
        weight=0.6 if name == "completeness" else 0.1,
        reason=None if value is not None else both("선언된 규칙이 없어 재지 않았습니다.", "No rule is declared."),
        before=before,
        examples=("ShotNumber=97",) if name == "completeness" else (),
    )


QUALITY = DataQuality(
    id="https://factory.example/ids/sm/moulding-cell/DataQuality",
    profile="kamp",
    profile_source="KAMP 데이터셋 가이드북의 품질 지표",
    indices=(
        _index("completeness", "완전성", "Completeness", 41938, 42000, 0.9801),
        _index("uniqueness", "유일성", "Uniqueness", 6000, 6000, 0.9930),
        _index("validity", "유효성", "Validity", 41877, 41938),
        _index("consistency", "일관성", "Consistency", 5999, 6000),
        _index("accuracy", "정확성", "Accuracy", None, None),
        _index("integrity", "무결성", "Integrity", 1, 3, 0.0),
    ),
    effective_weights=(0.6667, 0.1111, 0.1111, 0.0, 0.0, 0.1111),
    index=92.4568,
    rows=ROWS,
    columns=7,
    left_out=(),
    measured_at="2026-03-09T01:05:00Z",
    release=RELEASE,
    statement=both("공급자가 스스로 점검한 결과입니다.", "This is the supplier's own check."),
)


def _line(
    code: str, ko: str, en: str, formula: str, amount: int, article: str = "국가계약법 시행규칙 제6조"
) -> CostLine:
    return CostLine(code, both(ko, en), formula, amount, article)


# The check figures of the statute's sheet: 2 months data analyst, 1 month application developer, E = 2,000,000.
PRICING = Pricing(
    id="https://factory.example/ids/sm/moulding-cell/Pricing",
    currency="KRW",
    form="once",
    method="statute",
    cost_class="service-other",
    lines=(
        _line("labour-1", "노무비: 데이터분석가", "Labour: data analyst", "7,751,183 × 2 M/M", 15_502_366),
        _line("labour-2", "노무비: 응용SW개발자", "Labour: application developer", "6,943,457 × 1 M/M", 6_943_457),
        _line("expenses", "경비", "Expenses", "", 2_000_000),
        _line("admin", "일반관리비", "General administration", "24,445,823 × 6 %", 1_466_749, "제8조제1항"),
        _line("profit", "이윤", "Profit", "25,912,572 × 10 %", 2_591_257, "제8조제2항"),
        _line("total", "총원가", "Total cost", "24,445,823 + 1,466,749 + 2,591,257", 28_503_829),
    ),
    floor=28_503_829,
    price=28_503_829,
    vat=2_850_382,
    price_with_vat=31_354_211,
    reason=both("원가계산 금액을 그대로 가격으로 정했습니다.", "The price is the cost sheet's total."),
    valid_from="2026-03-09",
    wage_source="2025년 SW기술자 평균임금 (KOSA)",
    rate_source="국가계약법 시행규칙 (2026-01-02 시행)",
)
REGISTRATION = Registration(
    id="https://factory.example/ids/sm/moulding-cell/Registration",
    listing=f"https://factory.example/ids/listing/{RELEASE}",
    library="제조데이터 라이브러리 (KAMP)",
    release=RELEASE,
    registered="2026-03-09",
    kept_until="2027-03-10",
    schema="listing-1",
    citation="중소벤처기업부, Korea AI Manufacturing Platform(KAMP), 사출성형 셀, 2026.03.09., www.kamp-ai.kr",
)
LICENSING = Licensing(
    id="https://factory.example/ids/sm/moulding-cell/Licensing",
    policy="urn:policy",
    contract="제공형",
    grant="이용허락",
    exclusive=False,
    purpose=both("품질 예측 연구와 개발", "Research and development on quality prediction"),
    term="P1Y",
    territory="KR",
    resupply=False,
    derived_data_owner=both("이용자", "The buyer"),
    ai_training=True,
    personal_data=False,
    trade_secret=both("영업비밀 없음", "None"),
    national_core_technology=False,
    warranty=both("있는 그대로 제공", "As is"),
    liability_cap="계약금액",
    deletion_at_end=True,
    permissions=("use",),
    prohibitions=("distribute",),
    parties=(
        Party(both("한빛정밀(주)", "Hanbit Precision"), both("데이터 생성", "Generator"), 70.0),
        Party(both("데이터가공(주)", "Data Works"), both("가공", "Processing"), 30.0),
    ),
    sample_license="CC BY 4.0",
    target="urn:target",
)
