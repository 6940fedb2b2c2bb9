"""What the concept table makes of the names that real data sets and our simulator use."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from templates import concepts, names, quantities, units

TEMPERATURE = "0112/2///61987#ABA927#005"
PRESSURE = "0112/2///61987#ABN616#001"
DURATION = "0173-1#02-AAQ203#001"
VOLUME_FLOW = "0112/2///61987#ABB291#005"


@pytest.mark.parametrize(
    ("name", "unit", "irdi"),
    [
        ("molten_temp", None, TEMPERATURE),
        ("lower_mold_temp1", None, TEMPERATURE),
        ("coolant_temperature", "℃", TEMPERATURE),
        ("Barrel_Temperature_1", None, TEMPERATURE),
        ("Mold Temp 1", None, TEMPERATURE),
        ("Barrel.Zone1.Temperature", None, TEMPERATURE),
        ("plc001@temperature", None, TEMPERATURE),
        ("Thermocouple", None, TEMPERATURE),
        ("금형온도1", None, TEMPERATURE),
        ("금형 온도 평균", None, TEMPERATURE),
        ("cast_pressure", None, PRESSURE),
        ("Max_Injection_Pressure", "bar", PRESSURE),
        ("Average_Back_Pressure", None, PRESSURE),
        ("최대사출압력", None, PRESSURE),
        ("Cycle_Time", None, DURATION),
        ("facility_operation_cycletime", None, DURATION),
        ("Volume Flow RateRMS", None, VOLUME_FLOW),
        ("Coolant.Flow", "L/min", VOLUME_FLOW),
        ("냉각수 온도 (℃)", None, TEMPERATURE),
        ("Flow [L/min]", None, VOLUME_FLOW),
        ("part_weight", "g", "0112/2///61987#ABH327#001"),
        ("TimeStamp", None, "0112/2///61360_4#ADA387#001"),
        ("registration_time", None, "0112/2///61360_4#ADA387#001"),
    ],
)
def test_a_name_that_says_its_quantity_gets_the_dictionary_entry(name: str, unit: str | None, irdi: str) -> None:
    found = concepts.propose(name, unit)
    assert found is not None
    assert found.irdi == irdi
    assert set(found.title) == set(found.definition) == {"ko", "en"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("max_injection_speed", "speed"),
        ("physical_strength", "force"),
        ("Average_Screw_RPM", "rotational-speed"),
        ("Cushion_Position", "position"),
        ("Accelerometer1RMS", "acceleration"),
        ("Current", "electric-current"),
        ("Voltage", "voltage"),
        ("Coolant.Flow", "flow"),
        ("불량유형", "defect-kind"),
        ("passorfail", "judgement"),
        ("Operation.RunState", "run-state"),
    ],
)
def test_a_quantity_without_a_verified_entry_is_named_but_gets_no_irdi(name: str, key: str) -> None:
    found = concepts.propose(name)
    assert found is not None
    assert (found.key, found.irdi) == (key, "")


@pytest.mark.parametrize(
    "name",
    [
        "value", "anomaly", "_id", "id", "TS1", "heating_furnace", "shot_time", "pressure_switch", "temp_alarm",
        "delta_temp", "온도편차", "temperature_status", "phase", "ph1", "tool_wear", "", "123", "Reason",
    ],
)  # fmt: skip
def test_an_unsure_name_is_left_open(name: str) -> None:
    assert concepts.propose(name) is None


def test_a_unit_the_quantity_cannot_have_leaves_it_open() -> None:
    assert concepts.propose("pressure", "mm") is None
    assert concepts.propose("part_weight", "kN") is None
    assert concepts.propose("pressure [mm]") is None


def test_names_are_read_in_both_languages() -> None:
    assert concepts.title("Max_Injection_Pressure") == {"ko": "최대 사출 압력", "en": "Max injection pressure"}
    assert concepts.title("lower_mold_temp1") == {"ko": "하부 금형 온도 1", "en": "Lower mold temp 1"}
    assert concepts.title("금형온도1") == {"ko": "금형온도1", "en": "Temperature (금형온도1)"}
    assert concepts.title("ZQ_Temp") == {"ko": "온도 (ZQ_Temp)", "en": "Zq temp"}
    assert concepts.title("Low temperature") == {"ko": "저온", "en": "Low temperature"}
    assert concepts.title("온도 (℃)") == {"ko": "온도 (℃)", "en": "Temperature"}
    assert concepts.title("설비명") == {"ko": "설비명", "en": "Equipment name"}
    assert concepts.title("xq_7") == {"ko": "xq_7", "en": "Xq 7"}


@pytest.mark.parametrize(
    ("name", "korean"),
    [
        ("high_pressure", "고압"),
        ("Low temperature", "저온"),
        ("High Speed", "고속"),
        ("max_low_temp_1", "최대 저온 1"),
        ("high_section_speed", "고속 구간 속도"),
        ("low_section_speed", "저속 구간 속도"),
        ("Current Position", "현재 위치"),
        ("current_speed", "현재 속도"),
        ("Current", "전류"),
        ("Motor Current", "모터 전류"),
        ("Max_Current", "최대 전류"),
        ("High_Pressure_Pump", "High_Pressure_Pump"),
        ("temp_high", "temp_high"),
        ("Hydraulic.Oil.Temperature", "작동유 온도"),
    ],
)
def test_a_word_of_two_meanings_is_read_by_what_stands_beside_it(name: str, korean: str) -> None:
    assert concepts.title(name)["ko"] == korean


def test_the_names_of_known_data_sets_read_well() -> None:
    """Die casting and moulding of KAMP, SKAB, and what our simulator sends."""
    read = {name: concepts.title(name)["ko"] for name in KNOWN.split()}
    assert read == {
        name: korean.replace("_", " ") for name, korean in zip(KNOWN.split(), READ.split(), strict=True)
    }


KNOWN = """
    biscuit_thickness cast_pressure coolant_temperature ems_operation_time facility_operation_cycletime
    heating_furnace lower_mold_temp1 molten_temp molten_volume passorfail physical_strength production_cycletime
    sleeve_temperature upper_mold_temp3 mold_code registration_time
    Injection_Time Clamp_Close_Time Cushion_Position Switch_Over_Position Plasticizing_Position
    Clamp_Open_Position Max_Injection_Speed Average_Screw_RPM Max_Switch_Over_Pressure Average_Back_Pressure
    Barrel_Temperature_7 Hopper_Temperature Mold_Temperature_13
    Accelerometer1RMS Current Pressure Temperature Thermocouple Voltage Volume_Flow_RateRMS
    Barrel.Zone1.Temperature Coolant.Flow Injection.Pressure Screw.Speed Operation.RunState
    shot_no shot_time part_weight clamp_force screw_rpm pass_or_fail
"""
READ = """
    비스킷_두께 주조_압력 냉각수_온도 EMS_운전_시간 설비_운전_사이클_시간
    가열로 하부_금형_온도_1 용탕_온도 용탕_부피 양부_판정 형체력 생산_사이클_시간
    슬리브_온도 상부_금형_온도_3 금형_코드 등록_시각
    사출_시간 형체_닫힘_시간 쿠션_위치 전환_위치 계량_위치
    형체_열림_위치 최대_사출_속도 평균_스크루_회전수 최대_전환_압력 평균_배압
    배럴_온도_7 호퍼_온도 금형_온도_13
    가속도계_1_RMS 전류 압력 온도 열전대_온도 전압 체적_유량_RMS
    배럴_구역_1_온도 냉각수_유량 사출_압력 스크루_속도 운전_가동_상태
    쇼트_번호 쇼트_시각 제품_중량 형체력 스크루_회전수 양부_판정
"""


@pytest.mark.parametrize(
    ("symbol", "code", "irdi"),
    [
        ("°C", "CEL", "0112/2///62720#UAA033"),
        ("℃", "CEL", "0112/2///62720#UAA033"),
        ("rpm", "M46", "0112/2///62720#UAB231"),
        ("1/min", "C94", "0112/2///62720#UAA843"),
        ("kgf/cm2", "E42", "0112/2///62720#UAA633"),
        ("psi", "PS", "0112/2///62720#UAA701"),
    ],
)
def test_units_are_known_by_their_spellings(symbol: str, code: str, irdi: str) -> None:
    found = units.unit(symbol)
    assert found is not None
    assert (found.code, found.irdi) == (code, irdi)


def test_an_unknown_unit_is_none() -> None:
    assert units.unit("furlong") is None


def test_every_unit_named_in_the_concept_table_is_known() -> None:
    for name in (
        "temp",
        "pressure",
        "flow",
        "mass",
        "level",
        "speed",
        "rpm",
        "force",
        "volume",
        "energy",
        "torque",
    ):
        found = concepts.propose(name)
        for symbol in found.units if found else ():
            known = units.unit(symbol)
            assert known is not None and known.symbol == symbol


SHARED = Path(__file__).parents[3] / "shared" / "aas"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the verified identifiers lie in ../shared")
def test_every_dictionary_entry_was_looked_up() -> None:
    files = ("sensor_properties.csv", "irdi.csv", "units_qudt.csv", "quantitykinds_qudt.csv")
    known = "".join((SHARED / name).read_text("utf-8") for name in files)
    folder = Path(concepts.__file__).parent
    tables = {name: tomllib.loads((folder / f"{name}.toml").read_text("utf-8")) for name in TABLES}
    rows = [row for name, key in TABLES.items() for row in tables[name][key]]
    rows += [other for row in rows for other in row.get("also", ())]
    assert {row["irdi"] for row in rows if row["irdi"] not in known} == set()
    assert all(row.get("source") for row in rows if row["irdi"] and ("alias" in row or "name" in row))


TABLES = {"concepts": "concept", "units": "unit", "quantities": "quantity"}


def test_every_quantity_has_its_names_units_and_kind() -> None:
    kinds = {one.key for one in quantities.everything()}
    assert kinds == {one.quantity for one in units.everything()}
    for one in concepts.everything():
        assert all(one.names[language] for language in ("ko", "en", "de"))
        assert {symbol for symbol in one.units if units.unit(symbol) is None} == set()
        assert one.quantities <= kinds
    assert len(concepts.everything()) >= 100


def test_no_head_of_a_name_stands_for_two_quantities() -> None:
    heads = [(" ".join(names.words(alias)), one.key) for one in concepts.everything() for alias in one.alias]
    assert len(dict(heads)) == len(set(heads))


def test_what_is_plausible_lies_in_order_and_has_its_reason() -> None:
    for one in concepts.everything():
        if one.plausible is not None:
            low, high = one.plausible.minimum, one.plausible.maximum
            assert low is not None or high is not None
            assert low is None or high is None or low < high
            assert one.plausible.reason["ko"] and one.plausible.reason["en"]


@pytest.mark.parametrize(
    ("name", "unit", "key"),
    [
        ("설비 잔여 수명", "h", "residual-life"),
        ("spindle_load", "%", "load-ratio"),
        ("표면조도", "µm", "roughness"),
        ("Feed Rate", "mm/min", "feed-rate"),
        ("pulse_width", "µs", None),
        ("valve_opening", "%", "opening"),
        ("로트번호", None, "lot-number"),
    ],
)
def test_more_quantities_are_known(name: str, unit: str | None, key: str | None) -> None:
    found = concepts.propose(name, unit)
    assert (found.key if found else None) == key
