"""What a user of PostgreSQL sees when something is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from aas_server.errors import AasError, Conflict, Unavailable
from aas_server.messages import LANGUAGES, error_text
from aas_server.settings import load
from aas_server.store.contract import Keys, Store

psycopg = pytest.importorskip("psycopg", reason="needs psycopg (extra postgres)")

from aas_server.store.postgres import open_store  # noqa: E402 (needs the extra)

SECRET = "s3cret-word"


def refused(folder: Path, url: str) -> AasError:
    with pytest.raises(AasError) as found:
        open_store(folder, url)
    for language in LANGUAGES:
        assert SECRET not in error_text(found.value, language)
    assert SECRET not in str(found.value)
    return found.value


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@host:port/x",
        f"postgresql://me:{SECRET}@[::1/x",
        f"postgresql://h/x?{SECRET}=1",
        f"postgresql://me:{SECRET}/1@host/x",
        f"postgresql://me:12/{SECRET}@host/x",
    ],
)
def test_a_wrong_url_is_told_without_what_may_be_a_password(tmp_path: Path, url: str) -> None:
    assert refused(tmp_path, url).key == "database-url-wrong"


def test_a_url_of_another_engine_is_told_without_its_password() -> None:
    with pytest.raises(AasError) as found:
        load(None, database_url=f"mysql://me:{SECRET}@host/x")
    assert found.value.key == "settings-wrong"
    assert SECRET not in error_text(found.value, "en")


def test_settings_hide_the_password_when_they_are_shown() -> None:
    settings = load(None, database_url=f"postgresql://me:{SECRET}@host/x")
    assert SECRET not in repr(settings)
    assert SECRET not in settings.model_dump_json()


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, free_port: int) -> None:
    fault = refused(tmp_path, f"postgresql://me:{SECRET}@127.0.0.1:{free_port}/x")
    assert fault.key == "database-unreachable"
    assert str(free_port) in error_text(fault, "en")


def test_a_missing_database_is_named(tmp_path: Path, postgres_server: str) -> None:
    fault = refused(tmp_path, postgres_server.replace("/postgres?", "/not-there?"))
    assert fault.key == "database-missing"
    assert "not-there" in error_text(fault, "ko")


def test_a_wrong_password_is_told_and_the_right_one_opens(
    tmp_path: Path, postgres_server: str, new_postgres: Callable[[], str], until: Callable[..., None]
) -> None:
    url = new_postgres()
    schema = url.rpartition("%3D")[2]
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guarded")
        connection.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'")
        connection.execute(f"GRANT ALL ON SCHEMA {schema} TO guarded")
        rules = Path(connection.execute("SHOW hba_file").fetchone()[0])
        before = rules.read_text()
        rules.write_text(f"local all guarded scram-sha-256\n{before}")
        try:
            # It is only asked to read its rules anew; until it has, it lets everybody in.
            connection.execute("SELECT pg_reload_conf()")
            until(lambda: not _let_in(url.replace("//postgres:@", "//guarded:x@")))
            guarded = url.replace("//postgres:@", "//guarded:{}@")
            assert refused(tmp_path, guarded.format(SECRET + "x")).key == "database-refuses"
            assert refused(tmp_path, guarded.format("")).key == "database-refuses"
            store = open_store(tmp_path, guarded.format(SECRET))
            store.catalogue.put("demo", "a", b"1")
            store.close()
        finally:
            rules.write_text(before)
            connection.execute("DROP OWNED BY guarded")
            connection.execute("DROP ROLE guarded")


def _let_in(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_schema_that_may_not_be_written_is_told(
    tmp_path: Path, postgres_server: str, new_postgres: Callable[[], str]
) -> None:
    url = new_postgres() + "%20-cdefault_transaction_read_only%3Don"
    assert refused(tmp_path, url).key == "database-not-allowed"


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    open_store(tmp_path, url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO migration VALUES ('twin', 99)")
    fault = refused(tmp_path, url)
    assert isinstance(fault, Conflict)
    assert (fault.key, fault.values["found"]) == ("database-newer", 99)


@pytest.fixture
def store(tmp_path: Path, new_postgres: Callable[[], str]):
    with closing(open_store(tmp_path, new_postgres() + "%20-cjit%3Doff&application_name=to-be-ended")) as opened:
        yield opened


def end_connections(postgres_server: str) -> None:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'to-be-ended'"
        )


async def put(store: Store, id: str) -> None:
    async with store.documents.write() as transaction:
        await transaction.put("submodel", id, b"{}", Keys())


def test_a_server_that_was_restarted_is_used_again_at_once(store: Store, postgres_server: str) -> None:
    async def work() -> None:
        await put(store, "urn:a")
        await store.documents.get("submodel", "urn:a")
        end_connections(postgres_server)
        await store.documents.get("submodel", "urn:a")
        await put(store, "urn:b")
        store.live.get("s")

    asyncio.run(work())


def test_a_server_that_goes_away_in_the_middle_undoes_the_transaction(store: Store, postgres_server: str) -> None:
    async def work() -> None:
        async with store.documents.write() as transaction:
            await transaction.put("submodel", "urn:a", b"{}", Keys())
            end_connections(postgres_server)
            await transaction.put("submodel", "urn:b", b"{}", Keys())

    with pytest.raises(Unavailable) as found:
        asyncio.run(work())
    assert found.value.key == "database-unreachable"
    assert asyncio.run(store.documents.page("submodel", 5)).documents == ()
    asyncio.run(put(store, "urn:c"))
    assert [change.position for change in asyncio.run(store.documents.changes(0, 5))] == [1]


def test_event_loops_that_ended_leave_no_connections(
    store: Store, postgres_server: str, until: Callable[..., None]
) -> None:
    for number in range(20):
        asyncio.run(put(store, f"urn:{number}"))
        asyncio.run(store.documents.get("submodel", f"urn:{number}"))

    def count() -> int:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'to-be-ended'"
        ).fetchone()
        assert row is not None
        return int(row[0])

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        until(lambda: count() <= 6)  # the server takes its time to see that a connection has gone


def test_a_text_too_long_for_an_index_is_bad_input(store: Store) -> None:
    with pytest.raises(AasError) as found:
        store.catalogue.put("demo", "".join(chr(0x4E00 + number) for number in range(3000)), b"1")
    assert found.value.key == "text-too-long"
    assert found.value.status == 400
