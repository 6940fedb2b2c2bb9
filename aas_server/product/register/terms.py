"""The terms of the recipe as a Licensing policy (ODRL 2.2)."""

from __future__ import annotations

import math

from aas_server.errors import BadInput
from aas_server.ids import Names
from aas_server.messages import in_all
from aas_server.product.recipe import Owner, Recipe, Share, Terms
from aas_server.product.register.rules import rules
from aas_server.product.report.format import number
from submodels.licensing import KIND, Licensing, Party


def licensing(recipe: Recipe, names: Names, release: str) -> Licensing:
    """Raises ``BadInput`` where the terms break a rule.

    Shares that do not sum to 100 (산업디지털전환촉진법 제9조), an unknown contract type (데이터 표준계약서
    2024-10-31), a buyer abroad for national core technology.
    """
    terms = recipe.terms
    _check(terms)
    permitted, forbidden = _actions(terms)
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
        derived_data_owner=in_all("licence-derived-data"),
        ai_training=terms.ai_training,
        personal_data=terms.personal_data,
        trade_secret=terms.trade_secret or in_all("licence-trade-secret-none"),
        national_core_technology=terms.national_core_technology,
        warranty=in_all("licence-warranty"),
        liability_cap=terms.liability_cap,
        deletion_at_end=terms.deletion_at_end,
        permissions=permitted,
        prohibitions=forbidden,
        parties=_parties(terms.parties, recipe.owner),
        sample_license=rules().sample.license,
        target=names.release(release),
    )


def _check(terms: Terms) -> None:
    contracts, home = rules().contracts, rules().territory.home
    if terms.contract not in contracts.types:
        raise BadInput("licence-contract-unknown", given=terms.contract, known=", ".join(contracts.types))
    if terms.grant not in contracts.grants:
        raise BadInput("licence-grant-unknown", given=terms.grant, known=", ".join(contracts.grants))
    if terms.national_core_technology and terms.territory != home:
        raise BadInput("licence-core-technology-abroad", territory=terms.territory, home=home)


def _actions(terms: Terms) -> tuple[tuple[str, ...], tuple[str, ...]]:
    actions = rules().actions
    permitted, forbidden = list(actions.always), list[str]()
    (permitted if terms.ai_training else forbidden).extend(actions.ai_training)
    (permitted if terms.resupply else forbidden).extend(actions.resupply)
    return tuple(permitted), tuple(forbidden)


def _parties(shares: tuple[Share, ...], owner: Owner) -> tuple[Party, ...]:
    """Without other parties the firm that generated the data holds all of it."""
    if not shares:
        return (Party(owner.company, in_all("licence-generator"), 100.0),)
    total = math.fsum(share.percent for share in shares)
    if not math.isclose(total, 100, abs_tol=1e-6):
        raise BadInput("licence-shares-sum", sum=number(total))
    for share in shares:
        if not 0 <= share.percent <= 100:
            raise BadInput("licence-share-wrong", party=share.name, percent=number(share.percent))
    return tuple(Party(share.name, share.role, share.percent) for share in shares)
