"""Packages made by hand, as another tool would, and environments made by hypothesis."""

from __future__ import annotations

import io
import string
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from aas_server.store.contract import Kind

ORIGIN = "http://admin-shell.io/aasx/relationships/aasx-origin"
SPEC = "http://admin-shell.io/aasx/relationships/aas-spec"
XML = (
    b'<environment xmlns="https://admin-shell.io/aas/3/0"><submodels><submodel><id>urn:x</id>'
    b"</submodel></submodels></environment>"
)
Pack = Callable[..., bytes]
Json = dict[str, Any]
Documents = list[tuple[Kind, Json]]

LETTERS = st.characters(min_codepoint=32, max_codepoint=0x1FFFF, exclude_categories=["Cs", "Cc", "Cn"])
TEXTS = st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: text.strip() != "")
NAMES = st.text(string.ascii_letters, min_size=2, max_size=8)
IDS = st.builds("urn:{}:{}".format, NAMES, st.integers(0, 10**6))
VALUES: dict[str, st.SearchStrategy[str]] = {
    "xs:string": st.one_of(st.just(""), TEXTS),
    "xs:double": st.sampled_from(["1.50", "-0", "INF", "1e3", "NaN"]),
    "xs:int": st.integers(-(2**31), 2**31 - 1).map(str),
    "xs:boolean": st.sampled_from(["true", "0"]),
    "xs:dateTime": st.just("2026-01-31T10:00:00.50+09:00"),
    "xs:decimal": st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    "xs:hexBinary": st.binary(max_size=4).map(bytes.hex),
}
GLOBAL = st.builds(
    lambda id: {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": id}]}, IDS
)
MODEL = st.builds(
    lambda id, steps: {
        "type": "ModelReference",
        "keys": [{"type": "Submodel", "value": id}, *({"type": "Property", "value": step} for step in steps)],
    },
    IDS,
    st.lists(NAMES, max_size=1),
)
REFERENCES = st.one_of(GLOBAL, MODEL)


def record(required: Json, optional: Json) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(required, optional=optional)


def langs(longest: int) -> st.SearchStrategy[list[Json]]:
    tags = st.lists(st.sampled_from(["en", "ko", "de-CH"]), unique=True, min_size=1, max_size=3)
    texts = st.text(LETTERS, min_size=1, max_size=min(longest, 30)).filter(lambda text: text.strip() != "")
    return tags.flatmap(
        lambda found: st.tuples(*(texts.map(lambda t, tag=tag: {"language": tag, "text": t}) for tag in found))
    ).map(list)  # type: ignore[misc]


def typed(names: tuple[str, ...], **more: Any) -> st.SearchStrategy[Json]:
    """A value type, and values of it."""
    return st.sampled_from(sorted(VALUES)).flatmap(
        lambda type: record({"valueType": st.just(type)}, dict.fromkeys(names, VALUES[type]) | more)
    )


SPECIFICATIONS = st.lists(
    record(
        {
            "dataSpecification": GLOBAL,
            "dataSpecificationContent": record(
                {
                    "modelType": st.just("DataSpecificationIec61360"),
                    "preferredName": st.just([{"language": "en", "text": "Name"}]),
                    "definition": st.just([{"language": "en", "text": "Meaning"}]),
                    "unit": NAMES,
                },
                {
                    "shortName": langs(18).map(lambda found: [one | {"text": one["text"][:18]} for one in found]),
                    "dataType": st.sampled_from(["REAL_MEASURE", "STRING", "DATE"]),
                    "unitId": GLOBAL,
                    "levelType": st.fixed_dictionaries(
                        {name: st.booleans() for name in ("min", "nom", "typ", "max")}
                    ),
                    "value": NAMES,
                },
            ),
        },
        {},
    ),
    min_size=1,
    max_size=2,
)


def relationships(*pairs: tuple[str, str]) -> str:
    lines = "".join(f'<Relationship Id="r{n}" Type="{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(pairs))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


@pytest.fixture
def pack() -> Pack:
    """A package of environments and further entries (a name or a ``ZipInfo``, and what is in it)."""

    def make(*environments: bytes, entries: tuple[tuple[str | zipfile.ZipInfo, bytes], ...] = ()) -> bytes:
        target = io.BytesIO()
        names = [f"aasx/data{number or ''}.xml" for number in range(max(1, len(environments)))]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("_rels/.rels", relationships((ORIGIN, "/aasx/aasx-origin")))
            made.writestr("aasx/aasx-origin", "")
            made.writestr("aasx/_rels/aasx-origin.rels", relationships(*((SPEC, f"/{name}") for name in names)))
            for name, body in zip(names, environments or (XML,), strict=True):
                made.writestr(name, body)
            for entry, body in entries:
                made.writestr(entry, body)
        return target.getvalue()

    return make


@st.composite
def semantic(draw: st.DrawFn) -> Json:
    """What every element may have."""
    found: Json = draw(
        record(
            {},
            {
                "displayName": langs(128),
                "description": langs(1023),
                "extensions": st.lists(
                    typed(("value",), refersTo=st.lists(MODEL, min_size=1, max_size=1)), max_size=2
                ).map(lambda made: [one | {"name": f"e{number}"} for number, one in enumerate(made)]),
                "qualifiers": st.lists(typed(("value",), valueId=GLOBAL), max_size=2).map(
                    lambda made: [one | {"type": f"q{number}"} for number, one in enumerate(made)]
                ),
                "embeddedDataSpecifications": SPECIFICATIONS,
            },
        )
    )
    if draw(st.booleans()):
        found["semanticId"] = draw(REFERENCES)
        if draw(st.booleans()):
            found["supplementalSemanticIds"] = [draw(GLOBAL)]
    return {name: part for name, part in found.items() if part != []}


@st.composite
def children(draw: st.DrawFn, depth: int, data: bool = False) -> list[Json]:
    names = draw(st.lists(NAMES, unique_by=str.lower, max_size=3))
    return [{"idShort": name, **draw(element(depth, data))} for name in names]


@st.composite
def element(draw: st.DrawFn, depth: int, data: bool = False) -> Json:
    kinds = ["Property", "MultiLanguageProperty", "Range", "ReferenceElement", "Blob", "File"]
    if not data:
        kinds += ["RelationshipElement", "Capability", "BasicEventElement"]
        kinds += ["SubmodelElementCollection", "SubmodelElementList", "Entity", "Operation"] if depth else []
        kinds += ["AnnotatedRelationshipElement"]
    kind = draw(st.sampled_from(kinds))
    made = {"modelType": kind, **draw(semantic()), **draw(own(kind, depth))}
    return {name: part for name, part in made.items() if part != []}


@st.composite
def listed(draw: st.DrawFn, depth: int) -> Json:
    kind = draw(st.sampled_from(["Property", "MultiLanguageProperty", "SubmodelElementCollection", "File"]))
    items = draw(st.lists(own(kind, depth), max_size=3))
    if kind == "Property":
        items = [{"valueType": "xs:int", "value": draw(VALUES["xs:int"])} for _ in items]
    made: Json = {"typeValueListElement": kind, "orderRelevant": draw(st.booleans())}
    made |= {"valueTypeListElement": "xs:int"} if kind == "Property" else {}
    return made | {"value": [{"modelType": kind, **{k: v for k, v in one.items() if v != []}} for one in items]}


def own(kind: str, depth: int) -> st.SearchStrategy[Json]:
    """What only elements of this class have."""
    relation = {"first": MODEL, "second": MODEL}
    event = {"observed": st.just({"type": "ModelReference", "keys": [{"type": "Submodel", "value": "urn:sm"}]})}
    event |= {"direction": st.just("output"), "state": st.sampled_from(["on", "off"])}
    made: dict[str, Any] = {
        "Property": lambda: typed(("value",), valueId=GLOBAL),
        "Range": lambda: typed(("min", "max")),
        "MultiLanguageProperty": lambda: record({}, {"value": langs(1023), "valueId": GLOBAL}),
        "ReferenceElement": lambda: record({}, {"value": REFERENCES}),
        "Blob": lambda: record(
            {"contentType": st.just("text/plain")}, {"value": st.sampled_from(["aGFsbG8=", "AAE="])}
        ),
        "File": lambda: record({"contentType": st.just("image/png")}, {"value": st.just("/aasx/files/a.png")}),
        "RelationshipElement": lambda: record(relation, {}),
        "Capability": lambda: record({}, {}),
        "BasicEventElement": lambda: record(
            event,
            {"messageTopic": NAMES, "lastUpdate": st.just("2026-01-31T10:00:00Z"), "minInterval": st.just("PT1S")},
        ),
        "SubmodelElementCollection": lambda: record({}, {"value": children(depth - 1)}),
        "SubmodelElementList": lambda: listed(depth - 1),
        "Entity": lambda: record(
            {"entityType": st.just("SelfManagedEntity"), "globalAssetId": IDS}, {"statements": children(depth - 1)}
        ),
        "Operation": lambda: st.builds(
            lambda found: {"inputVariables": [{"value": one} for one in found]}, children(depth - 1)
        ),
        "AnnotatedRelationshipElement": lambda: record(relation, {"annotations": children(0, data=True)}),
    }
    found: st.SearchStrategy[Json] = made[kind]()
    return found


@st.composite
def environment(draw: st.DrawFn) -> Documents:
    administration = record(
        {"version": st.just("1")}, {"revision": st.just("2"), "creator": GLOBAL, "templateId": IDS}
    )
    common = {"idShort": NAMES, "displayName": langs(128), "administration": administration}
    asset = record(
        {"assetKind": st.sampled_from(["Instance", "Type"]), "globalAssetId": IDS},
        {
            "assetType": IDS,
            "defaultThumbnail": st.just({"path": "/aasx/files/t.png", "contentType": "image/png"}),
            "specificAssetIds": st.just([{"name": "serial", "value": "7"}]),
        },
    )
    submodels = st.lists(IDS, max_size=2, min_size=1).map(
        lambda ids: [{"type": "ModelReference", "keys": [{"type": "Submodel", "value": id}]} for id in ids]
    )
    ids = draw(st.lists(IDS, unique=True, min_size=3, max_size=3))
    shell = draw(record({"assetInformation": asset}, common | {"submodels": submodels}))
    model = draw(record({}, common | {"kind": st.sampled_from(["Instance", "Template"])}))
    model |= draw(semantic()) | {"submodelElements": draw(children(2))}
    concept = draw(record({"embeddedDataSpecifications": SPECIFICATIONS}, common | {"isCaseOf": st.just([])}))
    kinds: list[tuple[Kind, str, Json]] = [
        ("shell", "AssetAdministrationShell", shell),
        ("submodel", "Submodel", model),
        ("concept-description", "ConceptDescription", concept),
    ]
    return [
        (kind, {"modelType": name, "id": id} | {key: part for key, part in one.items() if part != []})
        for (kind, name, one), id in zip(kinds, ids, strict=True)
    ]


@pytest.fixture(scope="session")
def environments() -> st.SearchStrategy[Documents]:
    """A shell, a submodel of all classes of elements and a concept description, each right by the metamodel."""
    return environment()
