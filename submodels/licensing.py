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
class Licensing:
    """``contract``: 제공형, 창출형, 가공서비스형, 중개거래형; ``permissions`` are ODRL actions."""

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


def to_submodel(licensing: Licensing) -> model.Submodel:
    said = {name: getattr(licensing, attribute) for attribute, name in (_PLAIN | _TEXTS).items()}
    parties = [{"Name": one.name, "Role": one.role, "Share": one.share} for one in licensing.parties]
    return elements.submodel(
        KIND,
        licensing.id,
        {
            **said,
            "Permissions": [{"Action": action} for action in licensing.permissions],
            "Prohibitions": [{"Action": action} for action in licensing.prohibitions],
            "Parties": parties,
        },
    )


def from_submodel(submodel: model.Submodel) -> Licensing:
    said = reading.values_of(submodel, KIND)
    plain = {attribute: said[name] for attribute, name in _PLAIN.items()}
    texts = {attribute: said.get(name, {}) for attribute, name in _TEXTS.items()}
    return Licensing(
        id=submodel.id,
        **plain,
        **texts,
        permissions=tuple(one["Action"] for one in said["Permissions"]),
        prohibitions=tuple(one["Action"] for one in said["Prohibitions"]),
        parties=tuple(Party(one["Name"], one["Role"], one["Share"]) for one in said["Parties"]),
    )
