"""Migrate: bring restaurant_analytics to the schema of this version. Idempotent; two at once take turns."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Connection
from psycopg.errors import (
    DeadlockDetected,
    InsufficientPrivilege,
    InvalidParameterValue,
    InvalidSchemaName,
    LockNotAvailable,
    UndefinedTable,
)

from sql.tool import repeatables
from sql.tool.errors import NotBootstrappedError, ObjectsInUseError

OWNER = "restaurant_owner"
SCHEMAS = ("raw_data", "analytics", "staging")
# Advisory locks are numbers; this one says "migration of this database".
LOCK = 7_370_002
LOCK_TIMEOUT = "2s"
ATTEMPTS = 5
MONTHS_AHEAD = 3


@dataclass(frozen=True)
class Status:
    """Where a warehouse is, and what `migrate` would do."""

    revision: str | None
    head: str | None
    pending: list[str]
    months: list[str]

    @property
    def current(self) -> bool:
        return self.revision == self.head and not self.pending

    @property
    def ahead(self) -> bool:
        """A newer version has migrated it: this one can use it, and must not change it."""
        return self.revision is not None and self.revision not in revisions()


def migrate(owner_url: str) -> None:
    """Migrations, then repeatables, then the partitions of the months ahead. Log in as restaurant_user.

    A schema that is ahead of this version is left as it is, so that going back to a version is starting it.
    """
    with connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _become_owner(connection)
        if status(owner_url).ahead:
            return
        _patiently(lambda: upgrade(owner_url))
        _patiently(lambda: repeatables.apply(connection, repeatables.on_disk()))
        _patiently(lambda: _partitions_ahead(connection))


def status(owner_url: str) -> Status:
    """Read only: what is applied and what is not."""
    head = _scripts().get_current_head()
    wanted = repeatables.on_disk()
    with connect(owner_url) as connection:
        try:
            revision = connection.execute("SELECT version_num FROM raw_data.alembic_version").fetchone()
            pending = repeatables.pending(connection, wanted)
        except (UndefinedTable, InvalidSchemaName):
            return Status(None, head, [one.name for one in wanted], [])
        months = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'raw_data.events_raw'::regclass ORDER BY 1"
        ).fetchall()
    found = None if revision is None else str(revision[0])
    return Status(found, head, [one.name for one in pending], [row[0] for row in months])


def connect(url: str) -> Connection:
    """A URL of SQLAlchemy's kind is understood too."""
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)


def _become_owner(connection: Connection) -> None:
    """What is made belongs to the NOLOGIN owner, not to whoever migrates."""
    try:
        connection.execute(f"SET ROLE {OWNER}")
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for schema in SCHEMAS:
            connection.execute("SELECT %s::regnamespace", [schema])
    except (InvalidParameterValue, InsufficientPrivilege, InvalidSchemaName) as error:
        raise NotBootstrappedError(f"{error.diag.message_primary}. {NotBootstrappedError.__doc__}") from error


def _config() -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def revisions() -> list[str]:
    """Every revision, the oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def upgrade(owner_url: str, revision: str = "head") -> None:
    """The migrations up to a revision, and nothing else: `migrate` does the whole."""

    def owned() -> Connection:
        connection = connect(owner_url)
        _become_owner(connection)
        connection.autocommit = False
        return connection

    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=owned, poolclass=sqlalchemy.pool.NullPool
    )
    config = _config()
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except sqlalchemy.exc.DBAPIError as error:
        raise error.orig or error from error


def _partitions_ahead(connection: Connection) -> None:
    connection.execute(
        "SELECT raw_data.ensure_partitions(now(), now() + make_interval(months => %s))", [MONTHS_AHEAD]
    )


def _patiently(step: Callable[[], object]) -> None:
    """Each step is one transaction that soon gives up waiting for a lock, so nobody queues behind it."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            step()
        except (LockNotAvailable, DeadlockDetected) as error:
            if attempt == ATTEMPTS:
                raise ObjectsInUseError(
                    f"{error.diag.message_primary}. {ObjectsInUseError.__doc__}"
                ) from error
            time.sleep(0.2 * attempt)
        else:
            return
