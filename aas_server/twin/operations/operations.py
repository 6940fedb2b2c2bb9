"""What stands behind the Operations of submodels: Python callables by semantic ID, or another server.

A callable is given a ``Call`` and gives its results by idShort; ``arguments.py`` says what the values are. A plain
function runs on a worker thread, a coroutine function on the event loop; as many at a time as the limit says.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog

from aas_server.errors import AasError, Conflict, NotAllowed, NotSupported
from aas_server.twin.elements import find
from aas_server.twin.operations import arguments, delegation
from aas_server.twin.operations.arguments import INOUTPUT, INPUT, OUTPUT
from aas_server.twin.operations.delegation import Delegation
from aas_server.twin.plain import Json

T = TypeVar("T")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation. ``submodel`` is the id of the submodel that holds the Operation, ``path`` the Operation's
    idShort path there. ``arguments``: plain values of the input and inoutput variables by idShort; an optional one
    that was not given is missing."""

    submodel: str
    path: str
    arguments: Mapping[str, Any]


Work = Callable[[Call], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]
"""A callable behind an Operation: results of the output and inoutput variables by idShort."""


@dataclass(frozen=True, slots=True)
class Results:
    """What an Operation gave: elements like its output and inoutput variables."""

    outputs: Sequence[Json]
    inoutputs: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Invocation:
    """An Operation with its arguments, checked: ready to run, by ``work`` or by the server at ``url``."""

    submodel: str
    path: str
    operation: Json
    inputs: Sequence[Json]
    inoutputs: Sequence[Json]
    work: Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]] | None
    is_async: bool
    url: str | None


class Operations:
    """The registry. Belongs to one event loop."""

    def __init__(self, limit: int = 8, delegation: Delegation | None = None) -> None:
        """``limit``: how many run at a time; the others wait."""
        self._works: dict[str, Work] = {}
        self._delegation = delegation or Delegation()
        self._threads = ThreadPoolExecutor(limit, "operation")
        self._turns = asyncio.Semaphore(limit)

    def register(self, semantic_id: str, work: Work) -> None:
        """Let ``work`` stand behind every Operation with this semantic ID. Raises ``Conflict`` where one does."""
        if semantic_id in self._works:
            raise Conflict("operation-registered", semantic_id=semantic_id)
        self._works[semantic_id] = work

    def close(self) -> None:
        """Begin nothing any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def prepare(self, submodel: Json, path: str, inputs: Sequence[Json], inoutputs: Sequence[Json]) -> Invocation:
        """Check an invocation before anything runs.

        Raises ``NotFound`` (no such element), ``NotAllowed`` (it is no Operation), ``NotSupported`` (nothing
        stands behind it), ``Refused`` (a host that may not be called) and ``BadInput`` (wrong arguments).
        """
        operation = find(submodel, path)
        if operation["modelType"] != "Operation":
            raise NotAllowed("no-operation", path=path, type=operation["modelType"])
        url = delegation.target(operation)
        work = self._work(operation, path) if url is None else None
        if url is not None:
            self._delegation.check(url)
        given = arguments.matched(operation, INPUT, inputs)
        both = arguments.matched(operation, INOUTPUT, inoutputs)
        bound = None
        if work is not None:
            values = {element["idShort"]: arguments.plain(element) for element in (*given, *both)}
            bound = partial(work, Call(submodel["id"], path, values))
        is_async = work is not None and _is_async(work)
        return Invocation(submodel["id"], path, operation, given, both, bound, is_async, url)

    async def run(self, invocation: Invocation, seconds: float) -> Results:
        """Perform it. Raises ``AasError`` where that fails, whatever the callable raised. Who calls bounds the
        time; another server is told to hang up after ``seconds``."""
        try:
            if invocation.url is None:
                return await asyncio.to_thread(_made, invocation, await self._values(invocation))
            given = [*invocation.inputs, *invocation.inoutputs]
            answer = await self._in_thread(self._delegation.post, invocation.url, given, seconds)
            return await asyncio.to_thread(_delegated, invocation, answer)
        except AasError:
            raise
        except Exception as fault:
            _log.exception("operation failed", submodel=invocation.submodel, path=invocation.path)
            said = f"{type(fault).__name__}: {fault}"
            raise AasError("operation-failed", path=invocation.path, fault=said) from fault

    async def _values(self, invocation: Invocation) -> Mapping[str, Any]:
        assert invocation.work is not None
        if invocation.is_async:
            async with self._turns:
                return await _awaited(invocation.work())
        return await _awaited(await self._in_thread(invocation.work))

    async def _in_thread(self, function: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *given)

    def _work(self, operation: Json, path: str) -> Work:
        meanings = list(_meanings(operation))
        for meaning in meanings:
            if meaning in self._works:
                return self._works[meaning]
        raise NotSupported("operation-unknown", path=path, semantic_id=", ".join(meanings) or "-")


def _meanings(operation: Json) -> Iterator[str]:
    """The values of the semanticId, the main one first, and of the supplemental ones."""
    for reference in (operation.get("semanticId"), *operation.get("supplementalSemanticIds", ())):
        if reference is not None:
            yield from (key["value"].strip() for key in reversed(reference["keys"]))


def _is_async(work: Work) -> bool:
    return inspect.iscoroutinefunction(work) or inspect.iscoroutinefunction(getattr(work, "__call__", None))  # noqa: B004


async def _awaited(made: Mapping[str, Any] | Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return await made if inspect.isawaitable(made) else made


def _made(invocation: Invocation, made: Mapping[str, Any] | None) -> Results:
    """A callable's results as elements; an inoutput argument that it says nothing of stays as it came. Raises
    ``AasError`` for a result that no variable is called by."""
    values = dict(made or {})
    outputs = [
        arguments.element_of(variable, values.pop(variable["idShort"], None))
        for variable in arguments.variables(invocation.operation, OUTPUT)
    ]
    inoutputs = [
        arguments.element_of(element, values.pop(element["idShort"])) if element["idShort"] in values else element
        for element in invocation.inoutputs
    ]
    if values:
        raise AasError("operation-result-unknown", name=", ".join(values), path=invocation.path)
    return Results(outputs, inoutputs)


def _delegated(invocation: Invocation, answer: Sequence[Json]) -> Results:
    """Another server's results, each under the variable with its idShort."""
    named = {str(element.get("idShort")): element for element in answer}
    outputs = [
        arguments.fitting_result(variable, named[variable["idShort"]])
        for variable in arguments.variables(invocation.operation, OUTPUT)
        if variable["idShort"] in named
    ]
    inoutputs = [
        arguments.fitting_result(element, named.get(element["idShort"], element))
        for element in invocation.inoutputs
    ]
    return Results(outputs, inoutputs)
