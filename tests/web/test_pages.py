"""What a reader finds on the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from aas_server.product.record import ReleaseRecord, StepRecord, put_release
from aas_server.store.contract import Store
from submodels.field import Field
from submodels.text import both

PAGE = "/pages/products/moulding-cell"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def shown(html: str) -> str:
    """The page as words, one blank between them."""
    reader = _Text()
    reader.feed(html)
    return " ".join(" ".join(reader.parts).split())


@pytest.fixture
def page(client: TestClient, finished: ReleaseRecord) -> Callable[..., str]:
    def opened(path: str = PAGE, **headers: str) -> str:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        return shown(answer.text)

    return opened


class TestProducts:
    def test_lists_a_finished_product_with_its_seven_steps_and_what_it_is_worth(self, page) -> None:
        text = page("/")
        assert "사출성형 셀 품질 예측 데이터" in text
        for number, step in enumerate(["수집·저장", "전처리", "학습모델", "활용방안"], 1):
            assert f"{number} {step} ✓ 완료" in text
        assert "수집 레코드 6,042 건" in text
        assert "데이터 품질 지수 92.46 / 100" in text
        assert "28,503,829원" in text
        assert "등록을 내릴 수 있는 날 2027-03-10" in text

    def test_says_the_same_in_english(self, page) -> None:
        text = page("/", **ENGLISH)
        assert "Injection-moulding cell: quality prediction data" in text
        assert "6 Verify, price ✓ Done" in text
        assert "KRW 28,503,829" in text
        assert "Can be taken down from 2027-03-10" in text

    def test_without_products_says_what_to_do_next(self, client: TestClient) -> None:
        assert "아직 상품이 없습니다" in client.get("/").text
        english = client.get("/", headers=ENGLISH).text
        assert "No products yet" in english
        assert "aas demo" in english

    def test_shows_fifty_at_a_time(self, client: TestClient, keep_product) -> None:
        for number in range(51):
            keep_product(f"cell-{number:03}")
        first, second = client.get("/").text, client.get("/?after=cell-049").text
        assert first.count('class="card"') == 50
        assert 'href="/?after=cell-049"' in first
        assert second.count('class="card"') == 1
        assert "상품 cell-050" in second

    def test_verify_and_price_are_one_step(self, client: TestClient, keep_product) -> None:
        keep_product("half", verify=StepRecord("done", "2026-03-09T01:00:00Z"))
        assert "6 품질·가격 ▶ 진행 중" in shown(client.get("/").text)
        keep_product("half", verify=StepRecord("done"), price=StepRecord("failed", error="web-error-ours"))
        assert "6 품질·가격 ! 실패" in shown(client.get("/").text)

    def test_a_title_cannot_bring_markup(self, client: TestClient, keep_product) -> None:
        keep_product("<script>alert(1)</script>")
        assert "<script>alert" not in client.get("/").text


class TestALineAtWork:
    def test_a_product_without_release_shows_its_steps_and_waits(self, client: TestClient, keep_product) -> None:
        done = StepRecord("done", "2026-03-09T01:00:00Z")
        keep_product("press-2", collect=done, preprocess=StepRecord("running", "2026-03-09T01:01:00Z"))
        html = client.get("/pages/products/press-2").text
        text = shown(html)
        assert "수집·저장 ✓ 완료" in text
        assert "전처리 ▶ 진행 중" in text
        assert "학습모델 · 대기" in text
        assert "2026-03-09 10:01 KST" in text
        assert "아직 완성된 릴리스가 없습니다" in text
        assert 'data-watch="/pages/data/steps?product=press-2"' in html

    def test_a_failed_step_says_why_in_the_readers_language(self, client: TestClient, keep_product) -> None:
        keep_product(
            "press-3", train=StepRecord("failed", "2026-03-09T01:00:00Z", "web-page-missing", {"path": "/x"})
        )
        korean = shown(client.get("/pages/products/press-3").text)
        english = shown(client.get("/pages/products/press-3", headers=ENGLISH).text)
        assert "3단계 학습모델 실패. /x 주소에는 페이지가 없습니다." in korean
        assert "Step 3, Model, failed. There is no page at /x." in english

    def test_the_signature_changes_with_a_step(self, client: TestClient, keep_product) -> None:
        def signature() -> str:
            return client.get("/pages/data/steps?product=press-4").json()["signature"]

        keep_product("press-4", collect=StepRecord("running", "2026-03-09T01:00:00Z"))
        before = signature()
        assert signature() == before
        keep_product("press-4", collect=StepRecord("done", "2026-03-09T01:00:09Z"))
        assert signature() != before

    def test_a_finished_product_is_not_watched(self, client: TestClient, finished) -> None:
        assert "data-watch" not in client.get(PAGE).text


class TestOneProduct:
    def test_each_step_says_what_it_left(self, page) -> None:
        text = page()
        for left in (
            "재전송 제외 17",
            "전처리 후 행 6,000",
            "바꾼 값 61",
            "공식 IRDI 변수 2 / 7",
            "시험 구간 불량 27",
            "ONNX 불일치 2 / 1,800",
        ):
            assert left in text

    def test_times_are_those_of_the_plant(self, page) -> None:
        assert "2026-03-03 08:30 KST ~ 2026-03-07 22:29 KST" in page()

    def test_quality_shows_counts_before_and_what_was_not_measured(self, page) -> None:
        text = page()
        assert "완전성 99.85 % 41,938 / 42,000 · 전처리 전 98.01 %" in text
        assert "정확성 미측정 선언된 규칙이 없어 재지 않았습니다." in text
        assert "일관성 99.98 %" in text
        assert "Accuracy not measured No rule is declared." in page(**ENGLISH)

    def test_nothing_is_called_certified(self, page) -> None:
        text = page() + page(**ENGLISH)
        assert "인증" not in text
        assert "certified" not in text

    def test_the_model_shows_matrix_split_and_verdict(self, page) -> None:
        text = page()
        assert "기준을 넘었습니다. 매크로 F1 0.873으로" in text
        assert "실제 ＼ 예측 양품 불량 양품 1,765 8 불량 7 20" in text
        assert "시험 1,800 27" in text
        assert "actual ＼ predicted Good Defect Good 1,765 8 Defect 7 20" in page(**ENGLISH)

    def test_a_weak_model_is_called_weak(self, page, store: Store, finished: ReleaseRecord) -> None:
        model = replace(finished.trained.model, weak=True, macro_f1=0.51)
        put_release(store, replace(finished, trained=replace(finished.trained, model=model)))
        assert "약한 모델입니다." in page()
        assert "Weak: Macro F1" in page(**ENGLISH)

    def test_a_verdict_that_begins_so_is_not_told_twice(self, page, store: Store, finished: ReleaseRecord) -> None:
        verdict = both("약한 모델입니다. 선형 모델보다 낫지 않습니다.", "Weak: no better than a linear model.")
        model = replace(finished.trained.model, weak=True, verdict=verdict)
        put_release(store, replace(finished, trained=replace(finished.trained, model=model)))
        assert page().count("약한 모델입니다.") == 1
        assert page(**ENGLISH).count("Weak:") == 1

    def test_columns_are_called_by_their_titles(self, page, store: Store, finished: ReleaseRecord) -> None:
        notes = (
            both("제외한 열: CushionPosition, ShotNumber", "Left out: CushionPosition, ShotNumber"),
            both("기준: 없음", "Threshold: none"),
        )
        model = replace(finished.trained.model, notes=notes)
        put_release(store, replace(finished, trained=replace(finished.trained, model=model)))
        text = page()
        assert "제외한 열: 쿠션 위치, 쇼트 번호" in text
        assert "기준: 없음" in text

    def test_without_label_there_is_no_matrix(self, page, store: Store, finished: ReleaseRecord) -> None:
        split = replace(finished.trained.model.split, cut="4200")
        model = replace(
            finished.trained.model,
            task="anomaly-detection",
            label=None,
            positive=None,
            macro_f1=None,
            naive_macro_f1=None,
            confusion=None,
            split=split,
            weak=True,
            figures={"ScoreQuantile50": 0.1},
        )
        put_release(store, replace(finished, trained=replace(finished.trained, model=model)))
        text = page()
        assert "혼동 행렬은 만들지 않았습니다" in text
        assert "4,200행 앞은 학습" in text
        assert "모델 매크로 F1 해당 없음" in text
        assert "시험 1,800 정답 없음" in text
        assert "이상 점수 중앙값" in text
        assert "약한 모델" not in text

    def test_the_price_sheet_stands_line_by_line(self, page) -> None:
        text = page()
        assert "일반관리비 24,445,823 × 6 % 제8조제1항 1,466,749원" in text
        assert "이윤 25,912,572 × 10 % 제8조제2항 2,591,257원" in text
        assert "부가가치세 2,850,382원" in text
        assert "합계 (부가가치세 포함) 31,354,211원" in text

    def test_costs_and_owner_that_nobody_entered_are_said(
        self, page, store: Store, finished: ReleaseRecord
    ) -> None:
        told = replace(finished.released.product, equipment=both("(입력 필요)", "(to be filled in)"))
        open_ = replace(
            finished,
            priced=replace(finished.priced, floor=0, price=0, vat=0, price_with_vat=0),
            released=replace(finished.released, product=told),
        )
        put_release(store, open_)
        for path in ("/", PAGE):
            text = page(path)
            assert "원가 미입력 product.toml의 [costing]을 채우고 다시 등록하세요" in text, path
            assert "product.toml에서 이 말이 있는 곳을 채우고" in text, path
        assert "Costs not entered" in page("/", **{"Accept-Language": "en"})

    def test_what_a_person_entered_is_not_called_open(self, page) -> None:
        assert "원가 미입력" not in page() + page("/")
        assert "입력 필요" not in page() + page("/")

    def test_long_parts_are_folded(self, client: TestClient, store: Store, finished: ReleaseRecord) -> None:
        processing = finished.prepared.processing
        first = processing.operations[0]
        idle = replace(first, rows_out=first.rows_in, cells_changed=0)
        processing = replace(processing, operations=(*processing.operations, idle))
        put_release(store, replace(finished, prepared=replace(finished.prepared, processing=processing)))
        html = client.get(PAGE).text
        assert "<details open" not in html
        folded = html[html.index("바꾼 것이 없는 작업 1개") :]
        assert '<tr class="idle">' in folded
        assert '<tr class="idle">' not in html[: html.index("바꾼 것이 없는 작업 1개")]

    def test_operations_variables_terms_and_listing_are_there(self, page) -> None:
        text = page()
        assert "앞의 레코드와 똑같은 레코드를 뺌 remove-repeated" in text
        assert "예: 2026-03-03T01:12:00Z 6,042 6,000 0" in text
        assert (
            "배럴 온도1 BarrelTemperature1 배럴 온도 1 배럴 온도 1의 측정값 °C xs:double 0173-1#02-BAB123#007"
            in text
        )
        assert "이용 기간 1년 이용 지역 대한민국" in text
        assert "한빛정밀(주) 데이터 생성 70 %" in text
        assert "등록 번호 https://factory.example/ids/listing/moulding-cell-r1" in text

    def test_statements_stand_with_the_figures_that_back_them(self, page) -> None:
        text = page()
        assert "불량 27건 가운데 20건을 미리 찾았습니다. 근거 수치: 불량 재현율 0.7407" in text
        assert "사이클 타임이 가장 중요한 변수입니다. 근거 수치: 사이클 타임 0.61" in text

    def test_every_download_is_linked(self, client: TestClient, finished) -> None:
        html = client.get(PAGE).text
        release = "/products/moulding-cell/releases/moulding-cell-r1"
        for href in (
            f"{release}/archive",
            f"{release}/files/sample.csv",
            f"{release}/files/variables.csv",
            f"{release}/files/guide-book.html",
            f"{release}/files/model/model.onnx",
            f"{release}/files/data/shots.parquet",
            "/pages/products/moulding-cell/bundle/quality-report.html",
            "/pages/products/moulding-cell/bundle/cost-sheet.csv",
        ):
            assert f'href="{href}"' in html
        listing = "aHR0cHM6Ly9mYWN0b3J5LmV4YW1wbGUvaWRzL2xpc3RpbmcvbW91bGRpbmctY2VsbC1yMQ"
        assert f'href="/api/v3.1/packages/{listing}"' in html
        assert f'curl "http://testserver{release}/records?limit=100"' in html

    def test_the_parts_before_step_6_are_shown_without_the_rest(
        self, page, store: Store, finished: ReleaseRecord
    ) -> None:
        put_release(store, replace(finished, verified=None, priced=None, registered=None))
        text = page()
        assert "6단계 품질검증이 끝나면" in text
        assert "6단계 가격산정이 끝나면" in text
        assert "7단계 등록이 끝나면 이용 조건이" in text

    def test_long_dictionaries_are_cut_and_say_so(self, page, store: Store, finished: ReleaseRecord) -> None:
        def named(number: int) -> Field:
            name = f"Tag{number}"
            return Field(name, name, "xs:double", "urn:x", "own", both(name, name), both("", ""))

        table = replace(finished.prepared.main, fields=tuple(map(named, range(900))))
        put_release(store, replace(finished, prepared=replace(finished.prepared, main=table)))
        text = page()
        assert "전체 900행 중 300행" in text
        assert "Tag299" in text
        assert "Tag301" not in text
