"""The policy as ODRL 2.2 in JSON-LD, read by an independent JSON-LD processor."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

import aas_server.cli
from aas_server.ids import Names
from aas_server.product.recipe import load
from aas_server.product.register import odrl
from aas_server.product.register.terms import licensing
from submodels.licensing import Licensing
from submodels.pricing import Pricing

ODRL, XSD = "http://www.w3.org/ns/odrl/2/", "http://www.w3.org/2001/XMLSchema#"
RELEASE = "https://factory.example/ids/release/injection-cell-1-r1"
# The part of the ODRL context that our policies use, as the Recommendation's JSON-LD serialisation says it.
CONTEXT = {
    "@context": {
        "odrl": ODRL,
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": XSD,
        "@vocab": ODRL,
        "uid": "@id",
        **{name: {"@id": f"odrl:{name}", "@type": "@id"} for name in ("target", "assigner", "unit")},
        **{
            name: {"@id": f"odrl:{name}", "@type": "@vocab"}
            for name in ("action", "conflict", "leftOperand", "operator")
        },
    }
}


@pytest.fixture(scope="module")
def terms() -> Licensing:
    recipe = load(Path(aas_server.cli.__file__).with_name("demo_cell.toml"))
    return licensing(recipe, Names("https://factory.example"), "injection-cell-1-r1")


@pytest.fixture(scope="module")
def priced() -> Pricing:
    words = {"ko": "가", "en": "a"}
    return Pricing("x", "KRW", "once", "statute", "", (), 9, 500, 50, 550, words, "2026-01-01T00:00:00Z", "", "")


def expanded(policy: Any) -> Any:
    def load_context(url: str, _options: Any) -> Any:
        assert url == "http://www.w3.org/ns/odrl.jsonld"
        return {"contextUrl": None, "documentUrl": url, "document": CONTEXT}

    (found,) = jsonld.expand(dict(policy), {"documentLoader": load_context})
    return found


def test_an_independent_processor_reads_the_offer(terms: Licensing, priced: Pricing) -> None:
    found = expanded(odrl.offer(terms, priced))
    assert found["@type"] == [f"{ODRL}Offer"]
    assert found["@id"] == "https://factory.example/ids/policy/injection-cell-1-r1"
    assert found[f"{ODRL}assigner"] == [{"@id": "https://factory.example"}]
    permitted = {rule[f"{ODRL}action"][0]["@id"] for rule in found[f"{ODRL}permission"]}
    forbidden = {rule[f"{ODRL}action"][0]["@id"] for rule in found[f"{ODRL}prohibition"]}
    assert permitted == set(terms.permissions) and forbidden == set(terms.prohibitions)
    assert not permitted & forbidden
    for kind in ("permission", "prohibition", "obligation"):
        assert {rule[f"{ODRL}target"][0]["@id"] for rule in found[ODRL + kind]} == {RELEASE}


def test_every_permission_is_bound(terms: Licensing) -> None:
    for rule in expanded(odrl.offer(terms))[f"{ODRL}permission"]:
        bound = {one[f"{ODRL}leftOperand"][0]["@id"].removeprefix(ODRL): one for one in rule[f"{ODRL}constraint"]}
        assert bound.keys() == {"purpose", "elapsedTime", "spatial"}
        assert bound["elapsedTime"][f"{ODRL}rightOperand"] == [{"@value": "P1Y", "@type": f"{XSD}duration"}]
        assert bound["spatial"][f"{ODRL}operator"] == [{"@id": f"{ODRL}isAnyOf"}]


def test_what_is_prohibited_goes_before_the_use_that_would_take_it_in(terms: Licensing) -> None:
    """ODRL 2.2 §2.10: without it a policy of use without distribution would be void."""
    assert expanded(odrl.offer(terms))[f"{ODRL}conflict"] == [{"@id": f"{ODRL}prohibit"}]


def test_all_permissions_have_one_payment_for_their_duty(terms: Licensing, priced: Pricing) -> None:
    """§2.6.5: a duty that several permissions refer to is fulfilled once."""
    nodes = jsonld.flatten([expanded(odrl.offer(terms, priced))])
    duties = {one["@id"] for node in nodes for one in node.get(f"{ODRL}duty", ())}
    assert len(duties) == 1 and len([node for node in nodes if f"{ODRL}duty" in node]) == len(terms.permissions)
    (duty,) = (node for node in nodes if node["@id"] in duties)
    assert len(duty[f"{ODRL}action"]) == 1
    (action,) = (node for node in nodes if node["@id"] == duty[f"{ODRL}action"][0]["@id"])
    assert len(action[f"{ODRL}refinement"]) == 1


def test_use_is_paid_for(terms: Licensing, priced: Pricing) -> None:
    policy = odrl.offer(terms, priced)
    (duty,) = policy["permission"][0]["duty"]
    (amount,) = duty["action"][0]["refinement"]
    assert (amount["rightOperand"]["@value"], duty["action"][0]["rdf:value"]) == (
        "500",
        {"@id": "odrl:compensate"},
    )
    royalty = odrl.offer(terms, replace(priced, form="royalty"))
    assert [one["action"] for one in royalty["permission"][0]["duty"]] == ["compensate"]


@pytest.mark.shared
def test_every_term_is_one_of_the_vocabulary(terms: Licensing, priced: Pricing, shared: Path) -> None:
    facts = (shared.parent / "aas" / "semantics-of-own-submodels.md").read_text("utf-8")
    used = {*terms.permissions, *terms.prohibitions, *terms.obligations}
    used |= {iri for one in terms.constraints for iri in (one.operand, one.operator)}
    missing = {iri for iri in used if iri not in facts and iri.rpartition("/")[2] not in facts}
    assert missing == set()


def test_the_same_terms_give_the_same_bytes(terms: Licensing, priced: Pricing) -> None:
    assert odrl.text(terms, priced) == odrl.text(terms, priced)
    assert json.loads(odrl.text(terms))["@type"] == "Offer"
