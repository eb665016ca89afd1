"""Purity, checked and restored: the analytics tables computed again from the raw events, beside live ingestion.

1. Fill. Raw is read into shadow tables in short transactions; nobody waits for us. Months that were archived come from
   their files, which are verified first; if one is missing or damaged, the rebuild refuses.
2. Compare. One REPEATABLE READ transaction takes what was written since the fill began, then compares every row.
   A batch writes its raw events and its typed rows in one transaction, so any one snapshot shows both or neither:
   in it the live tables must be the function of the raw events that the law says. No lock is needed for the
   comparison to be exact, and a healthy warehouse under load differs in nothing.
3. Apply, only when asked. The shadow is brought up to the last event, and the rows that differ are corrected in
   place, in one transaction. Tables are not swapped by renaming: that would break views, grants and whatever users
   have built upon them. Nobody else may write now, or we would correct towards an earlier state: event_ids is
   locked (SHARE), because a batch claims its ids there before it writes typed rows. Those under way end first,
   later ones wait, readers notice nothing. A lock on stream_checkpoints would not do: the holder could not renew
   its lease and would be replaced, and other streams write the same tables. To be short, this looks only at rows
   that differed before and at rows that either side has changed since; what somebody deletes by hand in that
   minute is left to the next rebuild.

The shadow outlives a kill; the next rebuild drops it first. An advisory lock admits one rebuild or archive run at a
time.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

from sse_ingest.archive import reader
from sse_ingest.database.connection import connect, translated
from sse_ingest.database.maintenance_lock import take_maintenance_lock
from sse_ingest.errors import ConfigurationError, DatabaseUnavailable, RebuildRefused
from sse_ingest.rebuild.diff import Kind, TableReport, compare, repair
from sse_ingest.rebuild.shadow_tables import SQL, Shadow
from sse_ingest.settings import Processor, Warehouse

_LOCK_ATTEMPTS = 30


@dataclass
class Report:
    """What a rebuild found. `applied` counts the rows that were corrected; None when it was not asked for.

    `events` were read; one that was written in the meantime may have been read twice, which changes nothing.
    """

    events: int
    tables: dict[str, TableReport]
    seconds: float = 0.0
    applied: dict[str, dict[Kind, int]] | None = None
    held_seconds: float = 0.0
    """How long --apply kept the writers waiting."""

    @property
    def differences(self) -> int:
        return sum(table.total for table in self.tables.values())


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a rebuild. `tables` are those that the processors use, besides our own."""

    apply: bool = False
    processors: Mapping[str, Processor] = field(default_factory=dict)
    tables: Sequence[str] = ()
    examples: int = 10
    archive_folder: Path | None = None
    """Where the files of archived months lie."""
    query_timeout_seconds: float = 10.0
    """How long to wait for another rebuild or archive run: one that was killed takes a moment to end."""


def rebuild(warehouse: Warehouse, request: Request) -> Report:
    """Compute the typed tables again and compare; correct them only if the request says so."""
    if request.tables and not request.processors:
        raise ConfigurationError("--table names what custom processors fill: give --processors too.")
    typed = warehouse.contract.typed
    if typed is None:
        raise ConfigurationError(
            f"The contract {warehouse.contract.name!r} has no typed tables: there is nothing to rebuild."
        )
    began = time.monotonic()
    with connect(warehouse.url, "rebuild", warehouse.schemas) as connection, translated():
        connection.prepare_threshold = None  # plans would be kept from when the tables were empty
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
    login, may = _one(connection, "may_rebuild", {"table": table})
    if not may:
        raise ConfigurationError(
            f"{login} may not rebuild the typed tables: set INGEST_OWNER_URL to a login of their owner."
        )
    if not take_maintenance_lock(connection, query_timeout_seconds):
        raise RebuildRefused("Another rebuild or an archive run is going on: wait until it has ended.")


def _refuse_failures(shadow: Shadow) -> None:
    if shadow.refused:
        told = "; ".join(shadow.refused[:3])
        raise RebuildRefused(
            f"The processors refuse {len(shadow.refused)} events: {told}. Correct the processor; nothing was changed."
        )


def _apply(shadow: Shadow, since: str, report: Report) -> None:
    for attempt in range(1, _LOCK_ATTEMPTS + 1):
        try:
            return _apply_now(shadow, since, report)
        except errors.LockNotAvailable as error:
            if attempt == _LOCK_ATTEMPTS:
                raise DatabaseUnavailable(
                    "Somebody has been holding event_ids for a minute, so that nothing was changed: "
                    "see pg_locks for who, then rebuild again."
                ) from error
            time.sleep(0.5)
    return None


def _apply_now(shadow: Shadow, since: str, report: Report) -> None:
    connection = shadow.connection
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '2s'")
        connection.execute("SET LOCAL synchronous_commit = on")
        for table in shadow.own_tables:
            connection.execute(table.statement("hold_processors"))
        connection.execute(shadow.statement("hold_writers"))
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
        "examples": {name: found for name, found in examples.items() if found},
    }


def _horizon(connection: psycopg.Connection[Any]) -> str:
    return str(_one(connection, "horizon")[0])


def _one(
    connection: psycopg.Connection[Any], name: str, values: Mapping[str, Any] | None = None
) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(SQL[name], values).fetchone()
    assert row is not None
    return row
