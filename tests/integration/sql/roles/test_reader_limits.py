"""analytics_reader and other analysts can neither hold the locks of ingestion nor take its connections."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

import sql
from local.servers.postgres import PostgresServer
from tests.support.ports import free_port

pytestmark = pytest.mark.integration

PASSWORDS = {"restaurant_user": "owner", "airflow_user": "writer", "analytics_reader": "reader"}
MAX_CONNECTIONS = 24
LOCK_FUNCTIONS: LiteralString = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND proname LIKE '%advisory%' AND proname NOT LIKE '%unlock%'
"""
MAY: LiteralString = "SELECT has_function_privilege(%s, %s, 'EXECUTE')"
HOLD_THE_WRITERS: LiteralString = "SELECT pg_advisory_lock(hashtextextended('sse_ingest/merge', 0))"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Few connections, so that all of them can be opened."""
    home = Path(tempfile.mkdtemp(prefix="limits-"))
    home.chmod(0o711)
    settings = {"fsync": "off", "max_connections": str(MAX_CONNECTIONS)}
    running = PostgresServer(home / "postgres", free_port(), home / "postgres.log", "secret", settings)
    running.initialise()
    running.start()
    try:
        sql.bootstrap(running.admin_url, PASSWORDS)
        yield running
    finally:
        running.stop(immediate=True)
        shutil.rmtree(home)


def connect(
    server: PostgresServer, role: str, database: str = "restaurant_analytics"
) -> psycopg.Connection[Any]:
    return psycopg.connect(server.url(role, PASSWORDS[role], database), autocommit=True)


def open_all(server: PostgresServer, role: str, held: ExitStack) -> int:
    """Open connections until one is refused; how many are open."""
    for opened in range(MAX_CONNECTIONS + 1):
        try:
            held.enter_context(connect(server, role))
        except psycopg.OperationalError as error:
            if "connection" not in str(error):
                raise
            return opened
    raise AssertionError("no connection was refused")


def assert_all_others_get_theirs(server: PostgresServer) -> None:
    with ExitStack() as held:
        for role, database in (
            ("airflow_user", "restaurant_analytics"),  # a writer, and its standby
            ("airflow_user", "restaurant_analytics"),
            ("airflow_user", "airflow_db"),
            ("restaurant_user", "restaurant_analytics"),
        ):
            connection = held.enter_context(connect(server, role, database))
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_reader_cannot_use_up_all_connections(server: PostgresServer) -> None:
    with ExitStack() as held:
        assert open_all(server, "analytics_reader", held) == MAX_CONNECTIONS // 2
        assert_all_others_get_theirs(server)


def test_analysts_with_logins_of_their_own_cannot_either(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PASSWORDS, "an_analyst", "theirs")
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE an_analyst LOGIN PASSWORD 'theirs' IN ROLE restaurant_reader")
    with ExitStack() as held:
        open_all(server, "analytics_reader", held)
        assert open_all(server, "an_analyst", held) > 0
        assert_all_others_get_theirs(server)


def test_bootstrap_follows_max_connections(server: PostgresServer) -> None:
    """Also where somebody set another limit."""
    limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'analytics_reader'"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("ALTER ROLE analytics_reader CONNECTION LIMIT -1")
        sql.bootstrap(server.admin_url, PASSWORDS)
        assert admin.execute(limit).fetchone() == (MAX_CONNECTIONS // 2,)


@pytest.mark.parametrize(
    ("database", "holders"),
    [
        ("restaurant_analytics", {"restaurant_user", "airflow_user"}),
        ("airflow_db", {"airflow_user"}),
        ("postgres", set()),
    ],
)
def test_who_may_take_advisory_locks(server: PostgresServer, database: str, holders: set[str]) -> None:
    """In an existing warehouse too: privileges of before are taken back by the next bootstrap."""
    with psycopg.connect(server.url("postgres_admin", "secret", database), autocommit=True) as admin:
        functions = [name for (name,) in admin.execute(LOCK_FUNCTIONS)]
        assert len(functions) == 16
        admin.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(functions)} TO PUBLIC".encode())
        sql.bootstrap(server.admin_url, PASSWORDS)
        for role in PASSWORDS:
            may = {admin.execute(MAY, [role, name]).fetchall()[0][0] for name in functions}
            assert may == {role in holders}, role


def test_the_reader_is_refused_the_lock_and_a_writer_gets_it(server: PostgresServer) -> None:
    with connect(server, "analytics_reader") as reader:
        with pytest.raises(InsufficientPrivilege, match="pg_advisory_lock"):
            reader.execute(HOLD_THE_WRITERS)
        with connect(server, "airflow_user") as writer:
            writer.execute("SET lock_timeout = '1s'")
            writer.execute(HOLD_THE_WRITERS)
