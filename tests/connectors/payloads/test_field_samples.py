"""Every recording of a form met in the field, read without any declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from connectors.message import Message, Narrow, records
from connectors.payloads import decode

Recording = Callable[[str], Iterator[Message]]
SECOND = 10**9
PUMP = (
    *("Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature", "Thermocouple", "Voltage"),
    *("VolumeFlowRateRMS",),
)
SPACED = (*PUMP[:-1], "Volume Flow RateRMS")
SHOP = "enterprise-a_site-1_line-1"
START = 1_583_748_873
"""2020-03-09 10:14:33 UTC, where the pump's recording begins."""


@dataclass(frozen=True)
class Expected:
    """``streams``: records by stream; ``tags``: of narrow ones; ``begins`` and ``ends``: in s since 1970, UTC,
    ``None`` where records bear no time; ``flags``: how often each was set."""

    streams: dict[str, int]
    tags: frozenset[str] = frozenset()
    begins: float | None = None
    ends: float | None = None
    flags: dict[str, int] = field(default_factory=dict)
    timeless: int = 0


EXPECTED = {
    "umh_one_tag_per_topic.jsonl": Expected(
        {"umh_v1_waico_lab_pumps_loop1__raw-a32a4be3-tags": 480}, frozenset(PUMP), START, START + 61
    ),
    "bare_value_per_topic_retained.jsonl": Expected(
        {f"{SHOP}_pump-e0b7f611-tags": 434, f"{SHOP}-fcb3fe0e-tags": 1},
        frozenset((*SPACED, "Status/StateCurrentStr")),
        flags={"retained": 435},
        timeless=435,
    ),
    "uns_rich_object.jsonl": Expected(
        {"waico_plant1_utilities_water_loop_pump-101-tags": 120},
        frozenset(f"edge/{name.lower()}" for name in PUMP),
        START,
        START + 14,
    ),
    "flat_row_device_at_tag_us.jsonl": Expected(
        {"factory1_data__all-d4c695da": 60}, begins=START, ends=START + 61
    ),
    "opcua_pubsub_json.jsonl": Expected(
        {"opcua_json_data_publisher1_loop1_1-tags": 240, "azure-iot-operations_data_loop1-tags": 160},
        frozenset(SPACED),
        START,
        START + 51,
        {"bad-quality": 1},
    ),
    "thingsboard.jsonl": Expected(
        {
            "v1_devices_me_telemetry": 31,
            "v1_gateway_telemetry_pump-a-b7444a2f": 15,
            "v1_gateway_telemetry_pump-b-98390445": 1,
        },
        begins=START,
        ends=START + 46,
        timeless=1,
    ),
    "fischertechnik_like.jsonl": Expected({"i_bme680": 20, "f_i_state_hbw": 1}, begins=START, ends=START + 22),
    # local time in Seoul: 04:57:47 is 19:57:47 of the day before
    "shot_record_json_kamp.jsonl": Expected(
        {"kr_ulsan_s14_shot-6bb86539": 40}, begins=1_602_791_867, ends=1_602_793_059
    ),
    # epoch seconds, but Sonoff's local time, read as Seoul's; its topics carry a second shape without a time
    "recorded_lab.json": Expected(
        {
            "motion-readings": 48,
            "temp-hum-readings": 22,
            "gas-mq135-readings": 10,
            "lux-readings": 10,
            "gas-mq9-readings": 10,
            "noise-readings": 10,
            "sonoff_tele_sonoff-plug-1_state-124344ad": 5,
            "sonoff_tele_sonoff-lamp-1_state-03ac83de": 5,
        },
        begins=1_585_645_221,
        ends=1_585_674_287,
        timeless=4,
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", EXPECTED)
def test_a_recording_is_read_to_the_last_value(recording: Recording, name: str) -> None:
    expected = EXPECTED[name]
    parts = [part for message in recording(name) for part in decode(message)]
    found = list(records(parts))
    assert Counter(record.stream for record in found) == expected.streams
    assert {tag for part in parts if isinstance(part, Narrow) for tag in part.tags} == expected.tags
    assert Counter(flag for record in found for flag in record.flags) == expected.flags
    times = [record.time / SECOND for record in found if record.time is not None]
    assert len(found) - len(times) == expected.timeless
    assert (min(times, default=None), max(times, default=None)) == (expected.begins, expected.ends)
