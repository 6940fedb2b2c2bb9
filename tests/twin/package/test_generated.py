"""Environments made by hypothesis over the whole metamodel: through every form and both editions without loss; and
broken at random places, they are still taken without loss of a text."""

from __future__ import annotations

import copy
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aas_server.errors import BadInput
from aas_server.store.contract import Kind
from aas_server.twin.metamodel import faults
from aas_server.twin.package import Limits, Opened, opened
from aas_server.twin.package.environment.edition import from_3_0
from aas_server.twin.package.environment.writing import EnvironmentWriter, Form, Metamodel

Json = dict[str, Any]
Documents = list[tuple[Kind, Json]]
Strategy = st.SearchStrategy[Documents]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def written(documents: Documents, form: Form, metamodel: Metamodel) -> bytes:
    target = io.BytesIO()
    writer = EnvironmentWriter(target, form, metamodel)
    for kind, document in documents:
        writer.put(kind, copy.deepcopy(document))
    writer.end()
    return target.getvalue()


def read(body: bytes) -> Opened:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given"
        path.write_bytes(body)
        with opened(path, Limits()) as source:
            return source


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("metamodel", get_args(Metamodel))
@SLOW
@given(data=st.data())
def test_nothing_is_lost_on_the_way_out_and_back(
    form: Form, metamodel: Metamodel, environments: Strategy, data: st.DataObject
) -> None:
    documents = data.draw(environments)
    for kind, document in documents:
        assert faults(kind, document) == []
    try:
        body = written(documents, form, metamodel)
    except BadInput as error:
        # What 3.0 cannot say is refused with its place; 3.1 says everything.
        assert metamodel == "3.0" and error.key == "export-invalid" and error.values["path"]
        return
    source = read(body)
    assert source.findings == () and source.repairs == ()
    assert from_3_0(source.documents) == documents


def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """JSON with a part of it left out, doubled or replaced."""
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        what = draw(st.sampled_from(["in", "in", "in", "drop", "replace", "strange"]))
        if what == "in":
            return value | {key: spoilt(draw, value[key])}
        if what == "drop":
            return {name: part for name, part in value.items() if name != key}
        return value | {key if what == "replace" else "strange": draw(RUBBISH)}
    if isinstance(value, list) and value:
        number = draw(st.integers(0, len(value) - 1))
        if draw(st.booleans()):
            return [*value, value[number]]
        return [*value[:number], spoilt(draw, value[number]), *value[number + 1 :]]
    return draw(RUBBISH)


RUBBISH = st.one_of(
    st.sampled_from(
        ["", " ", "9", "a b", "x" * 3000, "\x01", None, True, 1.5, 10**12, [], {}, [1], {"a": "b"}, [[]]]
    ),
    st.sampled_from(
        ["ExternalReference", "ModelReference", "GlobalReference", "Property", "xs:int", "TemplateQualifier"]
    ),
    TEXTS,
)


def broken(draw: st.DrawFn, documents: Documents) -> Json:
    lists = {"shell": "assetAdministrationShells", "submodel": "submodels"}
    made: Json = {}
    for kind, document in documents:
        for _ in range(draw(st.integers(0, 4))):
            document = spoilt(draw, document)
        made[lists.get(kind, "conceptDescriptions")] = [document]
    return made


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in ("language", "type", "modelType"):
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str) and len(value.strip()) > 2 and value.isprintable():
        yield value


@SLOW
@given(data=st.data())
def test_whatever_is_broken_is_taken_and_no_text_is_lost(environments: Strategy, data: st.DataObject) -> None:
    environment = broken(data.draw, data.draw(environments))
    try:
        source = read(json.dumps(environment).encode())
    except BadInput as error:
        assert error.key in ("document-no-object", "environment-none", "metamodel-old")
        return
    for kind, document in source.documents:
        assert faults(kind, document) == []
    said = "\n".join(
        [json.dumps([document for _, document in source.documents], ensure_ascii=False)]
        + [str(one.values) for one in (*source.repairs, *source.findings)]
    )
    for text in texts(environment):
        quoted = json.dumps(text, ensure_ascii=False)[1:-1]
        nested = json.dumps(quoted, ensure_ascii=False)[1:-1]
        assert quoted in said or nested in said or text in said, text
