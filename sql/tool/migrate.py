"""Migrate: bring restaurant_analytics to the schema of this version. Idempotent; of two at once, one waits."""

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
    InsufficientPrivilege,
    InvalidParameterValue,
    InvalidSchemaName,
    UndefinedTable,
)

from sql.tool import repeatables
from sql.tool.currency import set_default
from sql.tool.errors import NotBootstrappedError, ObjectsInUseError
from sse_ingest.database.lock_retries import retry_locked
from sse_ingest.migrations import init_db

OWNER = "restaurant_owner"
SCHEMAS = ("raw_data", "analytics", "staging")
# Advisory locks are numbers; this one stands for "migration of this database".
LOCK = 7_370_002
LOCK_TIMEOUT = "2s"
ATTEMPTS = 5
PAUSE_SECONDS = 0.5
MONTHS_AHEAD = 3


@dataclass(frozen=True)
class Status:
    """The revision of a warehouse, and what `migrate` would do."""

    revision: str | None
    head: str | None
    pending: list[str]
    months: list[str]

    @property
    def current(self) -> bool:
        return self.revision == self.head and not self.pending

    @property
    def ahead(self) -> bool:
        """A newer version has migrated it: this version can use it, and must not change it."""
        return self.revision is not None and self.revision not in revisions()


def migrate(owner_url: str, currency: str = "") -> None:
    """Apply migrations, then repeatables, then create the partitions of the next months. Log in as restaurant_user.

    `currency` becomes the default currency; empty leaves it as it is.

    A schema of a newer version is left as it is: to go back to an earlier version, just start it.
    """
    with connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _become_owner(connection)
        if status(owner_url).ahead:
            return
        _retried(lambda: upgrade(owner_url))
        _retried(lambda: init_db.upgrade(lambda: _core(owner_url), "raw_data"))
        _retried(lambda: repeatables.apply(connection, repeatables.on_disk()))
        if currency:
            _retried(lambda: set_default(connection, currency))
        _retried(lambda: _partitions_ahead(connection))


def status(owner_url: str) -> Status:
    """What is applied and what is not. Changes nothing."""
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
    current = None if revision is None else str(revision[0])
    return Status(current, head, [one.name for one in pending], [row[0] for row in months])


def connect(url: str) -> Connection:
    """Connect to a URL of psycopg or SQLAlchemy."""
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)


def _become_owner(connection: Connection) -> None:
    """All objects belong to the NOLOGIN owner, and not to the login that migrates."""
    try:
        connection.execute(f"SET ROLE {OWNER}")
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        for schema in SCHEMAS:
            connection.execute("SELECT %s::regnamespace", [schema])
    except (InvalidParameterValue, InsufficientPrivilege, InvalidSchemaName) as error:
        raise NotBootstrappedError(f"{error.diag.message_primary}. {NotBootstrappedError.__doc__}") from error


def _core(owner_url: str) -> Connection:
    """For the migrations of the core: its tables lie in raw_data, two of them in analytics."""
    connection = connect(owner_url)
    _become_owner(connection)
    connection.execute("SET search_path = raw_data, analytics")
    return connection


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
    """All revisions, the oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Apply the migrations up to a revision, and nothing else of `migrate`."""

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


def _retried(step: Callable[[], object]) -> None:
    """Run a step again while it fails for a lock.

    Each step is one transaction with a short lock_timeout, so that other sessions do not queue behind it for long.
    """

    def failure(error: psycopg.Error) -> ObjectsInUseError:
        return ObjectsInUseError(f"{error.diag.message_primary}. {ObjectsInUseError.__doc__}")

    retry_locked(step, attempts=ATTEMPTS, pause_seconds=PAUSE_SECONDS, failure=failure)
