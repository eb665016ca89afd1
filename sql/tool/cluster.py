"""Bootstrap: the roles and databases of a cluster, made by its superuser. Run it as often as you like."""

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from sql.tool.errors import MissingPasswordError

SCRIPTS = Path(__file__).parents[1] / "bootstrap"
LOGINS = ("restaurant_user", "airflow_user", "analytics_reader")
DATABASES = {"restaurant_analytics": "restaurant_owner", "airflow_db": "airflow_user"}
# Advisory locks are numbers; this one says "bootstrap of this cluster".
LOCK = 7_370_001


def bootstrap(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make or mend roles, databases and schemas. `passwords` maps each login to its password.

    The superuser's own password is set too when `passwords` holds it under its name.
    """
    missing = [login for login in LOGINS if not passwords.get(login)]
    if missing:
        raise MissingPasswordError(
            f"No password was given for {', '.join(missing)}. {MissingPasswordError.__doc__}"
        )
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with admin.transaction():
            _run(admin, "10_roles.sql")
            for role in (*LOGINS, admin.info.user):
                if passwords.get(role):
                    _set_password(admin, role, passwords[role])
        for database, owner in DATABASES.items():
            _ensure_database(admin, database, owner)
            script = next(SCRIPTS.glob(f"*_{database}.sql"))
            inside = make_conninfo(admin_url, dbname=database, password=passwords.get(admin.info.user))
            with psycopg.connect(inside) as connection:
                _run(connection, script.name)
        for database in ("postgres", "template1"):
            admin.execute(SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(Identifier(database)))


def _run(connection: Connection, script: str) -> None:
    connection.execute((SCRIPTS / script).read_bytes())


def _set_password(admin: Connection, role: str, password: str) -> None:
    """Hash here, so that neither the wire nor the server's log ever holds the password itself."""
    hashed = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(hashed)))


def _ensure_database(admin: Connection, name: str, owner: str) -> None:
    """CREATE DATABASE knows no IF NOT EXISTS."""
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        statement = SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")
        admin.execute(statement.format(Identifier(name), Identifier(owner)))
