"""A temporary PostgreSQL cluster with our roles and a migrated template database."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

import sql
from local.servers.ports import free_port
from local.servers.postgres import PostgresServer
from local.settings import ADMIN, OWNER, READER, WAREHOUSE, WRITER
from sql.tool.cluster import grant_access

PASSWORDS = {ADMIN: "admin", OWNER: "owner", WRITER: "writer", READER: "reader"}
_TEMPLATE = "warehouse_template"
_MEMORY = Path("/dev/shm")  # noqa: S108 - each user of it makes a folder of its own
_ROOM = 4 * 2**30  # bytes: the WAL of a busy server may take one GiB


@dataclass(frozen=True)
class Cluster:
    """A running server. Its databases are clones of the template."""

    server: PostgresServer
    passwords: Mapping[str, str] = field(repr=False)

    def clone(self, name: str) -> str:
        """Create a database with the whole schema; a database of that name is dropped first."""
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            drop(admin, name)
            clone_template(admin, name)
        return name

    def create(self, name: str) -> str:
        """Create an empty database of OWNER's; a database of that name is dropped first."""
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            drop(admin, name)
            admin.execute(f"CREATE DATABASE {name} OWNER {OWNER}".encode())
        return name

    def drop(self, name: str) -> None:
        """Drop a database, and end the connections to it."""
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            drop(admin, name)

    def url(self, role: str, name: str) -> str:
        """The address of a database for a role."""
        return self.server.url(role, self.passwords[role], name)


def clone_template(admin: psycopg.Connection[Any], name: str) -> None:
    """Create a database with the whole schema. The grants of a database itself are not copied with its template."""
    admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}".encode())
    grant_access(admin, name)


def drop(admin: psycopg.Connection[Any], name: str) -> None:
    """Drop a database if it exists, and end the connections to it."""
    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def folder_in_memory(prefix: str) -> Path:
    """A new folder whose files never reach a disk; where the system has no room for that, a temporary folder.

    A database is a thousand files. On a disk, its clone takes ten times as long.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))


@contextmanager
def cluster(
    home: Path,
    settings: Mapping[str, str],
    prepare: str = "",
    passwords: Mapping[str, str] = PASSWORDS,
    port: int | None = None,
) -> Iterator[Cluster]:
    """A running cluster in a folder, which is removed on exit. OWNER runs the SQL of `prepare` in the template."""
    home.chmod(0o711)  # so that the system user that runs PostgreSQL for root can reach its data
    server = PostgresServer(
        home / "postgres", port or free_port(), home / "postgres.log", passwords[ADMIN], dict(settings)
    )
    try:
        server.initialise()
        server.start()
        _make_template(server, passwords, prepare)
        yield Cluster(server, passwords)
    finally:
        _stop(server)
        shutil.rmtree(home)


def _make_template(server: PostgresServer, passwords: Mapping[str, str], prepare: str) -> None:
    sql.bootstrap(server.admin_url, passwords)
    owner = server.url(OWNER, passwords[OWNER], WAREHOUSE)
    sql.migrate(owner)
    if prepare:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(prepare.encode())
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {WAREHOUSE} RENAME TO {_TEMPLATE}".encode())


def _stop(server: PostgresServer) -> None:
    """Stop the server, also when Ctrl-C came while it started and it has no pid file yet."""
    server.stop(immediate=True)
    folder = str(server.data_dir.resolve())
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if folder in process.cmdline():
                process.kill()
                process.wait(10)
