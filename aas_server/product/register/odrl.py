"""The terms as an ODRL 2.2 offer in JSON-LD, for machines that negotiate.

Source: ODRL Information Model 2.2 and ODRL Vocabulary & Expression 2.2 (W3C Recommendations, 2018-02-15).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from aas_server.product.register.rules import rules
from aas_server.product.report.format import countries
from submodels.licensing import Constraint, Licensing
from submodels.pricing import Pricing

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
_ODRL = "http://www.w3.org/ns/odrl/2/"
_CURRENCY = {"KRW": "http://dbpedia.org/resource/South_Korean_won"}
"""Units of money as the Recommendation's examples name them."""


def offer(terms: Licensing, priced: Pricing | None = None) -> Mapping[str, Any]:
    """The policy. Every permission is bound by purpose, term and territory, and has one payment for its duty (the
    same for all: it is owed once, §2.6.5); what is owed besides (naming the source, deleting at the end) are
    obligations of the user.

    ``use`` takes in what is prohibited (distribute, derive …), and rules that conflict would make the policy void
    (§2.10), so the prohibitions are said to go before.
    """
    bound = [_constraint(one) for one in terms.constraints]
    policy: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Offer",
        "uid": terms.policy,
        "conflict": "prohibit",
        "assigner": terms.assigner,
        "permission": [_rule(terms, action, bound) for action in terms.permissions],
        "prohibition": [_rule(terms, action) for action in terms.prohibitions],
        "obligation": [_rule(terms, action, _when(terms, action)) for action in terms.obligations],
    }
    if priced is not None:
        for permission in policy["permission"]:
            permission["duty"] = [_payment(priced, f"{terms.policy}#payment")]
    policy = {name: value for name, value in policy.items() if value not in ([], "")}
    jsonschema.Draft202012Validator(_schema()).validate(policy)
    return policy


def text(terms: Licensing, priced: Pricing | None = None) -> bytes:
    """The policy as a file."""
    return json.dumps(offer(terms, priced), ensure_ascii=False, indent=2).encode() + b"\n"


def _rule(terms: Licensing, action: str, constraints: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"target": terms.target, "action": _short(action)}
    return said | ({"constraint": constraints} if constraints else {})


def _constraint(one: Constraint) -> dict[str, Any]:
    words = rules().constraints
    value: Any = one.value
    if one.operand == words.term:
        value = {"@value": one.value, "@type": "xsd:duration"}
    elif one.operand == words.territory:
        value = list(countries(one.value))
    return {"leftOperand": _short(one.operand), "operator": _short(one.operator), "rightOperand": value}


def _when(terms: Licensing, action: str) -> list[dict[str, Any]] | None:
    """Deleting is owed once the term is over."""
    if action not in rules().actions.deletion_at_end:
        return None
    ends = {"@value": terms.term, "@type": "xsd:duration"}
    return [{"leftOperand": "elapsedTime", "operator": "gteq", "rightOperand": ends}]


def _payment(priced: Pricing, uid: str) -> dict[str, Any]:
    """Bears names, so that it is the same one wherever it stands."""
    if priced.form != "once" or priced.currency not in _CURRENCY:
        return {"uid": uid, "action": "compensate"}
    amount = {
        "uid": f"{uid}-amount",
        "leftOperand": "payAmount",
        "operator": "eq",
        "rightOperand": {"@value": str(priced.price), "@type": "xsd:decimal"},
        "unit": _CURRENCY[priced.currency],
    }
    action = {"@id": f"{uid}-action", "rdf:value": {"@id": "odrl:compensate"}, "refinement": [amount]}
    return {"uid": uid, "action": [action]}


def _short(iri: str) -> str:
    return iri.removeprefix(_ODRL)


@cache
def _schema() -> Mapping[str, Any]:
    """The form of our offers (JSON Schema), after the Recommendation's rules for offers."""
    form: Mapping[str, Any] = json.loads(Path(__file__).with_name("odrl.schema.json").read_text("utf-8"))
    return form
