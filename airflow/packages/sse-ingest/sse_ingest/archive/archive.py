"""Retention: moves whole months of raw events into Parquet files. A file is verified before its partition is dropped.

1. Export. One REPEATABLE READ transaction writes the month to a temporary file. The file is renamed when it is complete
   and on the disk. Its manifest follows.
2. Verify. In the same transaction the file is read back from the disk and compared with the partition, row by row.
   Events that arrive meanwhile affect neither step.
3. Drop. A short transaction detaches the partition, so that nobody can write to it. An unchanged partition is dropped,
   and the table archives records its file. If events have arrived, it stays, and the month is exported again.

A kill before step 3 leaves the partition complete, and perhaps a file that the next run writes again. A kill after step
3 leaves the archive recorded and the partition dropped. event_ids keeps the ids of archived events, so that a repeat is
still recognised. A new event of an archived month makes a partition again, and the next run writes a second file.

Ingestion waits while step 3 counts and drops the partition: about half a second for a million events.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from sse_ingest.archive import files
from sse_ingest.archive.files import Manifest
from sse_ingest.database.connection import DATA_FAULTS, connect, translated
from sse_ingest.database.lock_retries import retry_locked
from sse_ingest.database.maintenance_lock import take_maintenance_lock
from sse_ingest.database.named_queries import load
from sse_ingest.errors import ArchiveRefused, ConfigurationError, DatabaseUnavailable
from sse_ingest.settings import Warehouse

log = logging.getLogger("sse_ingest")
_SQL = load("archive.sql", __package__)
_KINDS = [
    "int8",
    "text",
    "text",
    "int8",
    "text",
    "text",
    "int8",
    "text",
    "text",
    "int8",
]  # the types of the columns of read_partition
_EVENT_ID, _TS = 1, 3
Result = TypeVar("Result")
_EXPORTS = 3


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to archive every month before `before` (YYYY-MM) into `folder`."""

    before: str
    folder: Path
    query_timeout_seconds: float = 10.0
    """How many seconds to wait for the end of a rebuild or another archive run."""
    lock_attempts: int = 5
    """How many times to wait two seconds for the lock on events_raw. Later sessions wait behind us meanwhile."""
    step: Callable[[str], None] = field(default=lambda _: None, repr=False)
    """Called after each step with its name: a test makes the run fail there."""


def archive(warehouse: Warehouse, request: Request) -> Iterator[Manifest]:
    """Archive month after month, the oldest first. A month is archived when its manifest is yielded.

    Raises ArchiveRefused, ConfigurationError or DatabaseUnavailable.
    """
    with connect(warehouse.url, "archive", warehouse.schemas) as connection, translated():
        before = _prepare(connection, request)
        typed = warehouse.contract.typed
        for (month,) in connection.execute(_SQL["stray_months"], {"before": before}).fetchall():
            _with_lock_retries(request, partial(connection.execute, _SQL["adopt"], {"month": month}))
        partitions = connection.execute(_SQL["partitions"], {"before": before}).fetchall()
        for (partition,) in partitions:
            if not _one(connection, _statement("holds_any", partition))[0]:
                continue
            if typed is not None and typed.needs(connection.cursor(), partition):
                log.warning("%s stays: the data-quality checks still need its events.", partition)
                continue
            yield _archive(connection, partition, request)


def month_of(text: str) -> datetime:
    """The first instant of a month (UTC) that is given as YYYY-MM. Raises ConfigurationError."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ConfigurationError(f"--before wants a month as YYYY-MM, not {text!r}.") from None
    return datetime(first.year, first.month, 1, tzinfo=UTC)


def _prepare(connection: psycopg.Connection[Any], request: Request) -> datetime:
    before = month_of(request.before)
    connection.execute(_SQL["prepare_session"])
    login, is_allowed = _one(connection, _SQL["may_archive"])
    if not is_allowed:
        raise ConfigurationError(
            f"{login} may not drop partitions: set INGEST_OWNER_URL to a login of the owner."
        )
    (this_month,) = _one(connection, _SQL["this_month"])
    if before.isoformat()[:7] > this_month:
        raise ConfigurationError(
            f"--before {request.before} is later than this month, {this_month}, which is never archived: "
            f"give {this_month} or an earlier one."
        )
    if not take_maintenance_lock(connection, request.query_timeout_seconds):
        raise ArchiveRefused("A rebuild or another archive run is going on: wait until it has ended.")
    return before


def _archive(connection: psycopg.Connection[Any], partition: str, request: Request) -> Manifest:
    for _ in range(_EXPORTS):
        try:
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                verified = _one(connection, _statement("fingerprint", partition))
                manifest = _export(connection, partition, request)
                _verify(connection, partition, request.folder / manifest.file, manifest)
            request.step("verified")
            if _with_lock_retries(
                request, partial(_drop, connection, partition, manifest, verified, request)
            ):
                return manifest
        except (*DATA_FAULTS, errors.DependentObjectsStillExist) as error:
            reason = str(error).strip().splitlines()[0]
            raise ArchiveRefused(f"{partition} cannot be archived: {reason}") from error
    raise ArchiveRefused(
        f"{partition} changed each of {_EXPORTS} times that it was exported, so it was not dropped: "
        "archive it when all its events have arrived."
    )


def _export(connection: psycopg.Connection[Any], partition: str, request: Request) -> Manifest:
    month = month_of(partition[-7:].replace("_", "-"))
    (number,) = _one(connection, _SQL["next_part"], {"month": month.date()})
    warehouse, version = _one(connection, _SQL["warehouse"])
    files.make_folder(request.folder)
    path = request.folder / files.name_of(partition, number)
    files.refuse_foreign(path, warehouse)
    request.step("begun")
    with closing(_rows(connection, partition)) as rows:
        file = files.write(files.part_of(path), rows, _TS)
    request.step("written")
    files.rename(files.part_of(path), path)
    request.step("renamed")
    manifest = Manifest(
        month=f"{month:%Y-%m}",
        part=number,
        file=path.name,
        rows=file.rows,
        bytes=file.bytes,
        first_ts=file.first_ts.isoformat(),
        last_ts=file.last_ts.isoformat(),
        sha256=file.sha256,
        created_at=datetime.now(UTC).isoformat(),
        schema_version=version,
        warehouse=warehouse,
    )
    files.put_manifest(path, manifest)
    request.step("manifest")
    return manifest


def _verify(connection: psycopg.Connection[Any], partition: str, path: Path, manifest: Manifest) -> None:
    with files.damage_reported(path):
        if files.checksum(path) != manifest.sha256:
            raise ArchiveRefused(
                f"{path} is not what was written to it: check the disk. Nothing was dropped."
            )
        archived = chain.from_iterable(files.pages(path))
        with closing(_rows(connection, partition)) as live:
            for number, (row, expected) in enumerate(zip_longest(archived, live), start=1):
                if row != expected:
                    raise ArchiveRefused(
                        f"Row {number} of {path} is not as {partition} has it "
                        f"(event {(expected or row)[_EVENT_ID]}). Nothing was dropped."
                    )


def _drop(
    connection: psycopg.Connection[Any],
    partition: str,
    manifest: Manifest,
    verified: tuple[Any, ...],
    request: Request,
) -> bool:
    """Drop the verified partition and record its archive, in one transaction. False: it has changed, and stays."""
    with connection.transaction() as transaction:
        connection.execute("SET LOCAL lock_timeout = '2s'")
        connection.execute(_statement("detach", partition))
        request.step("detached")
        if _one(connection, _statement("fingerprint", partition)) != verified:
            raise psycopg.Rollback(transaction)
        request.step("compared")
        connection.execute(_statement("drop", partition))
        request.step("dropped")
        values = asdict(manifest)
        connection.execute(_SQL["record"], {**values, "month": month_of(manifest.month).date()})
        request.step("recorded")
        details = Jsonb({**values, "folder": str(request.folder.resolve())})
        connection.execute(_SQL["audit"], {"partition": partition, "details": details})
        request.step("audited")
    request.step("committed")
    return transaction.status is transaction.Status.COMMITTED


def _with_lock_retries(request: Request, act: Callable[[], Result]) -> Result:
    def failure(_: psycopg.Error) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            "Another session has been holding events_raw all the time, so nothing more was archived: "
            "see pg_locks for that session, then archive again."
        )

    return retry_locked(act, attempts=request.lock_attempts, pause_seconds=1, failure=failure)


def _rows(connection: psycopg.Connection[Any], partition: str) -> Generator[tuple[Any, ...], None, None]:
    with connection.cursor() as cursor, cursor.copy(_statement("read_partition", partition)) as copy:
        copy.set_types(_KINDS)
        yield from copy.rows()


def _statement(name: str, partition: str) -> sql.Composed:
    text: LiteralString = _SQL[name]
    return sql.SQL(text).format(partition=sql.Identifier(partition))


def _one(connection: psycopg.Connection[Any], query: Any, values: Any = None) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query, values).fetchone()
    assert row is not None
    return row
