"""A small product on the bench: an injection-moulding stream that has been collected, prepared and trained on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import onnx
import pyarrow as pa
import pyarrow.parquet as pq
from onnx import TensorProto, helper

from aas_server.ids import Names
from aas_server.product import package, register
from aas_server.product.recipe import Label, Owner, Recipe, Terms
from aas_server.product.record import ReleaseRecord, put_release
from aas_server.product.steps import Steps
from aas_server.product.work import Collected, CollectedStream, Prepared, PreparedTable, Released, Trained, Work
from aas_server.runner import Runner
from aas_server.settings import Settings
from aas_server.store.contract import Pin
from aas_server.store.sqlite import open_store
from aas_server.twin.packages import Packages
from aas_server.twin.repository import Repository
from aas_server.twin.shelf import Shelf
from submodels.ai_model import AIModel, Confusion, OnnxCheck, Split
from submodels.data_processing import Coverage, DataProcessing, Operation
from submodels.data_quality import DataQuality, Index
from submodels.field import Field, Unit
from submodels.pricing import CostLine, Pricing
from submodels.text import both
from submodels.use_cases import Figure, Statement, UseCases

START = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 40_000
DEFECTS = range(100, ROWS, 400)


class SetClock:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def recipe(**changes: Any) -> Recipe:
    owner = Owner(
        company=both("한국정밀", "Hankuk Precision"),
        department=both("생산기술팀", "Production engineering"),
        street=both("공단로 1", "Gongdan-ro 1"),
        city=both("안산시", "Ansan"),
        zip_code="15434",
        country="KR",
        phone="+82-31-000-0000",
        email="data@factory.example",
        manufacturer=both("우진", "Woojin"),
        model="TB-150",
        serial_number="TB150-0042",
        year="2021",
    )
    given: dict[str, Any] = {
        "id": "moulding",
        "title": both("사출 공정 데이터", "Injection moulding data"),
        "description": both("사출 성형 한 주기의 값 <하나>", "The values of one <cycle>"),
        "kind": "quality-prediction",
        "industry": "C22",
        "process": both("사출 성형", "injection moulding"),
        "equipment": both("사출기", "injection moulding machine"),
        "keywords": (both("사출", "moulding"), both("품질", "quality"), both("센서", "sensor")),
        "streams": ("shots", "values"),
        "owner": owner,
        "label": Label("불량", ("1",)),
    }
    return Recipe(**{**given, **changes})


def field_of(name: str, id_short: str, kind: str = "xs:double", **more: Any) -> Field:
    concept = f"https://factory.example/ids/cd/{id_short}"
    return Field(
        name, id_short, kind, concept, "own", both(name, id_short), both(f"{name} 값", f"the {name}"), **more
    )


SHOT_FIELDS = (
    field_of("사이클", "CycleTime", unit=Unit("s", "SEC"), minimum=0, maximum=120),
    field_of("쿠션", "Cushion", unit=Unit("mm", "MMT")),
    field_of("불량", "Defect", "xs:int", role="label"),
    field_of("비고", "Remark", "xs:string", role="text"),
)
VALUE_FIELDS = (field_of("온도", "Temperature", unit=Unit("°C", "CEL")),)


@dataclass
class Bench:
    """``work`` with everything that the steps before packaging have left."""

    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(datetime(2026, 3, 20, 1, 2, 3, tzinfo=UTC)))
    recipe: Recipe = field(default_factory=recipe)

    def __post_init__(self) -> None:
        self.settings = Settings(data=self.folder, external_url="http://127.0.0.1:8080")
        self.store = open_store(self.folder)
        self.runner = Runner()
        self.names = Names(self.settings.domain)
        self.packages = Packages(self.store, self.clock)
        self.shelf = Shelf(Repository(self.store), self.store.files, self.names, self.runner.run)
        self.scratch = self.folder / "work"
        self.scratch.mkdir(exist_ok=True)
        self.prepared = prepared(self.scratch)
        self.trained = trained(self.scratch)

    def close(self) -> None:
        self.runner.close()
        self.store.close()

    @property
    def work(self) -> Work:
        return Work(
            recipe=self.recipe,
            folder=self.scratch,
            store=self.store,
            twin=self.shelf,
            packages=self.packages,
            clock=self.clock,
            names=self.names,
            settings=self.settings,
            progress=lambda step, done, total: None,
        )

    def package(self, number: int = 1) -> Released:
        release = f"{self.recipe.id}-r{number}"
        return package.run(self.work, collected(), self.prepared, self.trained, used(), release, number)

    def sell(self, number: int = 1) -> ReleaseRecord:
        """Package and register a release, and note both as the line does."""
        steps = Steps(self.work)
        released = self.package(number)
        made = ReleaseRecord(
            id=released.id,
            product=self.recipe.id,
            inputs="",
            collected=collected(),
            prepared=self.prepared,
            trained=self.trained,
            used=used(),
            released=released,
            verified=quality(released.id),
            priced=pricing(),
            registered=self.register(released),
            offer="the offer",
        )
        put_release(self.store, made)
        steps.released(number)
        steps.finish(made.id)
        return made

    def register(self, released: Released, terms: Terms | None = None) -> Any:
        if terms is not None:
            self.recipe = recipe(terms=terms)
        return register.run(self.work, self.trained, used(), released, quality(released.id), pricing())


def collected() -> Collected:
    def stream(name: str, records: int, fields: tuple[Field, ...]) -> CollectedStream:
        return CollectedStream(
            name=name,
            topic=f"cell/{name}",
            source="mqtt://127.0.0.1:1883",
            shape="wide",
            pin=Pin(name, 7, (f"part-0-{name}.parquet", f"part-1-{name}.parquet"), records),
            paths=(),
            columns={part.name: "double" for part in fields},
            messages=records,
            records=records,
            repeated=3,
            flagged=1,
            first="2026-03-01T00:00:00Z",
            last="2026-03-14T21:20:00Z",
            fields=fields,
        )

    return Collected(stream("shots", ROWS + 3, SHOT_FIELDS), (stream("values", 50, VALUE_FIELDS),), 11, 2)


def prepared(folder: Path) -> Prepared:
    shots = pa.table(
        {
            "Time": pa.array(
                [START + timedelta(seconds=30 * at) for at in range(ROWS)], pa.timestamp("us", "UTC")
            ),
            "CycleTime": pa.array([None if at % 1000 == 5 else 30 + at % 7 for at in range(ROWS)], pa.float64()),
            "Cushion": pa.array([2 + (at % 11) / 10 for at in range(ROWS)], pa.float64()),
            "Defect": pa.array([1 if at in DEFECTS else 0 for at in range(ROWS)], pa.int64()),
            "Remark": pa.array([("=1+1" if at in DEFECTS else "정상") for at in range(ROWS)]),
        }
    )
    values = pa.table(
        {
            "Time": pa.array([START + timedelta(seconds=at) for at in range(50)], pa.timestamp("us", "UTC")),
            "Temperature": pa.array([200.5 + at for at in range(50)]),
        }
    )
    for name, table in (("shots", shots), ("values", values)):
        pq.write_table(table, folder / f"{name}.parquet")
    operations = (
        Operation("remove-repeated", "shots", both("중복 제거", "repeated records removed"), ROWS + 3, ROWS, 0),
        Operation("declared-code", "values", both("1449는 무응답", "1449 means no reading"), 50, 50, 4),
    )
    processing = DataProcessing(
        id="https://factory.example/ids/sm/moulding/DataProcessing",
        inputs={"shots": 7, "values": 7},
        operations=operations,
        fields={"shots": SHOT_FIELDS, "values": VALUE_FIELDS},
        coverage=Coverage(0, 5, 0),
        software="aas-data-product-server 0.1.0",
    )
    return Prepared(
        PreparedTable("shots", folder / "shots.parquet", ROWS, SHOT_FIELDS),
        (PreparedTable("values", folder / "values.parquet", 50, VALUE_FIELDS),),
        processing,
    )


def trained(folder: Path) -> Trained:
    """A "model" that names the larger of its two inputs."""
    graph = helper.make_graph(
        [helper.make_node("ArgMax", ["features"], ["label"], axis=1, keepdims=0)],
        "larger",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, [None])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.save(model, folder / "model.onnx")
    (folder / "model-card.json").write_text('{"input": "features"}')
    described = AIModel(
        id="https://factory.example/ids/sm/moulding/AIModelNameplate",
        task="classification",
        algorithm="random forest",
        framework="ONNX (opset 15)",
        label="Defect",
        positive="1",
        features=("CycleTime", "Cushion"),
        split=Split("2026-03-10T00:00:00Z", 28_000, 12_000, 70, 30),
        acceptance=0.8,
        macro_f1=0.62,
        naive_macro_f1=0.49,
        confusion=Confusion(("0", "1"), ((11_950, 20), (10, 20))),
        importance=(("Cushion", 0.7), ("CycleTime", 0.3)),
        onnx=OnnxCheck(12_000, 0),
        weak=True,
        verdict=both("약한 모델입니다.", "This model is weak."),
        hyperparameters={"trees": "100"},
        figures={},
    )
    files = {name: folder / name for name in ("model.onnx", "model-card.json")}
    return Trained(described, folder / "model.onnx", files)


def used() -> UseCases:
    caught = Figure("caught", 20, "", "AIModelNameplate/TrainingResults/ConfusionMatrix")
    statement = Statement(both("불량 30건 중 20건을 찾습니다.", "It finds 20 of 30 defects."), (caught,))
    id = "https://factory.example/ids/sm/moulding/UseCases"
    return UseCases(id, "quality-prediction", both("품질 예측", "Quality prediction"), (statement,))


def quality(release: str) -> DataQuality:
    measured = Index(
        name="completeness",
        title=both("완전성", "Completeness"),
        dimension="http://www.w3.org/2016/05/ldqd#completeness",
        numerator=199_999,
        denominator=200_000,
        value=199_999 / 200_000,
        rule=both("1 − 결측/전체", "1 − missing / total"),
        weight=0.6,
        before=0.98,
    )
    missing = Index(
        name="accuracy",
        title=both("정확성", "Accuracy"),
        dimension="http://www.w3.org/2016/05/ldqd#semanticAccuracy",
        numerator=None,
        denominator=None,
        value=None,
        rule=both("열 사이 규칙", "rules between columns"),
        weight=0.1,
        reason=both("규칙이 없습니다", "no rule is declared"),
    )
    return DataQuality(
        id="https://factory.example/ids/sm/moulding/DataQuality",
        profile="kamp",
        profile_source="KAMP 가이드북",
        indices=(measured, missing),
        effective_weights=(1.0, 0.0),
        index=99.9995,
        rows=ROWS,
        columns=5,
        left_out=(),
        measured_at="2026-03-20T01:02:03Z",
        release=release,
        statement=both("자가 점검 결과입니다.", "This is a self-check."),
    )


def pricing() -> Pricing:
    lines = (
        CostLine("L", both("노무비", "Labour"), "2 × 7,751,183 + 1 × 6,943,457", 22_445_823),
        CostLine("G", both("일반관리비", "Administration"), "6 % × (M+L+E)", 1_466_749, "시행규칙 제8조"),
    )
    return Pricing(
        id="https://factory.example/ids/sm/moulding/Pricing",
        currency="KRW",
        form="once",
        method="statute",
        cost_class="service-other",
        lines=lines,
        floor=28_503_829,
        price=28_503_829,
        vat=2_850_382,
        price_with_vat=31_354_211,
        reason=both("원가와 같음", "equal to the cost sheet"),
        valid_from="2026-03-20",
        wage_source="2025 SW 기술자 임금",
        rate_source="국가계약법 시행규칙",
    )
