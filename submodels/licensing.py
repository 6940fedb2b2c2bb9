"""Licensing (own; ODRL 2.2): who may do what with the product, and how the parties share what it earns."""

from __future__ import annotations

from dataclasses import dataclass

from basyx.aas import model

from submodels import elements, reading
from submodels.text import Text

KIND = "Licensing"


@dataclass(frozen=True, slots=True)
class Party:
    """A generator of the data and its share of the profit in percent; all shares sum to 100."""

    name: Text
    role: Text
    share: float


@dataclass(frozen=True, slots=True)
class Constraint:
    """What holds for every permission: ``operand`` and ``operator`` are ODRL terms (IRIs), ``value`` a text."""

    operand: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the supplier declares (personal data, trade secret, national core technology), in its own words, and
    what follows from it."""

    name: str
    declared: bool
    statement: Text
    consequences: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Licensing:
    """``contract``: 제공형, 창출형, 가공서비스형, 중개거래형; ``permissions``, ``prohibitions``, ``obligations``
    are ODRL actions, ``constraints`` hold for all permissions. ``sample_license``: an address, or ``policy``
    where the sample falls under the contract as well."""

    id: str
    policy: str
    contract: str
    grant: str
    exclusive: bool
    purpose: Text
    term: str
    territory: str
    resupply: bool
    derived_data_owner: Text
    ai_training: bool
    personal_data: bool
    trade_secret: Text
    national_core_technology: bool
    warranty: Text
    liability_cap: str
    deletion_at_end: bool
    permissions: tuple[str, ...]
    prohibitions: tuple[str, ...]
    parties: tuple[Party, ...]
    sample_license: str
    target: str
    assigner: str = ""
    obligations: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    derived_data: str = "contract"
    attribution: bool = False
    secrecy: str = ""
    audit: bool = False


_TEXTS = {
    "purpose": "Purpose",
    "derived_data_owner": "DerivedDataOwner",
    "trade_secret": "TradeSecret",
    "warranty": "Warranty",
}
_PLAIN = {
    "policy": "PolicyUid",
    "target": "Target",
    "contract": "Contract",
    "grant": "Grant",
    "exclusive": "Exclusive",
    "term": "Term",
    "territory": "Territory",
    "resupply": "Resupply",
    "ai_training": "AITraining",
    "personal_data": "PersonalData",
    "national_core_technology": "NationalCoreTechnology",
    "liability_cap": "LiabilityCap",
    "deletion_at_end": "DeletionAtEnd",
    "sample_license": "SampleLicense",
}
_LATER: dict[str, tuple[str, object]] = {
    "assigner": ("Assigner", ""),
    "derived_data": ("DerivedData", "contract"),
    "attribution": ("Attribution", False),
    "secrecy": ("Secrecy", ""),
    "audit": ("Audit", False),
}
"""Elements that packages made before them lack, with what then holds."""


def to_submodel(licensing: Licensing) -> model.Submodel:
    said = {name: getattr(licensing, attribute) for attribute, name in (_PLAIN | _TEXTS).items()}
    said |= {name: getattr(licensing, attribute) or None for attribute, (name, _) in _LATER.items()}
    return elements.submodel(
        KIND,
        licensing.id,
        {
            **said,
            "Permissions": [{"Action": action} for action in licensing.permissions],
            "Prohibitions": [{"Action": action} for action in licensing.prohibitions],
            "Obligations": [{"Action": action} for action in licensing.obligations],
            "Constraints": [
                {"LeftOperand": one.operand, "Operator": one.operator, "RightOperand": one.value}
                for one in licensing.constraints
            ],
            "Parties": [{"Name": one.name, "Role": one.role, "Share": one.share} for one in licensing.parties],
            "Declarations": [
                {
                    "Name": one.name,
                    "Declared": one.declared,
                    "Statement": one.statement,
                    "Consequences": list(one.consequences),
                }
                for one in licensing.declarations
            ],
        },
    )


def from_submodel(submodel: model.Submodel) -> Licensing:
    said = reading.values_of(submodel, KIND)
    plain = {attribute: said[name] for attribute, name in _PLAIN.items()}
    plain |= {attribute: said.get(name, default) for attribute, (name, default) in _LATER.items()}
    texts = {attribute: said.get(name, {}) for attribute, name in _TEXTS.items()}
    return Licensing(
        id=submodel.id,
        **plain,
        **texts,
        permissions=tuple(one["Action"] for one in said["Permissions"]),
        prohibitions=tuple(one["Action"] for one in said["Prohibitions"]),
        obligations=tuple(one["Action"] for one in said.get("Obligations", ())),
        constraints=tuple(
            Constraint(one["LeftOperand"], one["Operator"], one["RightOperand"])
            for one in said.get("Constraints", ())
        ),
        parties=tuple(Party(one["Name"], one["Role"], one["Share"]) for one in said["Parties"]),
        declarations=tuple(
            Declaration(one["Name"], one["Declared"], one["Statement"], tuple(one.get("Consequences", ())))
            for one in said.get("Declarations", ())
        ),
    )
