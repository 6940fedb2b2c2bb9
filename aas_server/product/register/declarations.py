"""What the supplier declares (personal data, trade secrets, national core technology), and what follows.

Sources: 개인정보 보호법 제28조의5 (no re-identification), 부정경쟁방지법 제2조 (a trade secret is one only while
it is kept secret), 산업기술보호법 제11조 (export of national core technology).
"""

from __future__ import annotations

from aas_server.messages import in_all
from aas_server.product.recipe import Recipe, Terms
from aas_server.product.recipe.fault import Fault
from aas_server.product.register.rules import rules
from submodels.licensing import Declaration
from submodels.text import Text


def declarations(recipe: Recipe) -> tuple[Declaration, ...]:
    """The three declarations with their consequences. Raises ``BadInput`` where the terms go against one."""
    terms = recipe.terms
    return _personal(terms), _secret(recipe), _core(terms)


def free_sample(recipe: Recipe) -> bool:
    """Whether a sample may be given away: not of personal data, core technology or a secret that is kept."""
    terms = recipe.terms
    return not (terms.personal_data or terms.national_core_technology or _published(recipe))


def _personal(terms: Terms) -> Declaration:
    if not terms.personal_data:
        return Declaration("personal-data", False, in_all("licence-personal-none"))
    if not any(words.strip() for words in terms.personal_data_basis.values()):
        raise Fault(("terms", "personal_data"), "licence-personal-basis")
    if terms.resupply:
        raise Fault(("terms", "resupply"), "licence-resupply-refused", reason=in_all("licence-reason-personal"))
    return Declaration(
        "personal-data",
        True,
        terms.personal_data_basis,
        _follows("no-reidentification", "no-resupply", "sample-under-contract"),
    )


def _secret(recipe: Recipe) -> Declaration:
    terms, decided = recipe.terms, recipe.cleaning.secrets
    for column in terms.trade_secret_columns:
        if column not in decided:
            raise Fault(("terms", "trade_secret_columns"), "licence-secret-undecided", column=column)
    published = _published(recipe)
    if published:
        if not terms.secrecy:
            raise Fault(("terms", "secrecy"), "licence-secrecy-missing", columns=", ".join(published))
        if terms.resupply:
            raise Fault(("terms", "resupply"), "licence-resupply-refused", reason=in_all("licence-reason-secret"))
    consequences = list(_follows("secrecy", "no-resupply", "sample-under-contract") if published else ())
    treated = [column for column in decided if column not in published]
    if treated:
        consequences.append(in_all("licence-follows-treated", count=len(treated)))
    statement = terms.trade_secret or in_all("licence-trade-secret-none")
    return Declaration("trade-secret", bool(decided or published), statement, tuple(consequences))


def _core(terms: Terms) -> Declaration:
    if not terms.national_core_technology:
        return Declaration("national-core-technology", False, in_all("licence-core-none"))
    home = rules().territory.home
    if terms.territory != home:
        raise Fault(("terms", "territory"), "licence-core-technology-abroad", territory=terms.territory, home=home)
    if terms.resupply:
        raise Fault(("terms", "resupply"), "licence-resupply-refused", reason=in_all("licence-reason-core"))
    return Declaration(
        "national-core-technology",
        True,
        in_all("licence-core-declared"),
        _follows("home-only", "export-approval", "no-resupply", "sample-under-contract"),
    )


def _published(recipe: Recipe) -> tuple[str, ...]:
    """The trade secrets that go out as they are, by decision."""
    decided = recipe.cleaning.secrets
    how = {column: one if isinstance(one, str) else one.how for column, one in decided.items()}
    return tuple(column for column in how if how[column] == "keep")


def _follows(*names: str) -> tuple[Text, ...]:
    return tuple(in_all(f"licence-follows-{name}") for name in names)
