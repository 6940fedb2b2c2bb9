"""A narrow stream's samples as columns: by their declared types where there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    samples = batch.samples.columns()
    number, text = (samples[name].combine_chunks() for name in ("number", "text"))
    if declared:
        number, text = _fitted(batch, declared, remarks, number, text)
    return {"tag": encoded(batch).cast(pa.string()), "number": number, "text": text}


def encoded(batch: Batch) -> pa.DictionaryArray:
    """Each sample's tag."""
    codes = batch.samples.columns()["code"].combine_chunks()
    return pa.DictionaryArray.from_arrays(codes, pa.array(list(batch.samples.tags), pa.string()))


def _fitted(
    batch: Batch, declared: Mapping[str, pa.DataType], remarks: Remarks, number: pa.Array, text: pa.Array
) -> tuple[pa.Array, pa.Array]:
    tags = list(batch.samples.tags)
    codes = batch.samples.columns()["code"].to_numpy()
    doubtful = _doubtful([declared.get(tag) for tag in tags], codes, number, text)
    if not doubtful:
        return number, text
    numbers, texts = number.to_pylist(), text.to_pylist()
    for row in doubtful:
        tag = tags[codes[row]]
        sent = numbers[row] if texts[row] is None else texts[row]
        numbers[row], texts[row], flag = _cell(sent, declared[tag])
        if flag:
            remarks.flag(row, flag)
        if flag == values.MISFIT:
            remarks.keep(row, tag, sent)
    return pa.array(numbers, pa.float64()), pa.array(texts, pa.string())


def _doubtful(
    kinds: Sequence[pa.DataType | None], codes: NDArray[np.int32], number: pa.Array, text: pa.Array
) -> list[int]:
    """The rows of declared tags whose value is not plainly of the declared kind. ``kinds``: by the tags' codes."""
    has_text, has_number = _valid(text), _valid(number)
    wants_text = np.array([kind in (pa.string(), pa.bool_()) for kind in kinds], np.bool_)[codes]
    wants_number = np.array([kind in (pa.float64(), pa.int64()) for kind in kinds], np.bool_)[codes]
    wants_whole = np.array([kind == pa.int64() for kind in kinds], np.bool_)[codes]
    doubtful = (wants_text & has_number) | (wants_number & has_text)
    doubtful |= np.array([kind == pa.bool_() for kind in kinds], np.bool_)[codes] & has_text
    if wants_whole.any():
        numbers = number.fill_null(0).to_numpy()
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
