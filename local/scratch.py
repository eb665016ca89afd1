"""A PostgreSQL for one purpose: a cluster with our roles and a migrated template, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

import sql
from local.ports import free_port
from local.postgres import ADMIN, PostgresServer
from sql.tool.cluster import grant_access

OWNER, WRITER, READER = "restaurant_user", "airflow_user", "analytics_reader"
PASSWORDS = {ADMIN: "admin", OWNER: "owner", WRITER: "writer", READER: "reader"}
_TEMPLATE = "warehouse_template"


@dataclass(frozen=True)
class Cluster:
    """A running server. Databases are clones of the template, made and dropped at will."""

    server: PostgresServer

    def clone(self, name: str) -> str:
        """A fresh database with the whole schema; one of that name is dropped first."""
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}".encode())
            grant_access(admin, name)
        return name

    def create(self, name: str) -> str:
        """A fresh database without anything, which OWNER may fill; one of that name is dropped first."""
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            admin.execute(f"CREATE DATABASE {name} OWNER {OWNER}".encode())
        return name

    def drop(self, name: str) -> None:
        """End whoever is connected to it, and drop it."""
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def url(self, role: str, name: str) -> str:
        """The address of a database for a role."""
        return self.server.url(role, PASSWORDS[role], name)


@contextmanager
def cluster(purpose: str, settings: Mapping[str, str], prepare: str = "") -> Iterator[Cluster]:
    """A running cluster in a temporary folder. `prepare` is SQL that the owner runs in the template."""
    home = Path(tempfile.mkdtemp(prefix=f"{purpose}-"))
    home.chmod(0o711)  # so that the system user that runs PostgreSQL for root gets to its data
    server = PostgresServer(
        home / "postgres", free_port(), home / "postgres.log", PASSWORDS[ADMIN], dict(settings)
    )
    try:
        server.initialise()
        server.start()
        sql.bootstrap(server.admin_url, PASSWORDS)
        owner = server.url(OWNER, PASSWORDS[OWNER], "restaurant_analytics")
        sql.migrate(owner)
        if prepare:
            with psycopg.connect(owner, autocommit=True) as connection:
                connection.execute(prepare.encode())
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE restaurant_analytics RENAME TO {_TEMPLATE}".encode())
        yield Cluster(server)
    finally:
        server.stop(immediate=True)
        shutil.rmtree(home)
