"""What each of the seven steps left behind, in the few figures one wants to see first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aas_server.ids import Names
from aas_server.product.record import ReleaseRecord
from aas_server.web.gaps import without_costs
from aas_server.web.reader import Reader
from submodels.pricing import Pricing

Facts = Sequence[tuple[str, str]]
"""Pairs of a label and a value, both ready to be shown."""


def left(release: ReleaseRecord, reader: Reader) -> Mapping[str, Facts]:
    """The figures of a release, by step (the names of ``steps.SEVEN``)."""
    return {
        "collect": _collect(release, reader),
        "preprocess": _preprocess(release, reader),
        "train": _train(release, reader),
        "use-cases": [(reader.say("web-left-statements"), reader.number(len(release.used.statements)))],
        "package": _package(release, reader),
        "verify-price": _verify_price(release, reader),
        "register": _register(release, reader),
    }


def evidence(release: ReleaseRecord, names: Names) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The submodels that bear each step's evidence: pairs of idShort and id."""
    product = release.product
    kept: dict[str, Sequence[tuple[str, str]]] = {
        "collect": [("TimeSeries", names.submodel(product, "TimeSeries"))],
        "preprocess": [("DataProcessing", release.prepared.processing.id)],
        "train": [("AIModelNameplate", release.trained.model.id), *_dataset(release)],
        "use-cases": [("UseCases", release.used.id)],
        "package": [("DataProduct", release.released.product.id)],
    }
    sold = (("DataQuality", release.verified), ("Pricing", release.priced))
    kept["verify-price"] = [(kind, result.id) for kind, result in sold if result is not None]
    if release.registered is not None:
        kept["register"] = [("Registration", release.registered.registration.id)]
        if release.registered.licensing is not None:
            kept["register"] = [("Licensing", release.registered.licensing.id), *kept["register"]]
    return kept


def _dataset(release: ReleaseRecord) -> list[tuple[str, str]]:
    """Releases of before have none."""
    id = release.trained.model.dataset
    return [("AIDataset", id)] if id else []


def _collect(release: ReleaseRecord, reader: Reader) -> Facts:
    collected = release.collected
    return [
        (reader.say("web-left-records"), reader.number(collected.records)),
        (reader.say("web-left-messages"), reader.number(sum(stream.messages for stream in collected.streams))),
        (reader.say("web-left-redelivered"), reader.number(collected.redelivered)),
        (reader.say("web-left-quarantined"), reader.number(collected.quarantined)),
    ]


def _preprocess(release: ReleaseRecord, reader: Reader) -> Facts:
    processing = release.prepared.processing
    coverage = processing.coverage
    fields = coverage.irdi + coverage.own + coverage.open
    rows = sum(table.rows for table in release.prepared.tables)
    cells = sum(operation.cells_changed for operation in processing.operations)
    return [
        (reader.say("web-left-rows"), reader.number(rows)),
        (reader.say("web-left-operations"), reader.number(len(processing.operations))),
        (reader.say("web-left-cells"), reader.number(cells)),
        (reader.say("web-left-irdi"), f"{reader.number(coverage.irdi)} / {reader.number(fields)}"),
    ]


def _train(release: ReleaseRecord, reader: Reader) -> Facts:
    model = release.trained.model
    split = model.split
    facts = [(reader.say("web-left-test-rows"), reader.number(split.test_rows))]
    if model.label is not None:
        facts.append((reader.say("web-left-test-defects"), reader.number(split.test_defects)))
    if model.macro_f1 is not None:
        facts.append((reader.say("web-model-macro-f1"), reader.number(model.macro_f1, 3)))
    if model.naive_macro_f1 is not None:
        facts.append((reader.say("web-model-naive"), reader.number(model.naive_macro_f1, 3)))
    facts.append(
        (
            reader.say("web-left-onnx"),
            f"{reader.number(model.onnx.differences)} / {reader.number(model.onnx.rows)}",
        )
    )
    return facts


def _package(release: ReleaseRecord, reader: Reader) -> Facts:
    released = release.released
    return [
        (reader.say("web-left-release"), reader.say("web-release-number", number=released.number)),
        (reader.say("web-left-size"), reader.size(released.size)),
        ("SHA-256", f"{released.sha256[:12]}…"),
    ]


def _verify_price(release: ReleaseRecord, reader: Reader) -> Facts:
    facts = []
    if release.verified is not None:
        facts.append((reader.say("web-quality-index"), quality(release, reader)))
    if release.priced is not None:
        facts.append((reader.say("web-price"), _price(release.priced, reader)))
    return facts


def _price(priced: Pricing, reader: Reader) -> str:
    return reader.say("web-price-open") if without_costs(priced) else reader.money(priced.price, priced.currency)


def _register(release: ReleaseRecord, reader: Reader) -> Facts:
    if release.registered is None:
        return []
    registration = release.registered.registration
    return [
        (reader.say("web-registered"), reader.day(registration.registered)),
        (reader.say("web-kept-until"), reader.day(registration.kept_until)),
    ]


def quality(release: ReleaseRecord | None, reader: Reader) -> str:
    """The weighted index, "not measured" where nothing could be, a dash before step 6."""
    if release is None or release.verified is None:
        return reader.number(None)
    index = release.verified.index
    return reader.say("web-not-measured") if index is None else reader.number(float(index), 2)
