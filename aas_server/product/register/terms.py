"""The terms of the recipe as a Licensing policy (ODRL 2.2)."""

from __future__ import annotations

import re
from fractions import Fraction

from babel import Locale

from aas_server.ids import Names
from aas_server.messages import in_all
from aas_server.product.recipe import Owner, Recipe, Share, Terms
from aas_server.product.recipe.fault import Fault
from aas_server.product.register.contracts import contracts
from aas_server.product.register.declarations import declarations, free_sample
from aas_server.product.register.rules import rules
from aas_server.product.report.format import DURATION, EVERYWHERE, countries, exact
from submodels.licensing import KIND, Constraint, Licensing, Party

NEAR = Fraction(1, 10**6)
"""In percent: thirds cannot be written to the last digit."""
UNDER_THE_POLICY = "policy"
"""Stands for the sample's licence where the contract covers it as well."""
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def licensing(recipe: Recipe, names: Names, release: str) -> Licensing:
    """Raises ``BadInput`` where the terms break a rule.

    Shares that do not sum to 100 (산업디지털전환촉진법 제9조), an unknown contract type or too few parties for it
    (데이터 표준계약서 2024-10-31), a term or territory that is none, or a declaration that the terms go against.
    """
    terms = recipe.terms
    _check(terms)
    permitted, forbidden, owed = _actions(terms)
    return Licensing(
        id=names.submodel(recipe.id, KIND),
        policy=f"{names.domain}/ids/policy/{release}",
        contract=terms.contract,
        grant=terms.grant,
        exclusive=terms.exclusive,
        purpose=terms.purpose or in_all("licence-purpose-open"),
        term=terms.term,
        territory=terms.territory,
        resupply=terms.resupply,
        derived_data_owner=in_all(f"licence-derived-{terms.derived_data}"),
        ai_training=terms.ai_training,
        personal_data=terms.personal_data,
        trade_secret=terms.trade_secret or in_all("licence-trade-secret-none"),
        national_core_technology=terms.national_core_technology,
        warranty=terms.warranty or in_all("licence-warranty"),
        liability_cap=terms.liability_cap,
        deletion_at_end=_deleted(terms),
        permissions=permitted,
        prohibitions=forbidden,
        obligations=owed,
        constraints=_constraints(terms),
        parties=_parties(terms, recipe.owner),
        sample_license=rules().sample.license if free_sample(recipe) else UNDER_THE_POLICY,
        target=names.release(release),
        assigner=names.domain,
        declarations=declarations(recipe),
        derived_data=terms.derived_data,
        attribution=terms.attribution,
        secrecy=terms.secrecy,
        audit=terms.audit,
    )


def _check(terms: Terms) -> None:
    grants, known = rules().grants, contracts().types
    if terms.contract not in known:
        raise Fault(
            ("terms", "contract"), "licence-contract-unknown", given=terms.contract, known=", ".join(known)
        )
    if terms.grant not in (grants.licence, grants.assignment):
        raise Fault(
            ("terms", "grant"),
            "licence-grant-unknown",
            given=terms.grant,
            known=f"{grants.licence}, {grants.assignment}",
        )
    for name, value in (("term", terms.term), ("secrecy", terms.secrecy or "P0D")):
        if not DURATION.fullmatch(value):
            raise Fault(("terms", name), "licence-duration-wrong", entry=f"terms.{name}", given=value)
    named = Locale("en").territories
    for code in countries(terms.territory):
        if not _COUNTRY.fullmatch(code) or code[:2] not in named:
            raise Fault(("terms", "territory"), "licence-territory-wrong", given=code, everywhere=EVERYWHERE)


def _actions(terms: Terms) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    actions = rules().actions
    permitted, forbidden = list(actions.always), list[str]()
    if terms.grant == rules().grants.assignment:
        permitted.extend(actions.assignment)
    (permitted if terms.ai_training else forbidden).extend(actions.ai_training)
    (permitted if terms.resupply else forbidden).extend(actions.resupply)
    owed = list(actions.attribution if terms.attribution else ())
    owed.extend(actions.deletion_at_end if _deleted(terms) else ())
    return tuple(permitted), tuple(forbidden), tuple(owed)


def _deleted(terms: Terms) -> bool:
    """Whether the user deletes the data at the end: who was given them for good keeps them."""
    return terms.deletion_at_end and terms.grant == rules().grants.licence


def _constraints(terms: Terms) -> tuple[Constraint, ...]:
    """What binds every permission; data that are transferred for good know no term."""
    words = rules().constraints
    found = []
    if purpose := next((said for said in terms.purpose.values() if said.strip()), ""):
        found.append(Constraint(words.purpose, words.eq, purpose))
    if terms.grant == rules().grants.licence:
        found.append(Constraint(words.term, words.lteq, terms.term))
    if codes := countries(terms.territory):
        found.append(Constraint(words.territory, words.is_any_of, ", ".join(codes)))
    return tuple(found)


def _parties(terms: Terms, owner: Owner) -> tuple[Party, ...]:
    """Without other parties the firm that generated the data holds all of it."""
    kind = contracts().types[terms.contract]
    shares = terms.parties or (Share(owner.company, in_all("licence-generator"), 100.0),)
    for number, share in enumerate(shares):
        if not 0 <= share.percent <= 100:
            raise Fault(
                ("terms", "parties", number, "percent"),
                "licence-share-wrong",
                party=share.name,
                percent=exact(share.percent),
            )
    total = sum(map(fraction, shares), Fraction(0))
    if abs(total - 100) > NEAR:
        raise Fault(("terms", "parties"), "licence-shares-sum", sum=exact(float(total)))
    if len(shares) < kind.least_parties:
        raise Fault(
            ("terms", "parties"),
            "licence-parties-few",
            contract=terms.contract,
            least=kind.least_parties,
            parties=len(shares),
        )
    return tuple(Party(share.name, share.role, share.percent) for share in shares)


def fraction(share: Share | Party) -> Fraction:
    """A share in percent as it was written (33.3 is 333/10)."""
    percent = share.percent if isinstance(share, Share) else share.share
    return Fraction(str(percent))
