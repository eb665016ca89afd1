"""Bootstrap: the roles and databases of a cluster, created by its superuser. Run it as often as you like."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from sql.tool.errors import MissingPasswordError

SCRIPTS = Path(__file__).parents[1] / "bootstrap"
LOGINS = ("restaurant_user", "airflow_user", "analytics_reader")
WAREHOUSE = "restaurant_analytics"
DATABASES = {WAREHOUSE: "restaurant_owner", "airflow_db": "airflow_user"}
OPTIONAL = {"metabase_user": "metabase_db"}
"""Logins that not every deployment has, each with its database. One is made when a password is given for it."""
LOCK_HOLDERS: dict[str, tuple[str, ...]] = {
    WAREHOUSE: ("restaurant_owner", "restaurant_writer"),
    "airflow_db": ("airflow_user",),
    "metabase_db": ("metabase_user",),
    "postgres": (),
}
"""Who may take advisory locks, by database. Superusers always may."""
_LOCK_FUNCTIONS = """
SELECT string_agg(oid::regprocedure::text, ', ')
FROM pg_proc
WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_(xact_)?lock'
"""
# Advisory locks are numbers; this one stands for "bootstrap of this cluster".
LOCK = 7_370_001


def bootstrap(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create roles, databases and schemas, or correct them. `passwords` maps each login to its password.

    The superuser's own password is set too when `passwords` holds it under its name.
    """
    missing = [login for login in LOGINS if not passwords.get(login)]
    if missing:
        raise MissingPasswordError(
            f"No password was given for {', '.join(missing)}. {MissingPasswordError.__doc__}"
        )
    optional = [login for login in OPTIONAL if passwords.get(login)]
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with admin.transaction():
            _run(admin, "10_roles.sql")
            for login in optional:
                _run(admin, f"15_{login}.sql")
            for role in (*LOGINS, *optional, admin.info.user):
                if passwords.get(role):
                    _set_password(admin, role, passwords[role])
        for database, owner in (DATABASES | {OPTIONAL[login]: login for login in optional}).items():
            _ensure_database(admin, database, owner)
            script = next(SCRIPTS.glob(f"*_{database}.sql"))
            inside = make_conninfo(admin_url, dbname=database, password=passwords.get(admin.info.user))
            with psycopg.connect(inside) as connection:
                _run(connection, script.name)
                if database == WAREHOUSE:
                    grant_access(connection, database)
                _restrict_advisory_locks(connection, LOCK_HOLDERS[database])
        _restrict_advisory_locks(admin, LOCK_HOLDERS["postgres"])
        for database in ("postgres", "template1"):
            admin.execute(SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(Identifier(database)))


def grant_access(admin: Connection, database: str) -> None:
    """Give a warehouse to its owner, and let only our roles connect. A clone of a database does not have its grants."""
    for statement in (
        "ALTER DATABASE {} OWNER TO restaurant_owner",
        "REVOKE ALL ON DATABASE {} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {} TO restaurant_writer",
        "GRANT CONNECT ON DATABASE {} TO restaurant_reader",
    ):
        admin.execute(SQL(statement).format(Identifier(database)))


def _run(connection: Connection, script: str) -> None:
    connection.execute((SCRIPTS / script).read_bytes())


def _restrict_advisory_locks(connection: Connection, holders: Sequence[str]) -> None:
    """Let only `holders` take advisory locks in this database.

    PostgreSQL lets everybody take every advisory lock. Whoever may connect could hold the writers' lock and stop them.
    """
    row = connection.execute(_LOCK_FUNCTIONS).fetchone()
    functions = str(row[0] if row else "")
    connection.execute(f"REVOKE EXECUTE ON FUNCTION {functions} FROM PUBLIC".encode())
    for role in holders:
        connection.execute(f"GRANT EXECUTE ON FUNCTION {functions} TO {role}".encode())


def _set_password(admin: Connection, role: str, password: str) -> None:
    """Hash the password here, so that neither the network nor the server's log ever holds it."""
    hashed = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(hashed)))


def _ensure_database(admin: Connection, name: str, owner: str) -> None:
    """CREATE DATABASE has no IF NOT EXISTS."""
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        statement = SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
        admin.execute(statement.format(Identifier(name), Identifier(owner)))
