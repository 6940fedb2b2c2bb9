"""``aas price FILE.toml``: the figures against a reckoning of its own, and what is refused where."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from aas_server.cli.app import main
from aas_server.errors import BadInput
from aas_server.messages import LANGUAGES, error_text
from aas_server.product.price import file as price_file
from aas_server.product.price import rules, tables

TEAM = """
[[labour]]
role = "데이터분석가"
months = 2
[[labour]]
role = "응용SW개발자"
months = 1
[[expense]]
name = "클라우드"
amount = 2000000
"""
HEAD = 'class = "{}"\nyear = 2025\nmethod = "statute"\n'
WAGES = {"데이터분석가": 7_751_183, "응용SW개발자": 6_943_457, "IT PM": 9_145_473, "IT아키텍트": 10_147_745}
WAGES["현장 기술자"] = 3_333_333  # written in the file, not in the table
# 국가계약법 시행규칙 제8조, in force 2026-01-02: percent of general administration and of profit
CAPS = {
    "공사": (8, 15), "음식료": (14, 25), "섬유·의복·가죽": (8, 25), "나무": (9, 25), "종이·인쇄": (14, 25),
    "화학·고무·플라스틱": (8, 25), "비금속": (12, 25), "제1차 금속": (6, 25), "조립금속·기계·장비": (7, 25),
    "수입": (8, 10), "기타 물품": (11, 25), "SW개발": (11, 25), "폐기물": (10, 10), "시설·경비·청소": (9, 10),
    "행사": (8, 10), "여행·운송·보험": (5, 10), "장비 유지보수": (10, 10), "기타 용역": (6, 10),
}  # fmt: skip


def cost(file: Path) -> dict[str, int]:
    return rules.figures(price_file.load(file), tables.rates())


def reference(
    work: list[tuple[str, str, int]], materials: list[int], expenses: list[tuple[int, bool]], g: str, p: str
) -> dict[str, int]:
    """The statute once more: (role or wage, months, persons); expenses with whether they bear profit."""
    labour = sum(int(Fraction(months) * n * WAGES.get(who, 0)) for who, months, n in work)
    m, e = sum(materials), sum(amount for amount, _ in expenses)
    general = int(Fraction(g) * (m + labour + e))
    profit = int(Fraction(p) * (labour + sum(amount for amount, bears in expenses if bears) + general))
    total = m + labour + e + general + profit
    return {
        "materials": m, "labour": labour, "expenses": e, "general": general, "profit": profit, "total": total,
        "vat": total // 10, "total_with_vat": total + total // 10,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cost_class", "figures"),
    [
        ("기타 용역", (1_466_749, 2_591_257, 28_503_829, 2_850_382, 31_354_211)),
        ("기타 물품", (2_689_040, 6_783_715, 33_918_578, 3_391_857, 37_310_435)),
        ("SW개발", (2_689_040, 6_783_715, 33_918_578, 3_391_857, 37_310_435)),
    ],
)
def test_the_check_figures_of_the_statute(written, cost_class: str, figures: tuple[int, ...]) -> None:
    made = cost(written(HEAD.format(cost_class) + TEAM))
    assert (made["materials"], made["labour"], made["expenses"]) == (0, 22_445_823, 2_000_000)
    assert tuple(made[name] for name in ("general", "profit", "total", "vat", "total_with_vat")) == figures


def test_the_check_figures_of_the_software_guide(written) -> None:
    made = cost(written('class = "기타 용역"\nyear = 2025\nmethod = "sw-guide"\n' + TEAM))
    assert (made["general"], made["profit"], made["total"]) == (31_424_152, 10_773_995, 66_643_970)
    higher = cost(written('year = 2025\nmethod = "sw-guide"\noverhead_rate = 1.5\ntechnology_rate = 0.4\n' + TEAM))
    assert higher["general"] == 22_445_823 * 3 // 2
    assert higher["profit"] == (22_445_823 + higher["general"]) * 2 // 5


@pytest.mark.parametrize("cost_class", CAPS)
def test_every_class_of_the_table_has_its_caps(written, cost_class: str) -> None:
    g, p = (str(Fraction(cap, 100)) for cap in CAPS[cost_class])
    work = [("데이터분석가", "2", 1), ("응용SW개발자", "1", 1)]
    assert cost(written(HEAD.format(cost_class) + TEAM)) == reference(work, [], [(2_000_000, True)], g, p)


def test_the_table_has_no_class_beside_these() -> None:
    assert {one.names[0] for one in tables.rates().classes.values()} == set(CAPS)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("용역:기타", "기타 용역"), ("기타용역", "기타 용역"), ("시설ㆍ경비ㆍ청소", "시설·경비·청소"),
        (unicodedata.normalize("NFD", "기타 용역"), "기타 용역"), ("service-other", "기타 용역"),
        ("용역: 폐기물", "폐기물"), ("음식료품", "음식료"), ("제조·구매: 음식료", "음식료"),
        ("섬유", "섬유·의복·가죽"),
        ("물품: 기타", "기타 물품"), ("goods-import", "수입"), ("제조·구매: SW개발", "SW개발"),
        ("sw 개발", "SW개발"), ("여행, 운송, 보험", "여행·운송·보험"), ("제1차금속", "제1차 금속"),
        ("Other Services", "기타 용역"),
    ],
)  # fmt: skip
def test_a_class_goes_by_several_names(name: str, same: str) -> None:
    assert tables.rates().cost_class(name).names[0] == same


def test_no_name_means_two_classes() -> None:
    rates = tables.rates()
    seen: dict[str, str] = {}
    for one in rates.classes.values():
        for name in set(rates._called(one)):
            assert seen.setdefault(name, one.id) == one.id


FULL = """class = "기타 용역"
year = 2025
method = "statute"
general_rate = 0.055
profit_rate = 0.0725

[[labour]]
role = "IT PM"
months = 0.1
[[labour]]
role = "IT아키텍트"
months = 0.35
persons = 3
[[labour]]
role = "현장 기술자"
months = 1.5
wage = 3333333

[[material]]
name = "라벨 용지"
amount = 333333
[[expense]]
name = "클라우드"
amount = 1234567
[[expense]]
name = "특허"
amount = 500001
kind = "기술료"
[[expense]]
name = "라벨링"
amount = 700007
kind = "외주가공비"
"""


def test_all_keys_at_once(written) -> None:
    work = [("IT PM", "0.1", 1), ("IT아키텍트", "0.35", 3), ("현장 기술자", "1.5", 1)]
    expenses = [(1_234_567, True), (500_001, False), (700_007, False)]
    assert cost(written(FULL)) == reference(work, [333_333], expenses, "0.055", "0.0725")


@pytest.mark.parametrize(
    ("months", "labour"),
    [("0.29", 29), ("0.57", 57), ("1.15", 115), ("0.1", 10), ("0.999", 99), ("2", 200), ("2.0", 200)],
)
def test_tenths_are_tenths(written, months: str, labour: int) -> None:
    """0.29 × 100 is 28.999… in binary."""
    work = f'[[labour]]\nrole = "x"\nmonths = {months}\nwage = 100\n'
    assert cost(written(HEAD.format("공사") + work))["labour"] == labour


def test_a_line_is_cut_to_whole_won(written) -> None:
    made = cost(written(HEAD.format("공사") + TEAM.replace("2000000", "1000.9")))
    assert made["expenses"] == 1000


def test_a_rate_of_nothing_is_taken(written) -> None:
    made = cost(written("general_rate = 0\nprofit_rate = 0.0\n" + HEAD.format("공사") + TEAM))
    assert (made["general"], made["profit"]) == (0, 0)


def test_a_rate_at_the_cap_is_taken(written) -> None:
    capped = cost(written("general_rate = 0.06\nprofit_rate = 0.1\n" + HEAD.format("기타 용역") + TEAM))
    assert capped == cost(written(HEAD.format("기타 용역") + TEAM))


@pytest.mark.parametrize("amount", [10**15, 10**16 + 1, 2**53 + 1, 999_999_999_999_999_999])
def test_large_amounts_are_reckoned_to_the_last_won(written, amount: int) -> None:
    """Beyond 2^53 a float cannot tell one won from the next."""
    costs = f'{HEAD.format("기타 물품")}[[labour]]\nrole = "x"\nmonths = 1\nwage = {amount}\n'
    costs += f'[[material]]\nname = "a"\namount = {amount}\n[[expense]]\nname = "b"\namount = {amount}\n'
    WAGES["x"] = amount
    expected = reference([("x", "1", 1)], [amount], [(amount, True)], "0.11", "0.25")
    assert cost(written(costs)) == expected


def test_a_workbook_takes_no_more_digits_than_it_can_reckon_with(written, tmp_path, capsys) -> None:
    file = written(HEAD.format("기타 물품") + TEAM.replace("2000000", str(10**15)))
    target = tmp_path / "sheet.xlsx"
    code, out, err = run(capsys, "price", str(file), "--xlsx", str(target), "--lang", "ko")
    assert code == 2 and str(file) in err and "15자리" in err and not out and not target.exists()


def test_a_workbook_never_takes_the_place_of_the_costs(written, capsys) -> None:
    file = written(HEAD.format("기타 물품") + TEAM)
    before = file.read_bytes()
    code, out, err = run(capsys, "price", str(file), "--xlsx", str(file))
    assert code == 2 and ".xlsx" in err and not out and file.read_bytes() == before


REFUSED = [
    ('class = "기타 용역"', 'class = "선물"', 1, "기타 물품"),
    ('class = "기타 용역"', "class = 3", 1, ""),
    ("year = 2025", "year = 1999", 2, "2025"),
    ("year = 2025", 'year = "2025"', 2, ""),
    ("year = 2025\n", "", 1, "2025"),
    ('method = "statute"', 'method = "guess"', 3, "sw-guide"),
    ('method = "statute"\n', "", 1, "method"),
    ("general_rate = 0.055", "general_rate = 6", 4, "0.06"),
    ("general_rate = 0.055", "general_rate = 0.0601", 4, "제8조제1항"),
    ("general_rate = 0.055", "general_rate = -0.01", 4, ""),
    ("general_rate = 0.055", "general_rate = nan", 4, ""),
    ("general_rate = 0.055", "general_rate = true", 4, ""),
    ("general_rate = 0.055", 'general_rate = "0.05"', 4, ""),
    ("general_rate = 0.055", "overhead_rate = 1.4", 4, "general_rate"),
    ("general_rate = 0.055", "general_rte = 0.05", 4, "general_rate"),
    ("profit_rate = 0.0725", "profit_rate = 0.1000001", 5, "제8조제2항"),
    ("profit_rate = 0.0725", "profit_rate = inf", 5, ""),
    ('role = "IT PM"', 'role = "사장"', 8, "IT PM"),
    ('role = "IT PM"', 'role = " "', 8, "role"),
    ("months = 0.1", "months = -1", 9, ""),
    ("months = 0.1", "months = 0", 9, ""),
    ("months = 0.1", "months = 1e300", 9, ""),
    ("months = 0.1", "months = 0.1234567890123456789", 9, "15"),
    ("months = 0.1", "moths = 1", 9, "months"),
    ("persons = 3", "persons = 1.5", 13, ""),
    ("persons = 3", "persons = 0", 13, ""),
    ("persons = 3", "persons = -1", 13, ""),
    ("persons = 3", "persons = true", 13, ""),
    ("persons = 3", "persons = 99999999999999999999", 13, ""),
    ("months = 0.1", 'months = "0.1"', 9, ""),
    ("wage = 3333333", "wage = 1000000000000000001", 17, "1,000,000,000,000,000,000"),
    ("wage = 3333333", "wage = 92233720368547758080", 17, "1,000,000,000,000,000,000"),
    ("wage = 3333333", "wage = -1", 17, ""),
    ("wage = 3333333", "wage = 0", 17, ""),
    ("amount = 333333", "amount = -1", 21, ""),
    ("amount = 333333", 'amount = "viel"', 21, ""),
    ('kind = "기술료"', 'kind = "선물"', 28, "외주가공비"),
    ('name = "라벨링"', 'name = " "', 30, ""),
    ("amount = 700007", "amount = 700007\nunit = 3", 32, "amount"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "remedy"), REFUSED, ids=[after for _, after, *_ in REFUSED])
def test_a_wrong_entry_is_told_with_its_line(written, before: str, after: str, line: int, remedy: str) -> None:
    assert before in FULL
    file = written(FULL.replace(before, after, 1))
    with pytest.raises(BadInput) as refused:
        price_file.load(file)
    assert refused.value.values["line"] == line
    for language in LANGUAGES:
        told = error_text(refused.value, language)
        assert str(file) in told and remedy in told and "{" not in told


@pytest.mark.parametrize("content", ["", "# nichts\n", HEAD.format("공사"), "a = = 1", "x = " + "[" * 5000])
def test_a_file_without_costs_is_refused(written, content: str) -> None:
    file = written(content)
    with pytest.raises(BadInput) as refused:
        price_file.load(file)
    assert refused.value.values["file"] == str(file)


@pytest.mark.parametrize(
    ("rates", "remedy"), [("overhead_rate = 1.39", "140"), ("technology_rate = 0.41", "40"),
                          ("general_rate = 0.05", "overhead_rate"), ("profit_rate = 0.3", "technology_rate")],
)  # fmt: skip
def test_the_software_guide_has_rates_of_its_own(written, rates: str, remedy: str) -> None:
    file = written(f'year = 2025\nmethod = "sw-guide"\n{rates}\n{TEAM}')
    with pytest.raises(BadInput) as refused:
        price_file.load(file)
    assert refused.value.values["line"] == 3
    assert remedy in error_text(refused.value, "ko")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_the_command_prints_whole_won_with_a_rule_for_each(
    written: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "price", str(written(FULL)), "--json", "--lang", "ko")
    said = json.loads(out)
    assert code == 0
    assert list(said)[:8] == list(rules.FIGURES)
    assert all(type(said[name]) is int for name in rules.FIGURES)
    assert set(said["rules"]) == set(rules.FIGURES)
    assert "제8조제1항" in said["rules"]["general"] and "6 %" in said["rules"]["general"]
    code, out, _ = run(capsys, "price", str(written(FULL)), "--lang", "ko")
    assert f"{said['total_with_vat']:,}원" in out and "라벨링 (외주가공비)" in out


def test_the_command_fails_with_file_line_and_code(
    written: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(FULL.replace("0.0725", "0.11"))
    code, out, err = run(capsys, "price", str(file), "--json", "--lang", "ko")
    assert code == 2 and f"{file} 5행" in err and "제8조제2항" in err
    assert json.loads(out)["error"] == "written-wrong"
