"""Korean particles after words that end in a consonant, in a vowel, in digits and in brackets."""

from __future__ import annotations

import pytest

from aas_server.product.report import particles


@pytest.mark.parametrize(
    ("open_", "settled"),
    [
        ("계약금액을(를) 한도로", "계약금액을 한도로"), ("한도액의 세 배을(를)", "한도액의 세 배를"),
        ("대한민국(으)로 한다", "대한민국으로 한다"), ("전 세계(으)로", "전 세계로"), ("일시불(으)로", "일시불로"),
        ("대한민국, 일본(으)로", "대한민국, 일본으로"), ("'사출기'은(는) 값이(가)", "'사출기'는 값이"),
        ("예시정밀(주)이(가)", "예시정밀(주)이"), ("3(으)로 1(으)로 10(으)로 2을(를)", "3으로 1로 10으로 2를"),
        ("50 %을(를)", "50 %를"), ("USD을(를)", "USD을(를)"), ("을(를)", "을(를)"),
        ("사람과(와) 개과(와)", "사람과 개와"),
    ],
)  # fmt: skip
def test_a_particle_follows_the_sound_before_it(open_: str, settled: str) -> None:
    assert particles.settled(open_) == settled
