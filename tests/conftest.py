"""Fixtures that every room shares: one embedded PostgreSQL a session, one migrated clone a test."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

import sql
from local.env_file import names
from local.postgres import ADMIN, PostgresServer
from sql.tool.cluster import grant_access
from tests.support.ports import free_port
from tests.support.service import ROOT, EventService

PASSWORDS = {
    ADMIN: "admin p@ss/word",
    "restaurant_user": "owner-password",
    "airflow_user": "writer:p@ss",
    "analytics_reader": "reader-password",
}
TEMPLATE = "warehouse_template"


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> None:
    """A developer's own settings must not reach a test, neither by the environment nor by `.env`."""
    documented = names.documented((ROOT / ".env.example").read_text(encoding="utf-8"))
    for name in list(os.environ):
        if name in documented or name.startswith(("PG", "EVENT_", "INGEST_", "WAREHOUSE_", "AIRFLOW")):
            del os.environ[name]
    os.environ |= {"EVENT_ENV_FILE": "", "STACK_ENV_FILE": os.devnull}


@pytest.fixture(name="free_port")
def free_port_of_a_test() -> int:
    return free_port()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[EventService]:
    """A real event service that simulates nothing."""
    running = EventService(tmp_path)
    running.start()
    yield running
    running.stop()


@dataclass(frozen=True)
class Warehouse:
    """One database with the whole schema, for one test."""

    server: PostgresServer
    name: str

    def url(self, role: str) -> str:
        return self.server.url(role, PASSWORDS[role], self.name)

    def connect(self, role: str, **options: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(role), **options)


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresServer]:
    """A running server with our roles; `warehouse_template` in it is migrated."""
    home = Path(tempfile.mkdtemp(prefix="warehouse-"))
    home.chmod(0o711)
    settings = {"fsync": "off", "max_connections": "200", "autovacuum": "off"}
    server = PostgresServer(home / "postgres", free_port(), home / "postgres.log", PASSWORDS[ADMIN], settings)
    server.initialise()
    server.start()
    try:
        sql.bootstrap(server.admin_url, PASSWORDS)
        sql.migrate(server.url("restaurant_user", PASSWORDS["restaurant_user"], "restaurant_analytics"))
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE restaurant_analytics RENAME TO {TEMPLATE}")
        yield server
    finally:
        server.stop(immediate=True)
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def fresh_warehouse(cluster: PostgresServer) -> Callable[[], AbstractContextManager[Warehouse]]:
    """Makes a clone of the template each time; it is dropped when its context is left."""

    @contextmanager
    def clone() -> Iterator[Warehouse]:
        name = f"test_{uuid4().hex[:12]}"
        with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            grant_access(admin, name)
            yield Warehouse(cluster, name)
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return clone


@pytest.fixture
def warehouse(fresh_warehouse: Callable[[], AbstractContextManager[Warehouse]]) -> Iterator[Warehouse]:
    """A fresh clone of the template; dropped afterwards."""
    with fresh_warehouse() as fresh:
        yield fresh
