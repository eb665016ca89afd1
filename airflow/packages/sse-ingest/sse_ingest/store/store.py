"""One batch, one transaction: raw events, typed rows, dead letters, gaps, and the checkpoint, which the fence protects.

A batch is committed as a whole or not at all. When the database refuses the content of an event, the batch is halved
until the bad event is found; only that event becomes a dead letter.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from sse_ingest.database.connection import DATA_FAULTS, translated
from sse_ingest.database.failpoints import hit
from sse_ingest.database.named_queries import load
from sse_ingest.database.query_timeout import query_timeout
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import DatabaseUnavailable, FenceLost
from sse_ingest.events import Event, Gap, Rejected
from sse_ingest.settings import Settings
from sse_ingest.store import incoming
from sse_ingest.store.batch import Batch, Item
from sse_ingest.store.dead_letters import insert_dead_letter, reject
from sse_ingest.store.deduplication import (
    deduplicate,
    insert_event_ids,
    record_repeats,
    refuse_processed_twice,
    split_new_and_known,
    take_writer_lock,
)
from sse_ingest.store.offset_ranges import record_ranges
from sse_ingest.store.processors import run_processors
from sse_ingest.store.schema_drift import DriftRecorder

log = logging.getLogger("sse_ingest")
_SQL = load("store.sql", __package__)


@dataclass
class Tally:
    """The counts of committed batches. `events` counts the new rows in events_raw."""

    events: int = 0
    duplicates: int = 0
    rejected: int = 0
    gaps: int = 0
    transactions: int = 0

    def add(self, other: "Tally") -> None:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


class Store:
    """Writes batches through one connection, under one fence."""

    def __init__(self, connection: psycopg.Connection[Any], settings: Settings, fence: int = 0) -> None:
        self._connection = connection
        self._settings = settings
        self._key: dict[str, Any] = {"stream": settings.stream, "shard": settings.shard, "fence": fence}
        self._months: set[tuple[int, int]] = set()
        self._typed = settings.contract.typed
        fields = settings.contract.fields
        self._drift = None if fields is None else DriftRecorder(fields)
        with translated():
            incoming.prepare(connection)
            connection.execute(_SQL["plan_by_key"])
            if self._typed is not None:
                self._typed.check(connection.cursor())

    def begin(self, fence: int) -> "Store":
        """Write under this fence from now on. Before the lease is taken the fence is 0, and no commit succeeds."""
        self._key["fence"] = fence
        return self

    def commit(self, items: Sequence[Item]) -> Tally:
        """Commit the items in order. Raises FenceLost, or a transient error; then the rest is not committed."""
        return self.commit_batch(Batch(self._settings, items))

    def commit_batch(self, batch: Batch) -> Tally:
        """The same for items that are already formatted."""
        if not batch:
            return Tally()
        try:
            return self._attempt(batch)
        except DATA_FAULTS:
            if len(batch) == 1:
                return self._isolate_bad_event(batch)
            half = len(batch) // 2
            tally = self.commit(batch.items[:half])
            tally.add(self.commit(batch.items[half:]))
            return tally

    @contextmanager
    def between_batches(self) -> Iterator[psycopg.Connection[Any]]:
        """A transaction for `admit`. Batches in progress end before it begins, and later batches wait for its end.

        A batch inserts its event_ids before it locks any row. So a row that is needed together with `admit` must be
        locked inside this context, to keep the same order of locks.
        """
        with translated(), self._connection.transaction():
            self._connection.execute(_SQL["wait_briefly"])
            take_writer_lock(self._connection.cursor())
            self._connection.execute(_SQL["lock_event_ids"])
            yield self._connection

    def admit(self, event: Event) -> Rejected | None:
        """Take one event at its old place, within `between_batches`. No checkpoint moves, and no fence is checked.

        Returns the dead letter when it is refused, None when it is taken.
        """
        try:
            with translated(), self._connection.transaction(), self._connection.cursor() as cursor:
                events, _duplicates, refused = self._take(cursor, Batch(self._settings, [event]))
                if self._typed is not None:
                    self._typed.admitted(cursor, self._settings.stream, events)
        except DATA_FAULTS as error:
            return _refused(event, error)
        return refused[0] if refused else None

    def _attempt(self, batch: Batch) -> Tally:
        with translated(), query_timeout(self._connection, self._settings.query_timeout_seconds):
            hit("store.before_transaction")
            self.ensure_partitions(event.ts for event in batch.events)
            return self._transaction(batch)

    def _isolate_bad_event(self, batch: Batch) -> Tally:
        """Try the event once more, because a partition that is being attached can refuse a good row once. If it is
        refused again, write it as a dead letter.
        """
        try:
            return self._attempt(batch)
        except DATA_FAULTS as error:
            return self.commit([_refused(batch.items[0], error)])

    def _transaction(self, batch: Batch) -> Tally:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            hit("store.after_begin")
            events, duplicates, refused = self._take(cursor, batch)
            rejected = [*batch.rejected, *refused]
            for one in rejected:
                insert_dead_letter(cursor, self._settings.stream, one)
            hit("store.after_dead_letters")
            for gap in batch.gaps:
                self._record_gap(cursor, gap)
            hit("store.after_gaps")
            record_ranges(cursor, self._settings.stream, batch.items)
            hit("store.after_ranges")
            self._move_checkpoint(cursor, batch.items)
            if self._typed is not None:
                self._typed.committed(cursor, self._key, events)
            hit("store.after_checkpoint")
        hit("store.after_commit")
        if self._drift is not None:
            self._drift.learn()
        return Tally(len(events), duplicates, len(rejected), len(batch.gaps), 1)

    def _take(self, cursor: psycopg.Cursor[Any], batch: Batch) -> tuple[Sequence[Event], int, list[Rejected]]:
        """Deduplicate the events, and write the new ones. Returns the new events, the number of duplicates, and the
        refused events.
        """
        settings = self._settings
        if self._drift is not None:
            self._drift.begin()
        events, failed, processed = self._process(cursor, batch.events)
        if failed:
            batch = batch.only(events)
        hit("store.after_processors")
        batch, repeats = self._deduplicate(cursor, batch)
        hit("store.after_deduplication")
        refuse_processed_twice(repeats, processed, events)
        if batch.events:
            with cursor.copy(_SQL["copy_raw"]) as copy:
                copy.write(batch.raw_rows.raw())
            hit("store.after_insert_raw")
            if self._typed is not None:
                self._typed.add(cursor, batch.typed_rows, batch.events)
            if self._drift is not None:
                self._drift.write(cursor, settings.stream, batch.events)
        hit("store.after_merge")
        duplicates, conflicts = record_repeats(cursor, settings.stream, repeats)
        hit("store.after_repeats")
        return batch.events, duplicates, [*failed, *conflicts]

    def _deduplicate(self, cursor: psycopg.Cursor[Any], batch: Batch) -> tuple[Batch, list[Event]]:
        """A batch of the new events, and the events that are already known."""
        if not batch.events or deduplicate(cursor, batch.raw_rows):
            return batch, []
        fresh, repeats = split_new_and_known(cursor, batch.events)
        batch = batch.only(fresh)
        if fresh:
            insert_event_ids(cursor, batch.raw_rows)
        return batch, repeats

    def _process(
        self, cursor: psycopg.Cursor[Any], events: Sequence[Event]
    ) -> tuple[Sequence[Event], list[Rejected], set[UUID]]:
        """Run the processors for events that are not known yet; see run_processors."""
        processors = self._settings.processors
        ids = [event.event_id for event in events if event.event_type in processors]
        if not ids:
            return events, [], set()
        known = {row[0] for row in cursor.execute(_SQL["known_events"], {"event_ids": ids})}
        cursor.execute(_SQL["plan_freely"])
        result = run_processors(self._connection, processors, events, known)
        cursor.execute(_SQL["plan_by_key"])
        return result

    def _record_gap(self, cursor: psycopg.Cursor[Any], gap: Gap) -> None:
        cursor.execute(
            _SQL["record_gap"],
            {
                **self._key,
                "kind": _kind(gap),
                "stream_id": gap.stream_id,
                "requested": gap.requested,
                "oldest_offset": gap.oldest,
                "missing": gap.missing,
            },
        )

    def _move_checkpoint(self, cursor: psycopg.Cursor[Any], items: Sequence[Item]) -> None:
        placed = [item for item in items if not isinstance(item, Gap)]
        if not placed:
            return
        last = placed[-1]
        times = [item.ts for item in placed if isinstance(item, Event)]
        moved = cursor.execute(
            _SQL["move_checkpoint"],
            {
                **self._key,
                "stream_id": last.stream_id,
                "event_offset": last.offset,
                "last_event_id": last.last_event_id,
                "event_ts": times[-1] if times else None,
            },
        ).fetchone()
        if moved is None:
            raise FenceLost(
                f"Another writer has taken over stream {self._settings.stream!r}: this batch was not committed. "
                "Nothing is lost; the other writer continues from the checkpoint."
            )

    def ensure_partitions(self, times: Iterable[datetime]) -> None:
        """Create missing partitions for the months of these times, in a transaction of their own.

        To create a partition locks the default partition. If another session reads that for long, the rows go into the
        default partition, and maintenance moves them later.
        """
        for moment in times:
            month = (moment.year, moment.month)
            if month in self._months:
                continue
            self._months.add(month)
            try:
                self._connection.execute(_SQL["ensure_partitions"], {"first": moment, "last": moment})
            except errors.LockNotAvailable:
                log.warning("No partition yet for %04d-%02d: the default partition is in use.", *month)


def _refused(item: Item, error: psycopg.Error) -> Rejected:
    if not isinstance(item, Event):
        # The dead letter itself was refused: an error of this code, not of the data.
        raise DatabaseUnavailable(f"A dead letter could not be written: {error}") from error
    return reject(item, Reason.REFUSED_BY_DATABASE, str(error).strip().splitlines()[0])


def _kind(gap: Gap) -> str:
    """The `kind` of a gap in stream_gaps."""
    if gap.hole:
        return "hole"
    requested_log = gap.requested.rpartition("-")[0]
    lost = gap.missing is None or requested_log not in {"", gap.stream_id}
    return "stream_lost" if lost else "retention"
