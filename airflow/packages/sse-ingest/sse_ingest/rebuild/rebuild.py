"""Computes the typed tables again from the raw events, compares them with the live tables, and can correct those.

It runs beside live ingestion, in three steps:

1. Fill. Raw events are read into shadow tables in short transactions, for which no session waits. Archived months come
   from their files, which are verified first. If a file is missing or damaged, the rebuild refuses.
2. Compare. One REPEATABLE READ transaction adds the events that were written since step 1 began, and compares every
   row. A batch writes its raw events and its typed rows in one transaction, so a snapshot shows both or neither. In
   each snapshot the typed tables must follow from the raw events. So the comparison is exact without a lock, and a
   healthy warehouse shows no difference, even under load.
3. Apply, only on request. One transaction adds the last events to the shadow and corrects the rows that differ. The
   tables are not swapped by renaming: that would break views, grants and other objects that depend on them. No writer
   may commit meanwhile, because the correction would then restore an earlier state. So event_ids is locked (SHARE):
   a batch inserts its ids there before it writes typed rows. Batches in progress end first, later ones wait, readers
   do not wait. A lock on stream_checkpoints would not work: the holder could not renew its lease and would be replaced,
   and other streams write the same tables. To keep the lock short, only rows that differed before, and rows that
   changed since then, are compared. A row that a person deletes in that minute is left to the next rebuild.

The shadow tables remain after a kill; the next rebuild drops them first. An advisory lock allows one rebuild or archive
run at a time.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from sse_ingest.archive import reader
from sse_ingest.database.connection import connect, translated
from sse_ingest.database.lock_retries import retry_locked
from sse_ingest.database.maintenance_lock import take_maintenance_lock
from sse_ingest.errors import ConfigurationError, DatabaseUnavailable, RebuildRefused
from sse_ingest.rebuild.diff import Kind, TableReport, compare, repair
from sse_ingest.rebuild.shadow_tables import SQL, Shadow
from sse_ingest.settings import Processor, Warehouse

_LOCK_ATTEMPTS = 30


@dataclass
class Report:
    """The result of a rebuild. `applied` counts the corrected rows by table and kind; None: not requested.

    `events` counts the events that were read. An event that was written meanwhile may be read and counted twice.
    """

    events: int
    tables: dict[str, TableReport]
    seconds: float = 0.0
    applied: dict[str, dict[Kind, int]] | None = None
    held_seconds: float = 0.0
    """How many seconds --apply blocked the writers."""

    @property
    def differences(self) -> int:
        return sum(table.total for table in self.tables.values())


@dataclass(frozen=True, kw_only=True)
class Request:
    """The request for a rebuild. `tables` are the tables that the processors use, besides the typed tables."""

    apply: bool = False
    processors: Mapping[str, Processor] = field(default_factory=dict)
    tables: Sequence[str] = ()
    examples: int = 10
    archive_folder: Path | None = None
    """The folder with the files of archived months."""
    query_timeout_seconds: float = 10.0
    """How many seconds to wait for another rebuild or archive run: a killed one takes a moment to end."""


def rebuild(warehouse: Warehouse, request: Request) -> Report:
    """Compute the typed tables again and compare them; correct the live ones only if the request says so.

    Raises RebuildRefused, ConfigurationError or DatabaseUnavailable.
    """
    if request.tables and not request.processors:
        raise ConfigurationError("--table names a table that custom processors fill: give --processors too.")
    typed = warehouse.contract.typed
    if typed is None:
        raise ConfigurationError(
            f"The contract {warehouse.contract.name!r} has no typed tables: there is nothing to rebuild."
        )
    began = time.monotonic()
    with connect(warehouse.url, "rebuild", warehouse.schemas) as connection, translated():
        connection.prepare_threshold = None  # a prepared plan would be one for empty tables
        _prepare(connection, f"{typed.schema}.{typed.tables[0]}", request.query_timeout_seconds)
        files = reader.files(connection, request.archive_folder)
        shadow = Shadow.create(connection, typed, warehouse.schema, request.tables, request.processors)
        try:
            report = _rebuild(shadow, request, files)
        finally:
            if not connection.closed:
                shadow.drop()
    report.seconds = time.monotonic() - began
    return report


def _rebuild(shadow: Shadow, request: Request, files: Sequence[Path]) -> Report:
    since = _horizon(shadow.connection)
    events = sum(map(shadow.take_archived, files)) + shadow.take()
    with shadow.connection.transaction():
        shadow.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        until = _horizon(shadow.connection)
        events += shadow.take(since)
        _refuse_failures(shadow)
        report = Report(
            events,
            {table.name: compare(shadow.connection, table, request.examples) for table in shadow.tables},
        )
    if request.apply:
        _apply(shadow, until, report)
    return report


def _prepare(connection: psycopg.Connection[Any], table: str, query_timeout_seconds: float) -> None:
    connection.execute(SQL["prepare_session"])
    login, is_allowed = _one(connection, "may_rebuild", {"table": table})
    if not is_allowed:
        raise ConfigurationError(
            f"{login} may not rebuild the typed tables: set INGEST_OWNER_URL to a login of their owner."
        )
    if not take_maintenance_lock(connection, query_timeout_seconds):
        raise RebuildRefused("Another rebuild or an archive run is going on: wait until it has ended.")


def _refuse_failures(shadow: Shadow) -> None:
    if shadow.refused:
        examples = "; ".join(shadow.refused[:3])
        raise RebuildRefused(
            f"The processors refuse {len(shadow.refused)} events: {examples}. "
            "Correct the processor; nothing was changed."
        )


def _apply(shadow: Shadow, since: str, report: Report) -> None:
    def failure(_: psycopg.Error) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            "Another session has been holding event_ids for a minute, so nothing was changed: "
            "see pg_locks for that session, then rebuild again."
        )

    retry_locked(
        lambda: _apply_now(shadow, since, report),
        attempts=_LOCK_ATTEMPTS,
        pause_seconds=0.5,
        failure=failure,
    )


def _apply_now(shadow: Shadow, since: str, report: Report) -> None:
    connection = shadow.connection
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'")
        connection.execute("SET LOCAL synchronous_commit = on")
        for table in shadow.processor_tables:
            connection.execute(table.statement("lock_processor_table"))
        connection.execute(shadow.statement("lock_event_ids"))
        began = time.monotonic()
        connection.execute("SET LOCAL lock_timeout = 0")
        report.events += shadow.take(since)
        _refuse_failures(shadow)
        report.applied = {table.name: repair(connection, table, since) for table in shadow.tables}
        connection.execute(
            shadow.statement("audit"),
            {"object": ", ".join(report.tables), "details": Jsonb(_details(report))},
        )
    report.held_seconds = time.monotonic() - began


def _details(report: Report) -> dict[str, Any]:
    examples = {name: [asdict(one) for one in table.examples] for name, table in report.tables.items()}
    return {
        "corrected": report.applied,
        "events": report.events,
        "examples": {name: differences for name, differences in examples.items() if differences},
    }


def _horizon(connection: psycopg.Connection[Any]) -> str:
    return str(_one(connection, "horizon")[0])


def _one(
    connection: psycopg.Connection[Any], name: str, values: Mapping[str, Any] | None = None
) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(SQL[name], values).fetchone()
    assert row is not None
    return row
