from __future__ import annotations

import json

import pyarrow as pa

from aas_server.ingest import screen
from aas_server.ingest.declared import Declared
from aas_server.ingest.decode import Decoder
from aas_server.ingest.tags import NARROW
from aas_server.settings import Settings
from aas_server.store.contract import COMMON, MOST_COLUMNS, Entry
from connectors.message import Message

_NOTHING = pa.schema([])


def table(*payloads: object, topic: str = "line/1", stored: pa.Schema = _NOTHING) -> pa.Table:
    decoder = Decoder(Settings(zone="UTC"), 0)
    decoder.take(
        [
            Entry(number, Message("m", topic, json.dumps(payload).encode(), 1_700_000_000_000_000_000 + number))
            for number, payload in enumerate(payloads, 1)
        ],
        Declared({}),
    )
    (batch,) = decoder.batches.values()
    return screen.table(batch, stored)


def test_keys_that_come_and_go_are_columns_with_holes() -> None:
    rows = table({"a": 1}, {"b": "x"}, {"a": 2, "c": None})
    assert rows.select(["position", "a", "b", "c"]).to_pylist() == [
        {"position": 1, "a": 1, "b": None, "c": None},
        {"position": 2, "a": None, "b": "x", "c": None},
        {"position": 3, "a": 2, "b": None, "c": None},
    ]


def test_a_field_called_as_the_lake_s_own_gets_a_number() -> None:
    rows = table({"time": "2024-01-01 00:00:00", "Flags": 7, "position": "left", "temp": 1.5, "Temp": 2.5})
    assert rows.column_names[5:] == ["time_2", "Flags_2", "position_2", "temp", "Temp_2"]
    again = table({"Temp": 3.5, "position": "right"}, stored=rows.schema)
    assert again.column_names[5:] == ["Temp_2", "position_2"]


def test_doubts_become_flags_and_misfits_stay_beside_the_row() -> None:
    stored = pa.schema([("number", pa.float64()), ("온도", pa.int64())])
    rows = table({"number": "1.5", "온도": 2**64}, {"number": "고장", "온도": 5}, stored=stored)
    first, second = rows.to_pylist()
    assert (first["number"], first["온도"], first["flags"]) == (1.5, None, "number-as-text,misfit")
    assert json.loads(first["misfit"]) == {"온도": 2**64}
    assert (second["number"], second["온도"], json.loads(second["misfit"])) == (None, 5, {"number": "고장"})


def test_a_feed_whose_keys_are_ids_makes_no_columns_without_end() -> None:
    rows = table({f"id-{number}": number for number in range(MOST_COLUMNS + 50)})
    assert rows.num_columns == MOST_COLUMNS + len(COMMON)
    (row,) = rows.to_pylist()
    left_out = json.loads(row["misfit"])
    assert len(left_out) == 50
    assert all(left_out[f"id-{number}"] == number for number in range(MOST_COLUMNS, MOST_COLUMNS + 50))


def test_tags_have_their_types_before_the_first_value() -> None:
    rows = table({"localtime": 0, "data": [{"tag": "A", "value": "RUN"}]}, topic="mos/type-4/d", stored=NARROW)
    assert rows.schema.field("number").type == pa.float64()
    assert rows.select(["tag", "number", "text"]).to_pylist() == [{"tag": "A", "number": None, "text": "RUN"}]
