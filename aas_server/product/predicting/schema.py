"""The OpenAPI description of one release's model: its features with title, unit, range and example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from aas_server.messages import Language, text
from aas_server.product.predicting.answers import classes
from aas_server.product.predicting.records import Values
from aas_server.product.predicting.rules import told
from aas_server.product.predicting.signature import Feature, Signature
from aas_server.product.row_cleaning import RowCleaning

_REFUSALS = ("400", "413", "415", "501", "503")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def row_schema(signature: Signature, language: Language) -> Mapping[str, Any]:
    """A row as JSON Schema (2020-12). Every feature may be missing or null; at least one has to be there."""
    needed = [{"required": [one.id_short]} for one in signature.features]
    return {
        "$schema": _DIALECT,
        "title": text("predict-row-title", language, release=signature.release),
        "description": text("predict-row-description", language),
        "type": "object",
        "properties": {one.id_short: _feature(one, language) for one in signature.features},
        "examples": [example(signature)],
    } | ({"anyOf": needed} if needed else {})


def example(signature: Signature) -> Mapping[str, Any]:
    """A row of usual values."""
    return {one.id_short: one.example for one in signature.features}


def openapi(signature: Signature, url: str, most: int, language: Language) -> Mapping[str, Any]:
    """An OpenAPI 3.1 document of the model alone. ``url``: where the release lies; ``most``: rows of one call."""
    answered = {
        "description": text("predict-answer", language),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
    }
    refused = {status: _problem(f"predict-answer-{status}", language) for status in _REFUSALS}
    operation = {
        "operationId": "predict",
        "summary": text("operation-post-predict", language),
        "description": signature.model.verdict[language],
        "parameters": [_values(language)] if signature.rules else [],
        "requestBody": {"required": True, "content": _asked(signature, most)},
        "responses": {"200": answered, **refused},
    }
    title = text("predict-title", language, release=signature.release)
    row, answer = row_schema(signature, language), answer_schema(signature, language)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": signature.model.version},
        "servers": [{"url": url}],
        "paths": {"/predict": {"post": operation}},
        "components": {"schemas": {"Row": row, "Answer": answer, "Problem": _PROBLEM} | _raw(signature, language)},
    }


def _values(language: Language) -> Mapping[str, Any]:
    kinds = {"type": "string", "enum": list(get_args(Values)), "default": "released"}
    said = text("predict-values", language)
    return {"name": "values", "in": "query", "required": False, "schema": kinds, "description": said}


def _raw(signature: Signature, language: Language) -> dict[str, Mapping[str, Any]]:
    """A raw record: the rules it is cleaned by, in words and (``x-cleaning``) as data."""
    if signature.rules is None:
        return {}
    rules = msgspec.convert(signature.rules, RowCleaning)
    record = {
        "title": text("predict-raw-title", language),
        "description": " ".join(f"{one}." for one in told(rules, language)),
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        "x-cleaning": signature.rules,
    }
    return {"Record": record}


def _asked(signature: Signature, most: int) -> Mapping[str, Any]:
    """The bodies that are read, by media type."""
    if signature.model.picture is not None:
        picture = {"schema": {"type": "string", "format": "binary"}}
        return dict.fromkeys(("image/jpeg", "image/png", "image/bmp"), picture)
    kinds = [{"$ref": f"#/components/schemas/{kind}"} for kind in ("Row", "Record")]
    row = {"anyOf": kinds} if signature.rules else kinds[0]
    several = {"type": "array", "items": row, "minItems": 1, "maxItems": most}
    sample = example(signature)
    line = ",".join("" if value is None else str(value) for value in sample.values())
    return {
        "application/json": {
            "schema": {"oneOf": [row, several]},
            "example": [sample],
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}, "example": f"{','.join(sample)}\n{line}\n"},
    }


def answer_schema(signature: Signature, language: Language) -> Mapping[str, Any]:
    """The answer of one call."""
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    model = {name: {"type": "string"} for name in ("version", "task", "algorithm")}
    properties = {
        "product": {"type": "string"},
        "release": {"const": signature.release},
        "model": {"type": "object", "properties": model},
        "weak": {"type": "boolean", "description": text("predict-weak", language)},
        "verdict": texts,
        "rows": {"type": "integer"},
        "values": {"enum": list(get_args(Values))},
        "cleaned": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": text("predict-cleaned-counts", language),
        },
        "ignored": {
            "type": "array",
            "items": {"type": "string"},
            "description": text("predict-ignored", language),
        },
        "predictions": {"type": "array", "items": {"type": "object", "properties": _one(signature, language)}},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _one(signature: Signature, language: Language) -> dict[str, Any]:
    """The answer to one row."""
    names = [feature.id_short for feature in signature.features]
    one = _said(signature, language)
    for key in ("missing", "outside"):
        one[key] = {
            "type": "array",
            "items": {"type": "string", "enum": names},
            "description": text(f"predict-{key}", language),
        }
    one["cleaned"] = {
        "type": "object",
        "additionalProperties": {"type": ["number", "string", "null"]},
        "description": text("predict-cleaned", language),
    }
    return one


def _said(signature: Signature, language: Language) -> dict[str, Any]:
    named = list(classes(signature.model))
    if not named:
        return {"value": {"type": "number", "description": text("predict-value", language)}}
    said: dict[str, Any] = {"class": {"type": "string", "enum": named}}
    if signature.model.task == "anomaly-detection":
        said["score"] = {"type": "number", "description": text("predict-score", language)}
    else:
        said["probabilities"] = {
            "type": "object",
            "properties": {name: {"type": "number", "minimum": 0, "maximum": 1} for name in named},
            "description": text("predict-probabilities", language),
        }
    return said


def _feature(one: Feature, language: Language) -> Mapping[str, Any]:
    kinds = ["string", "null"] if one.is_text else ["number", "boolean", "null"]
    said: dict[str, Any] = {"type": kinds, "title": one.title.get(language) or one.name}
    if one.unit:
        said["x-unit"] = one.unit
    if one.name != one.id_short:
        said["x-name"] = one.name
    if one.low is not None and one.high is not None:
        said["x-seen"] = [one.low, one.high]
        unit = f" {one.unit}" if one.unit else ""
        said["description"] = text("predict-seen", language, low=one.low, high=one.high, unit=unit)
    if one.example is not None:
        said["examples"] = [one.example]
    return said


def _problem(key: str, language: Language) -> Mapping[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": text(key, language), "content": content}


_PROBLEM = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
    "required": ["error", "message"],
}
