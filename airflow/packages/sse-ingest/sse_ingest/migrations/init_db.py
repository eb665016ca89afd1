"""Upgrades the raw tables of a database to this version. Idempotent; concurrent calls run one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import errors, sql

from sse_ingest.database.connection import check_schema, connect, translated
from sse_ingest.errors import ConfigurationError
from sse_ingest.migrations.raw_functions import raw_functions

_LOCK: LiteralString = "SELECT pg_advisory_lock(hashtextextended('sse_ingest/init-db', 0))"
_SCHEMA: LiteralString = (
    "SELECT quote_ident(%(schema)s) = %(schema)s, to_regnamespace(%(schema)s) IS NOT NULL"
)
_VERSION: LiteralString = "SELECT version_num FROM {}.sse_ingest_version"
_AUDIT_SCHEMA: LiteralString = (
    "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'audit_log'::regclass"
)
_NEXT_PARTITIONS: LiteralString = "SELECT {}.ensure_partitions(now(), now() + make_interval(months => 3))"
_WRITER: LiteralString = """
GRANT USAGE ON SCHEMA {schema} TO {writer};
GRANT SELECT, INSERT ON {schema}.event_ids, {schema}.events_raw, {schema}.duplicates, {schema}.stream_gaps,
    {schema}.dead_letters, {schema}.schema_drift TO {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.committed_ranges TO {writer};
GRANT SELECT, INSERT, UPDATE ON {schema}.stream_checkpoints TO {writer};
GRANT UPDATE (oldest_offset, missing, acknowledged_at) ON {schema}.stream_gaps TO {writer};
GRANT UPDATE (attempts, last_seen) ON {schema}.dead_letters TO {writer};
GRANT EXECUTE ON FUNCTION {schema}.ensure_partitions(timestamptz, timestamptz), {schema}.completeness() TO {writer}
"""


@dataclass(frozen=True)
class Report:
    """What was done. `before` is the earlier version of the tables; None: there were none."""

    schema: str
    schema_made: bool
    before: str | None
    now: str
    partitions: int

    def __str__(self) -> str:
        changes = [f"made the schema {self.schema}"] if self.schema_made else []
        if self.before != self.now:
            changes.append(f"upgraded its tables from {self.before or 'nothing'} to version {self.now}")
        if self.partitions:
            changes.append(f"made {self.partitions} partitions")
        if not changes:
            return f"Nothing to do: the schema {self.schema} is at version {self.now}."
        return f"Done: {'; '.join(changes)}."


def init_db(url: str, schema: str, writer: str | None = None) -> Report:
    """Create or upgrade the raw tables in `schema`. The login needs CREATE on the database, or owns the schema.

    `writer` is a role that gets the grants that ingestion needs. Raises ConfigurationError or DatabaseUnavailable.
    """
    check_schema(schema)
    with connect(url, "init-db", [schema]) as connection, translated():
        connection.execute(_LOCK)
        schema_is_new = _make_schema(connection, schema)
        before = version(connection, schema)
        upgrade(lambda: connect(url, "init-db", [schema]), schema)
        apply_functions(connection, schema)
        if writer is not None:
            names = {"schema": sql.Identifier(schema), "writer": sql.Identifier(writer)}
            connection.execute(sql.SQL(_WRITER).format(**names))
        row = connection.execute(sql.SQL(_NEXT_PARTITIONS).format(sql.Identifier(schema))).fetchone()
        now = version(connection, schema)
    assert row is not None
    assert now is not None
    return Report(schema, schema_is_new, before, now, row[0])


def head() -> str:
    """The version of the raw tables that this code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def version(connection: psycopg.Connection[Any], schema: str) -> str | None:
    """The version of the raw tables in `schema`; None: it has no such tables."""
    try:
        with connection.transaction():
            row = connection.execute(sql.SQL(_VERSION).format(sql.Identifier(schema))).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return None
    return None if row is None else str(row[0])


def upgrade(open_connection: Callable[[], psycopg.Connection[Any]], schema: str) -> None:
    """Run the migrations that `schema` does not have yet.

    New tables are created in the first schema of the connection's search_path. Existing tables may be in any of them.
    Raises ConfigurationError, or the driver's error.
    """

    def transactional() -> psycopg.Connection[Any]:
        connection = open_connection()
        connection.autocommit = False
        return connection

    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=transactional, poolclass=sqlalchemy.pool.NullPool
    )
    config = _config()
    try:
        with engine.connect() as connection:
            config.attributes.update(connection=connection, schema=schema)
            command.upgrade(config, "head")
    except RuntimeError as error:
        raise ConfigurationError(str(error)) from error
    except sqlalchemy.exc.DBAPIError as error:
        raise error.orig or error from error


def apply_functions(connection: psycopg.Connection[Any], schema: str) -> None:
    """Create the functions of the raw tables, or replace them by those of this version."""
    row = connection.execute(_AUDIT_SCHEMA).fetchone()
    assert row is not None
    with connection.transaction():
        connection.execute("SET LOCAL check_function_bodies = off")
        for statement in raw_functions(schema, row[0]).values():
            connection.execute(statement.encode())


def _make_schema(connection: psycopg.Connection[Any], schema: str) -> bool:
    row = connection.execute(_SCHEMA, {"schema": schema}).fetchone()
    assert row is not None
    plain, there = row
    if not plain:
        raise ConfigurationError(f"{schema!r} is a reserved word of SQL: choose another name for the schema.")
    if not there:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    return not there


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
