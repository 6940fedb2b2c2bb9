"""Ask the model of a release."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from aas_server.errors import NotSupported, WrongType
from aas_server.product.predicting.answers import answers, said
from aas_server.product.predicting.inputs import inputs
from aas_server.product.predicting.observed import observed
from aas_server.product.predicting.records import Values, cleaned
from aas_server.product.predicting.rows import Rows
from aas_server.product.predicting.signature import Signature, signature_of
from aas_server.product.record import ReleaseRecord

_SIGNATURES = 100
"""Signatures that are remembered: some kilobytes each."""
_EXTRA = ("onnxruntime", "PIL")


class Predictor:
    """``most`` models at the utmost are held in memory. May be asked by several threads at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._sessions: Any = None
        self._signatures: OrderedDict[str, Signature] = OrderedDict()

    def signature(self, release: ReleaseRecord) -> Signature:
        """What the model of ``release`` is fed with."""
        key = _key(release)
        with self._lock:
            found = self._signatures.get(key)
        if found is None:
            model = release.trained.model
            table = release.released.folder / "data" / f"{release.prepared.main.stream}.parquet"
            found = signature_of(release, observed(table, model.features, model.texts))
            with self._lock:
                self._signatures[key] = found
                while len(self._signatures) > _SIGNATURES:
                    self._signatures.popitem(last=False)
        return found

    def predict(self, release: ReleaseRecord, rows: Rows, values: Values = "released") -> Mapping[str, Any]:
        """The answer to rows: what the model is, and one prediction a row, in their order. ``values``: whether
        they hold what the release holds, or what the factory sends (``raw``), which is cleaned first.

        Raises ``BadInput`` for rows it cannot take, ``WrongType`` where the model looks at pictures,
        ``NotSupported`` where the optional extra ``model`` is not installed.
        """
        signature = self.signature(release)
        model = signature.model
        if model.picture is not None:
            raise WrongType("predict-needs-picture", release=release.id)
        done = cleaned(rows, signature, values)
        given = inputs(done.rows, signature)
        feeds: dict[str, Any] = {"features": given.matrix} if model.features else {}
        feeds |= {"texts": given.texts} if model.texts else {}
        outputs = self._loaded().run(_key(release), release.trained.onnx, feeds)
        told = answers(signature, given, outputs)
        for row, changed in done.changed.items():
            told[row]["cleaned"] = changed
        return _answer(release, (*given.ignored, *done.ignored), told, values, done.operations)

    def look(self, release: ReleaseRecord, content: bytes, most_pixels: int) -> Mapping[str, Any]:
        """The same for a picture (JPEG, PNG, BMP) and a model of pictures."""
        model = release.trained.model
        if model.picture is None:
            raise WrongType("predict-needs-rows", release=release.id)
        sessions = self._loaded()
        from aas_server.product.predicting.pictures import brought  # noqa: PLC0415 (of the same optional extra)

        feeds = {"pictures": brought(content, model.picture, most_pixels)}
        outputs = sessions.run(_key(release), release.trained.onnx, feeds)
        return _answer(release, (), said(model, outputs))

    def _loaded(self) -> Any:
        with self._lock:
            if self._sessions is None:
                try:  # onnxruntime is an optional extra: this is the one door to it
                    from aas_server.product.predicting.sessions import Sessions  # noqa: PLC0415
                except ModuleNotFoundError as fault:
                    if (fault.name or "").split(".")[0] not in _EXTRA:
                        raise
                    raise NotSupported("predict-extra-missing", module=fault.name) from None
                self._sessions = Sessions(self._most)
            return self._sessions


def _answer(
    release: ReleaseRecord,
    ignored: Sequence[str],
    predictions: Sequence[Mapping[str, Any]],
    values: Values = "released",
    operations: Mapping[str, int] | None = None,
) -> Mapping[str, Any]:
    model = release.trained.model
    return {
        "product": release.product,
        "release": release.id,
        "model": {"version": model.version, "task": model.task, "algorithm": model.algorithm},
        "weak": model.weak,
        "verdict": model.verdict,
        "rows": len(predictions),
        "values": values,
        "cleaned": dict(operations or {}),
        "ignored": list(ignored),
        "predictions": predictions,
    }


def _key(release: ReleaseRecord) -> str:
    return f"{release.id}@{release.released.sha256}"
