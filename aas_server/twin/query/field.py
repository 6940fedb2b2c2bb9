"""Field identifiers of the query language: ``$sme.Motor.Axes[].Speed#value``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from aas_server.errors import BadInput
from aas_server.store.contract.condition import Field, Scope

_INDEX = r"(?:\[\d{0,9}\])?"
_REFERENCE = rf"(?:\.(?:type|keys{_INDEX}\.(?:type|value)))?"
_MEANING = rf"semanticId{_REFERENCE}"
_SPECIFIC = rf"specificAssetIds{_INDEX}\.(?:name|value|externalSubjectId{_REFERENCE})"
_ASSET = rf"assetKind|assetType|globalAssetId|{_SPECIFIC}"
_ENDPOINT = rf"endpoints{_INDEX}\.(?:interface|protocolinformation\.href)"
_SUBMODEL = rf"idShort|id|{_MEANING}|{_ENDPOINT}"
_NAMES: Mapping[Scope, str] = {
    "aas": rf"idShort|id|assetInformation\.(?:{_ASSET})|submodels{_INDEX}{_REFERENCE}",
    "sm": rf"idShort|id|{_MEANING}",
    "sme": rf"idShort|value|valueType|language|{_MEANING}",
    "cd": "idShort|id",
    "aasdesc": rf"idShort|id|{_ASSET}|{_ENDPOINT}|submodelDescriptors{_INDEX}\.(?:{_SUBMODEL})",
    "smdesc": _SUBMODEL,
}
"""IDTA-01002 V3.1, schema ``modelStringPattern``; brackets may be left out, as its grammar has it."""
_STEP = r"[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\[\d{0,9}\])*"
_FORM = re.compile(rf"\$([a-z]+)((?:\.{_STEP})*)#(.+)", re.ASCII)
_LISTS = re.compile(r"(specificAssetIds|keys|endpoints|submodelDescriptors|submodels)(?=\.|$)")
_REFERENCES = re.compile(r"(?:semanticId|externalSubjectId|submodels\[\d*\])$")
_LEADING_ZEROS = re.compile(r"\[0+(?=\d)")


def field(text: str, place: str) -> Field:
    """A field from its identifier, its name as ``Fact`` has it. Raises ``BadInput`` with the ``place`` in the
    query."""
    match = _FORM.fullmatch(text)
    if match is None or match[1] not in _NAMES or (match[2] and match[1] != "sme"):
        raise BadInput("query-field", place=place, given=text)
    scope = cast(Scope, match[1])
    if re.fullmatch(_NAMES[scope], match[3], re.ASCII) is None:
        raise BadInput("query-field", place=place, given=text)
    name = _LISTS.sub(r"\1[]", match[3].removeprefix("assetInformation."))
    if _REFERENCES.search(name):
        name += ".keys[0].value"
    return Field(scope, _LEADING_ZEROS.sub("[", name), _LEADING_ZEROS.sub("[", match[2].removeprefix(".")))
