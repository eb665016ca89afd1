"""bootstrap: on an empty cluster, again, and on one where things exist already and are wrong."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

import sql
from local.servers.postgres import PostgresServer
from sql.tool.errors import MissingPasswordError
from tests.support.ports import free_port

pytestmark = pytest.mark.integration

PASSWORDS = {
    "restaurant_user": "it's; DROP ROLE airflow_user; --",
    "airflow_user": 'back\\slash "quoted" %s {}',
    "analytics_reader": "pässwörd",
}
DATABASES = ("restaurant_analytics", "airflow_db")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A cluster of its own, since roles belong to all databases."""
    home = Path(tempfile.mkdtemp(prefix="bootstrap-"))
    home.chmod(0o711)
    settings = {"fsync": "off", "log_statement": "all"}
    running = PostgresServer(home / "postgres", free_port(), home / "postgres.log", "secret", settings)
    running.initialise()
    running.start()
    try:
        yield running
    finally:
        running.stop(immediate=True)
        shutil.rmtree(home)


def enters(server: PostgresServer, role: str, database: str) -> bool:
    url = f"postgresql://{role}:{quote(PASSWORDS[role], safe='')}@127.0.0.1:{server.port}/{database}"
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError as error:
        if "permission denied for database" in str(error):
            return False
        raise
    return True


def facts(server: PostgresServer) -> list[Any]:
    """Roles, memberships, databases and schemas; no passwords, whose salt is new each time."""
    with psycopg.connect(server.admin_url) as admin:
        rows = admin.execute(
            "SELECT rolname, rolsuper, rolcanlogin, rolcreatedb, rolcreaterole, rolbypassrls, rolconfig::text"
            " FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1"
        ).fetchall()
        rows += admin.execute(
            "SELECT roleid::regrole::text, member::regrole::text, inherit_option, set_option"
            " FROM pg_auth_members WHERE roleid::regrole::text ~ 'restaurant' ORDER BY 1, 2"
        ).fetchall()
        rows += admin.execute(
            "SELECT datname, datdba::regrole::text, datacl::text FROM pg_database ORDER BY 1"
        ).fetchall()
    with psycopg.connect(server.url("postgres_admin", "secret", "restaurant_analytics")) as admin:
        rows += admin.execute(
            "SELECT nspname, nspowner::regrole::text, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1"
        ).fetchall()
        rows += admin.execute(
            "SELECT defaclrole::regrole::text, defaclacl::text FROM pg_default_acl ORDER BY 1"
        ).fetchall()
    return rows


@pytest.fixture
def wrong(server: PostgresServer) -> PostgresServer:
    """Somebody was here before: a too powerful role, a database and a schema of somebody else's."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("ALTER ROLE analytics_reader SUPERUSER CREATEDB")
        admin.execute("ALTER ROLE restaurant_owner LOGIN PASSWORD 'guess'")
        admin.execute("ALTER DATABASE airflow_db OWNER TO postgres_admin")
        admin.execute("GRANT ALL ON DATABASE airflow_db TO PUBLIC")
        admin.execute("GRANT ALL ON DATABASE restaurant_analytics TO PUBLIC")
    with psycopg.connect(server.url("postgres_admin", "secret", "restaurant_analytics")) as admin:
        admin.execute("DROP SCHEMA staging")
        admin.execute("ALTER SCHEMA analytics OWNER TO postgres_admin")
        admin.execute("GRANT ALL ON SCHEMA raw_data TO PUBLIC")
    return server


def test_from_nothing_then_again_then_over_what_is_wrong(server: PostgresServer, request: Any) -> None:
    sql.bootstrap(server.admin_url, PASSWORDS)
    first = facts(server)
    sql.bootstrap(server.admin_url, PASSWORDS)
    assert facts(server) == first
    request.getfixturevalue("wrong")
    assert facts(server) != first
    sql.bootstrap(server.admin_url, PASSWORDS)
    assert facts(server) == first
    sql.migrate(owner_url(server))
    sql.bootstrap(server.admin_url, PASSWORDS)
    sql.migrate(owner_url(server))
    assert facts(server) == first


def owner_url(server: PostgresServer) -> str:
    return server.url("restaurant_user", PASSWORDS["restaurant_user"], "restaurant_analytics")


def test_who_may_enter_where(server: PostgresServer) -> None:
    sql.bootstrap(server.admin_url, PASSWORDS)
    allowed = {role: {name for name in DATABASES if enters(server, role, name)} for role in PASSWORDS}
    assert allowed == {
        "restaurant_user": {"restaurant_analytics"},
        "airflow_user": {"restaurant_analytics", "airflow_db"},
        "analytics_reader": {"restaurant_analytics"},
    }


def test_metabase_has_a_database_where_it_has_a_password(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only there. It enters no other database of ours, and nobody else enters it."""
    sql.bootstrap(server.admin_url, PASSWORDS)
    with psycopg.connect(server.admin_url) as admin:
        found = "SELECT datname FROM pg_database WHERE datname = 'metabase_db'"
        assert admin.execute(found).fetchall() == []
    monkeypatch.setitem(PASSWORDS, "metabase_user", "of-metabase")
    for _ in range(2):
        sql.bootstrap(server.admin_url, PASSWORDS)
    names = (*DATABASES, "metabase_db")
    entered = {role: {name for name in names if enters(server, role, name)} for role in PASSWORDS}
    assert entered["metabase_user"] == {"metabase_db"}
    assert [role for role, databases in entered.items() if "metabase_db" in databases] == ["metabase_user"]
    with psycopg.connect(server.url("metabase_user", "of-metabase", "metabase_db")) as metabase:
        metabase.execute("CREATE TABLE public.of_metabase (a int)")
        metabase.execute("SELECT pg_advisory_xact_lock(1)")


def test_airflow_owns_its_database(server: PostgresServer) -> None:
    sql.bootstrap(server.admin_url, PASSWORDS)
    url = server.url("airflow_user", PASSWORDS["airflow_user"], "airflow_db")
    with psycopg.connect(url) as airflow:
        airflow.execute("CREATE TABLE public.of_airflow (a int)")
        airflow.execute("CREATE SCHEMA another")


def test_what_is_made_later_is_not_everybodys(server: PostgresServer) -> None:
    """Default privileges: nobody may execute a new function until it is granted, whichever role created it."""
    sql.bootstrap(server.admin_url, PASSWORDS)
    with psycopg.connect(owner_url(server)) as owner:
        for role in ("restaurant_user", "restaurant_owner"):
            owner.execute(f"SET ROLE {role}".encode())
            owner.execute("CREATE FUNCTION analytics.fresh() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            owner.execute("RESET ROLE")
            assert owner.execute(
                "SELECT has_function_privilege('analytics_reader', 'analytics.fresh()', 'EXECUTE')"
            ).fetchone() == (False,)
            owner.execute("DROP FUNCTION analytics.fresh()")


def test_passwords_are_scram_and_never_logged(server: PostgresServer) -> None:
    sql.bootstrap(server.admin_url, {**PASSWORDS, "postgres_admin": "secret"})
    with psycopg.connect(server.admin_url) as admin:
        stored = admin.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolcanlogin AND rolname <> 'x'"
        ).fetchall()
        assert {row[0].partition("$")[0] for row in stored} == {"SCRAM-SHA-256"}
    log = server.log_file.read_text(encoding="utf-8")
    assert "ALTER ROLE" in log
    for password in PASSWORDS.values():
        assert password not in log


def test_the_superuser_changes_its_password_too(server: PostgresServer) -> None:
    sql.bootstrap(server.admin_url, {**PASSWORDS, "postgres_admin": "changed"})
    try:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.admin_url)
    finally:
        changed = server.url("postgres_admin", "changed", "postgres")
        sql.bootstrap(changed, {**PASSWORDS, "postgres_admin": "secret"})
    psycopg.connect(server.admin_url).close()


def test_a_missing_password_is_named_before_anything_is_done(server: PostgresServer) -> None:
    with pytest.raises(MissingPasswordError, match="airflow_user, analytics_reader"):
        sql.bootstrap("postgresql://nowhere.invalid/", {"restaurant_user": "x", "airflow_user": ""})
