"""What travels when an Operation is invoked (IDTA-01002: ``OperationRequest``, ``OperationResult`` and their
value-only forms)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aas_server.api.errors import message
from aas_server.errors import AasError, BadInput
from aas_server.messages import Language, error_text
from aas_server.twin import views
from aas_server.twin.editing.values import decode_value
from aas_server.twin.handles import State
from aas_server.twin.metamodel import decode
from aas_server.twin.operations import Results
from aas_server.twin.operations.arguments import INOUTPUT, INPUT, of_values
from aas_server.twin.plain import Json

STATES: Mapping[State, str] = {
    "running": "Running",
    "completed": "Completed",
    "failed": "Failed",
    "timeout": "Timeout",
}
"""``ExecutionState`` of a piece of work."""
_ROLES = {"inputArguments": INPUT, "inoutputArguments": INOUTPUT}
_DURATION = re.compile(
    r"(-?)P(?=.)(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?"
    r"(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]*(?:\.[0-9]+)?)S)?)?"
)
_SECONDS = (365 * 86_400, 30 * 86_400, 86_400, 3600, 60, 1)
"""Of a year, a month, a day, an hour, a minute, a second; years and months as they mostly are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's arguments and the seconds its sender waits (``None``: not said)."""

    arguments: Mapping[str, Any]
    value_only: bool
    seconds: float | None

    def elements(self, operation: Json) -> tuple[list[Json], list[Json]]:
        """The input and the inoutput arguments as elements. Raises ``BadInput``."""
        inputs, inoutputs = (
            of_values(operation, role, self.arguments[name]) if self.value_only else self.arguments[name]
            for name, role in _ROLES.items()
        )
        return inputs, inoutputs


def asked(body: bytes, max_depth: int, *, value_only: bool, timed: bool = False) -> Asked:
    """Read a request. ``timed``: it has to say how long its sender waits. Raises ``BadInput``."""
    given = decode_value(body, max_depth) if value_only else decode(body, max_depth)
    if not isinstance(given, dict):
        raise BadInput("arguments-malformed", name="OperationRequest", form='{"inputArguments": …}')
    read = _values if value_only else _elements
    duration = given.get("clientTimeoutDuration")
    if timed and duration is None:
        raise BadInput("duration-missing")
    return Asked(
        {name: read(name, given.get(name)) for name in _ROLES},
        value_only,
        None if duration is None else _seconds(duration),
    )


def said(state: State, fault: AasError | None, language: Language) -> Json:
    """A ``BaseOperationResult``. While it runs nobody knows of its success."""
    body: Json = {"executionState": STATES[state]}
    if fault is not None:
        body["messages"] = [message(fault.status, error_text(fault, language))]
    return body if state == "running" else body | {"success": state == "completed"}


def kept(results: Results) -> Json:
    """The results as arguments of an ``OperationResult``; a role without a variable is left out."""
    roles = {"outputArguments": results.outputs, "inoutputArguments": results.inoutputs}
    return {role: [{"value": element} for element in elements] for role, elements in roles.items() if elements}


def value_only(arguments: Mapping[str, Sequence[Json]]) -> Json:
    """The same in the value-only form."""
    return {
        role: views.values([(one["value"]["idShort"], one["value"]) for one in elements], "deep", "withBlobValue")
        for role, elements in arguments.items()
    }


def _elements(name: str, given: Any) -> list[Json]:
    wrapped = given if isinstance(given, list) else [] if given is None else [given]
    for one in wrapped:
        if not (isinstance(one, dict) and isinstance(one.get("value"), dict)):
            raise BadInput("arguments-malformed", name=name, form='[{"value": {"modelType": "Property", …}}]')
    return [one["value"] for one in wrapped]


def _values(name: str, given: Any) -> Json:
    if given is not None and not isinstance(given, dict):
        raise BadInput("arguments-malformed", name=name, form='{"idShort": value}')
    return given or {}


def _seconds(given: Any) -> float:
    match = _DURATION.fullmatch(given) if isinstance(given, str) else None
    parts = match.groups()[1:] if match else ()
    seconds = sum(float(part) * each for part, each in zip(parts, _SECONDS, strict=False) if part)
    if match is None or match[1] or seconds <= 0:
        raise BadInput("duration-wrong", given=str(given)[:100])
    return seconds
