"""A narrow stream's samples as columns: by their declared types where there are some."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from aas_server.ingest import values
from aas_server.ingest.batch import Batch
from aas_server.ingest.remarks import Remarks
from connectors.message import EXACT

NARROW = pa.schema([("tag", pa.string()), ("number", pa.float64()), ("text", pa.string())])
"""The known feed of tags: its columns have their types before the first value."""


def columns(batch: Batch, declared: Mapping[str, pa.DataType], remarks: Remarks) -> dict[str, pa.Array]:
    """Tag, number and text. A tag that is declared a number has no text, and one that is declared a text no
    number; what does not fit is kept beside the row."""
    if declared:
        batch = _fitted(batch, declared, remarks)
    return {
        "tag": pa.array(batch.tags, pa.string()),
        "number": pa.array(batch.numbers, pa.float64()),
        "text": pa.array(batch.texts, pa.string()),
    }


def _fitted(batch: Batch, declared: Mapping[str, pa.DataType], remarks: Remarks) -> Batch:
    numbers, texts = list(batch.numbers), list(batch.texts)
    for row in _doubtful(batch, declared):
        tag = batch.tags[row]
        sent = batch.numbers[row] if batch.texts[row] is None else batch.texts[row]
        number, text, flag = _cell(sent, declared[tag])
        numbers[row], texts[row] = number, text
        if flag:
            remarks.flag(row, flag)
        if flag == values.MISFIT:
            remarks.keep(row, tag, sent)
    return Batch(batch.stream, batch.topic, batch.source, "narrow", tags=batch.tags, numbers=numbers, texts=texts)


def _doubtful(batch: Batch, declared: Mapping[str, pa.DataType]) -> list[int]:
    """The rows of declared tags whose value is not plainly of the declared kind."""
    tags = pa.array(batch.tags, pa.string()).dictionary_encode()
    kinds = [declared.get(tag) for tag in tags.dictionary.to_pylist()]
    codes = tags.indices.to_numpy()
    has_text = _valid(pa.array(batch.texts, pa.string()))
    has_number = _valid(pa.array(batch.numbers, pa.float64()))
    wants_text = np.array([kind in (pa.string(), pa.bool_()) for kind in kinds], np.bool_)[codes]
    wants_number = np.array([kind in (pa.float64(), pa.int64()) for kind in kinds], np.bool_)[codes]
    wants_whole = np.array([kind == pa.int64() for kind in kinds], np.bool_)[codes]
    doubtful = (wants_text & has_number) | (wants_number & has_text)
    doubtful |= np.array([kind == pa.bool_() for kind in kinds], np.bool_)[codes] & has_text
    if wants_whole.any():
        numbers = np.array(batch.numbers, np.float64)
        doubtful |= wants_whole & has_number & (numbers != np.floor(numbers))
    return np.flatnonzero(doubtful).tolist()


def _valid(array: pa.Array) -> NDArray[np.bool_]:
    valid: NDArray[np.bool_] = pc.is_valid(array).to_numpy(zero_copy_only=False)
    return valid


def _cell(sent: float | str | None, kind: pa.DataType) -> tuple[float | None, str | None, str]:
    """A value as number and text, and the flag that says that it is not what was sent."""
    if kind == pa.bool_():
        truth = values.truth(sent)
        return (None, None, values.MISFIT) if truth is None else (None, "true" if truth else "false", "")
    if kind == pa.string():
        return None, _plain(sent), values.VALUE_AS_TEXT
    number = values.number(sent)
    if number is None or (kind == pa.int64() and not float(number).is_integer()):
        return None, None, values.MISFIT
    exact = abs(number) <= EXACT or isinstance(number, float)
    return float(number), None if exact else str(sent), values.NUMBER_AS_TEXT if exact else ""


def _plain(sent: float | str | None) -> str | None:
    if isinstance(sent, float):
        return str(int(sent)) if sent.is_integer() and abs(sent) <= EXACT else repr(sent)
    return sent
