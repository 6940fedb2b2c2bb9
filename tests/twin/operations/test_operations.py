"""Operations: callables by semantic ID, their arguments and results, and other servers that perform them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec
import pytest

from aas_server.errors import AasError, BadInput, Conflict, NotAllowed, NotFound, NotSupported, Refused
from aas_server.messages import error_text
from aas_server.twin.operations import Call, Operations, Results
from aas_server.twin.operations.delegation import Delegation

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Json = dict[str, Any]
MEANING = "urn:operation:add"


def variable(name: str, value_type: str = "xs:double", value: str | None = None, **more: Any) -> Json:
    element = {"modelType": "Property", "idShort": name, "valueType": value_type, **more}
    return element if value is None else element | {"value": value}


def optional(name: str, value_type: str) -> Json:
    cardinality = {"type": "SMT/Cardinality", "valueType": "xs:string", "value": "ZeroToOne"}
    return variable(name, value_type, qualifiers=[cardinality])


def operation(inputs: Any = (), outputs: Any = (), inoutputs: Any = (), **more: Any) -> Json:
    """A submodel with one operation ``Add``."""
    made: Json = {
        "modelType": "Operation",
        "idShort": "Add",
        "semanticId": {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": MEANING}]},
    }
    for role, elements in (("input", inputs), ("output", outputs), ("inoutput", inoutputs)):
        if elements:
            made[f"{role}Variables"] = [{"value": element} for element in elements]
    speed = variable("Speed", value="1.50")
    return {"modelType": "Submodel", "id": "urn:sm:1", "submodelElements": [made | more, speed]}


@pytest.fixture
def operations() -> Iterator[Operations]:
    made = Operations(limit=2)
    yield made
    made.close()


async def invoke(operations: Operations, submodel: Json, *inputs: Json, inoutputs: Any = ()) -> Results:
    return await operations.run(operations.prepare(submodel, "Add", inputs, inoutputs), 20)


def test_a_function_gets_plain_values_and_its_results_are_elements(operations: Operations, run: Run) -> None:
    threads: list[str] = []

    def add(call: Call) -> Json:
        threads.append(threading.current_thread().name)
        return {"Sum": call.arguments["First"] + call.arguments["Second"]}

    operations.register(MEANING, add)
    submodel = operation([variable("First"), variable("Second")], [variable("Sum")])
    done = run(invoke(operations, submodel, variable("Second", value="1.5"), variable("First", value="2")))
    assert done == Results([variable("Sum", value="3.5")], [])
    assert threads[0].startswith("operation")


def test_a_coroutine_function_runs_on_the_loop(operations: Operations, run: Run) -> None:
    async def add(call: Call) -> Json:
        await asyncio.sleep(0)
        return {"Sum": threading.current_thread() is threading.main_thread()}

    operations.register(MEANING, add)
    done = run(invoke(operations, operation(outputs=[variable("Sum", "xs:boolean")])))
    assert done.outputs == [variable("Sum", "xs:boolean", "true")]


def test_values_come_and_go_in_their_types(operations: Operations, run: Run) -> None:
    typed = {
        "xs:boolean": ("true", True),
        "xs:int": ("-7", -7),
        "xs:unsignedLong": ("18446744073709551615", 2**64 - 1),
        "xs:double": ("INF", float("inf")),
        "xs:decimal": ("1.50", Decimal("1.50")),
        "xs:string": ("2", "2"),
        "xs:dateTime": ("2026-11-25T12:00:00Z", datetime(2026, 11, 25, 12, tzinfo=UTC)),
        "xs:duration": ("PT1M", "PT1M"),
    }
    seen: list[Any] = []

    def echo(call: Call) -> Any:
        seen.append((call.submodel, call.path, dict(call.arguments)))
        return call.arguments

    operations.register(MEANING, echo)
    names = {f"V{number}": kind for number, kind in enumerate(typed)}
    span = {"modelType": "Range", "idShort": "Span", "valueType": "xs:int"}
    words = {"modelType": "MultiLanguageProperty", "idShort": "Words"}
    tree = {"modelType": "SubmodelElementCollection", "idShort": "Tree"}
    variables = [*(variable(name, kind) for name, kind in names.items()), span, words, tree]
    given = [variable(name, kind, typed[kind][0]) for name, kind in names.items()]
    given += [
        span | {"min": "1"},
        words | {"value": [{"language": "ko", "text": "합"}]},
        tree | {"value": [variable("Leaf", value="1")]},
    ]
    done = run(invoke(operations, operation(inoutputs=variables), inoutputs=given))
    assert done.inoutputs == given
    plain = {name: typed[kind][1] for name, kind in names.items()}
    plain |= {"Span": (1, None), "Words": {"ko": "합"}, "Tree": given[-1]}
    assert seen == [("urn:sm:1", "Add", plain)]


def test_a_variables_own_value_stands_in_and_an_optional_one_may_be_missing(
    operations: Operations, run: Run
) -> None:
    operations.register(MEANING, lambda call: {"Sum": str(dict(call.arguments))})
    submodel = operation(
        [variable("First", value="2"), optional("Second", "xs:int")],
        [variable("Sum", "xs:string"), variable("Rest")],
    )
    done = run(invoke(operations, submodel))
    assert done.outputs == [variable("Sum", "xs:string", "{'First': 2.0}"), variable("Rest")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "'First' is missing. It is a Property xs:int"),
        ([variable("First", "xs:int", "one")], "'First' has to be a Property xs:int"),
        ([variable("First", "xs:int", "1.5")], "'First' has to be a Property xs:int"),
        ([variable("First", "xs:byte", "300")], None),
        ([{"modelType": "Range", "idShort": "First", "valueType": "xs:int"}], "Property xs:int (Range)"),
        ([{"idShort": "First"}], "'First' has to be a Property xs:int"),
        ([variable("First", "xs:int", "9" * 5000)], "'First' has to be a Property xs:int"),
        (
            [variable("First", "xs:int", "1"), variable("first", "xs:int", "1")],
            "'first' is no variable of this operation",
        ),
        ([variable("First", "xs:int", "1")] * 2, "'First' was sent twice"),
        ([{"modelType": "Property", "value": "1"}], "Its variables are: First (Property xs:int)"),
    ],
)
def test_wrong_arguments_are_named_with_their_type(
    operations: Operations, given: list[Json], words: str | None
) -> None:
    """The variable's own type counts: what else the argument says of it does not."""
    operations.register(MEANING, lambda call: {})
    submodel = operation([variable("First", "xs:int")])
    if words is None:
        assert operations.prepare(submodel, "Add", given, ()).inputs == [variable("First", "xs:int", "300")]
        return
    with pytest.raises(BadInput) as refused:
        operations.prepare(submodel, "Add", given, ())
    assert words in error_text(refused.value, "en")


def test_what_is_no_operation_or_not_there_or_not_known_is_told(operations: Operations) -> None:
    with pytest.raises(NotAllowed):
        operations.prepare(operation(), "Speed", (), ())
    with pytest.raises(NotFound):
        operations.prepare(operation(), "Gone", (), ())
    with pytest.raises(NotSupported) as unknown:
        operations.prepare(operation(), "Add", (), ())
    assert MEANING in error_text(unknown.value, "en") and MEANING in error_text(unknown.value, "ko")


def test_a_supplemental_meaning_counts_and_one_function_stands_behind_each(operations: Operations) -> None:
    more = {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": "urn:operation:more"}]}
    operations.register("urn:operation:more", lambda call: {})
    assert operations.prepare(operation(supplementalSemanticIds=[more]), "Add", (), ()).work is not None
    with pytest.raises(Conflict):
        operations.register("urn:operation:more", lambda call: {})


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"Sum": "many"}, "'Sum' something that is no Property xs:double ('many')"),
        ({"Total": 1}, "Add gave Total, which is none of its variables"),
        (["Sum"], "The operation Add failed"),
        (ZeroDivisionError("by nought"), "ZeroDivisionError: by nought"),
        (TimeoutError("the press is silent"), "TimeoutError: the press is silent"),
        (BadInput("cursor-wrong", cursor="xyz"), "xyz"),
    ],
)
def test_a_failing_function_says_why(operations: Operations, run: Run, made: Any, words: str) -> None:
    def work(call: Call) -> Any:
        if isinstance(made, Exception):
            raise made
        return made

    operations.register(MEANING, work)
    with pytest.raises(AasError) as failed:
        run(invoke(operations, operation(outputs=[variable("Sum")])))
    assert words in error_text(failed.value, "en")


def test_no_more_than_the_limit_run_at_a_time(operations: Operations, run: Run) -> None:
    running, most = 0, 0

    async def work(call: Call) -> Json:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return {}

    async def all_at_once() -> None:
        await asyncio.gather(*(invoke(operations, operation()) for _ in range(9)))

    operations.register(MEANING, work)
    run(all_at_once())
    assert most == 2


class _Performer(BaseHTTPRequestHandler):
    """Another server: what it answers follows from the path it is asked at."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, msgspec.json.decode(body)))  # type: ignore[attr-defined]
        doubled = msgspec.json.encode([{"value": variable("Sum", value="7")}])
        status, answer = {
            "/double?x=1": (200, doubled),
            "/result": (200, b'{"outputArguments":' + doubled + b"}"),
            "/broken": (500, b"no power"),
            "/away": (302, b""),
            "/rubbish": (200, b"[1]"),
            "/wrong": (200, msgspec.json.encode([{"value": variable("Sum", value="seven")}])),
            "/large": (200, b" " * 5000),
        }[self.path]
        self.send_response(status)
        self.send_header("Location", "/double?x=1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keeps the tests' output clean."""


@pytest.fixture
def performer() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Performer)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def delegated(url: str) -> Json:
    qualifier = {"type": "invocationDelegation", "valueType": "xs:string", "value": url}
    return operation([variable("First"), optional("Second", "xs:int")], [variable("Sum")], qualifiers=[qualifier])


@pytest.mark.parametrize("path", ["/double?x=1", "/result"])
def test_an_operation_is_delegated_by_its_qualifier(performer: HTTPServer, run: Run, path: str) -> None:
    operations = Operations(delegation=Delegation(["127.0.0.1"]))
    url = f"http://127.0.0.1:{performer.server_port}{path}"
    done = run(invoke(operations, delegated(url), variable("First", value="3.50")))
    assert done.outputs == [variable("Sum", value="7")]
    assert performer.seen == [(path, [{"value": variable("First", value="3.50")}])]  # type: ignore[attr-defined]
    operations.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/broken", "answered with status 500: no power"),
        ("/away", "answered with status 302"),
        ("/rubbish", "is no list of OperationVariables"),
        ("/wrong", "'Sum' something that is no Property xs:double"),
        ("/large", "larger than 4000 bytes"),
    ],
)
def test_what_another_server_does_wrong_is_told(performer: HTTPServer, run: Run, path: str, words: str) -> None:
    port = performer.server_port
    operations = Operations(delegation=Delegation([f"127.0.0.1:{port}"], most=4000))
    with pytest.raises(AasError) as failed:
        run(invoke(operations, delegated(f"http://127.0.0.1:{port}{path}"), variable("First", value="1")))
    assert words in error_text(failed.value, "en")
    assert len(performer.seen) == 1  # type: ignore[attr-defined]
    operations.close()


def test_a_server_that_is_not_there_is_told(performer: HTTPServer, run: Run) -> None:
    performer.server_close()
    operations = Operations(delegation=Delegation(["localhost"]))
    with pytest.raises(AasError) as failed:
        url = f"http://localhost:{performer.server_port}/double"
        run(invoke(operations, delegated(url), variable("First", value="1")))
    assert "could not be reached" in error_text(failed.value, "en")
    operations.close()


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "https://plant.example:8443/x", "http://PLANT.example/", "http://[::1]/"]
)
def test_only_hosts_that_a_setting_names_are_called(url: str) -> None:
    operations = Operations(delegation=Delegation(["plant.example:8080", "other.example"]))
    with pytest.raises(Refused) as refused:
        operations.prepare(delegated(url), "Add", [variable("First", value="1")], ())
    assert "delegation_hosts" in error_text(refused.value, "en")
    operations.close()


@pytest.mark.parametrize(
    "url", ["", "ftp://plant.example/x", "file:///etc/passwd", "http://me:pw@plant.example/", "http://", "//x/y"]
)
def test_only_http_addresses_are_called(url: str) -> None:
    operations = Operations(delegation=Delegation(["plant.example"]))
    with pytest.raises(BadInput):
        operations.prepare(delegated(url), "Add", [variable("First", value="1")], ())
    operations.close()
