"""One batch, one transaction: raw events, typed rows, dead letters, gaps, and the checkpoint behind the fence.

A batch stands whole or not at all. Events that the database refuses for what they contain are found by halving the
batch; only the guilty one becomes a dead letter.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg import errors

from sse_ingest import database
from sse_ingest.contract import Event, Gap, Reason, Rejected
from sse_ingest.dead_letters import bury, reject
from sse_ingest.errors import DatabaseUnavailable, FenceLost
from sse_ingest.merge import merge
from sse_ingest.processors import run_processors
from sse_ingest.queries import load
from sse_ingest.settings import Settings

log = logging.getLogger("sse_ingest")
_SQL = load("queries.sql")
Item: TypeAlias = Event | Rejected | Gap

# What the content of an event can cause. Everything else that PostgreSQL reports is about the environment or about us.
_DATA_FAULTS = (
    errors.DataError,
    errors.IntegrityError,
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
)


@dataclass
class Tally:
    """What one batch came to. `events` counts the rows new in raw_data.events_raw."""

    events: int = 0
    duplicates: int = 0
    rejected: int = 0
    gaps: int = 0
    transactions: int = 0

    def add(self, other: "Tally") -> None:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass
class _Batch:
    """The items of one transaction, sorted by what becomes of them."""

    events: list[Event] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @classmethod
    def of(cls, items: Iterable[Item]) -> "_Batch":
        batch = cls()
        for item in items:
            match item:
                case Event():
                    batch.events.append(item)
                case Rejected():
                    batch.rejected.append(item)
                case Gap():
                    batch.gaps.append(item)
        return batch


class Store:
    """Writes batches through one connection, under one fence."""

    def __init__(self, connection: psycopg.Connection[Any], settings: Settings, fence: int = 0) -> None:
        self._connection = connection
        self._settings = settings
        self._key: dict[str, Any] = {"stream": settings.stream, "shard": settings.shard, "fence": fence}
        self._months: set[tuple[int, int]] = set()
        with database.translated():
            connection.execute(_SQL["prepare_connection"])

    def begin(self, fence: int) -> "Store":
        """Write under this fence from now on. Before the lease is held there is none, and nothing commits."""
        self._key["fence"] = fence
        return self

    def commit(self, items: Sequence[Item]) -> Tally:
        """Commit the items in order. Raises FenceLost, or a transient error after which nothing of the rest stands."""
        if not items:
            return Tally()
        try:
            with database.translated():
                self._ensure_partitions(item.ts for item in items if isinstance(item, Event))
                return self._transaction(items)
        except _DATA_FAULTS as error:
            if len(items) == 1:
                return self.commit([_refused(items[0], error)])
            half = len(items) // 2
            tally = self.commit(items[:half])
            tally.add(self.commit(items[half:]))
            return tally

    def _transaction(self, items: Sequence[Item]) -> Tally:
        batch = _Batch.of(items)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            known = self._known(cursor, batch.events)
            events, failed, processed = run_processors(
                self._connection, self._settings.processors, batch.events, known
            )
            repeats = _claim(cursor, events)
            _refuse_processed_twice(repeats, processed, events)
            claimed = len(events) - len(repeats)
            if claimed:
                cursor.execute(_SQL["insert_raw"], {"writer": self._settings.writer})
                if not self._settings.raw:
                    merge(cursor, {event.event_type for event in events})
            duplicates, conflicts = self._settle(cursor, events, repeats)
            rejected = [*batch.rejected, *failed, *conflicts]
            for letter in rejected:
                bury(cursor, self._settings.stream, letter)
            for gap in batch.gaps:
                self._record_gap(cursor, gap)
            self._move_checkpoint(cursor, items)
        return Tally(claimed, duplicates, len(rejected), len(batch.gaps), 1)

    def _known(self, cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> set[UUID]:
        ids = [event.event_id for event in events if event.event_type in self._settings.processors]
        if not ids:
            return set()
        return {row[0] for row in cursor.execute(_SQL["known_events"], {"event_ids": ids})}

    def _settle(
        self, cursor: psycopg.Cursor[Any], events: Sequence[Event], repeats: Sequence[tuple[UUID, str, int]]
    ) -> tuple[int, list[Rejected]]:
        """Account for the events that were taken before: delivered again, repeated, or an id with other content."""
        if not repeats:
            return 0, []
        by_position = {(event.stream_id, event.offset): event for event in events}
        rows = cursor.execute(_SQL["first_taken"], {"event_ids": [row[0] for row in repeats]})
        first = {row[0]: row[1:] for row in rows}
        duplicates, conflicts = 0, []
        for event_id, stream_id, offset in repeats:
            event = by_position[stream_id, offset]
            first_stream_id, first_offset, first_hash = first[event_id]
            if bytes(first_hash) != event.content_hash:
                conflicts.append(_conflict(event, first_stream_id, first_offset))
            elif (first_stream_id, first_offset) != (stream_id, offset):
                repeat = {"stream_id": stream_id, "event_offset": offset, "event_id": event_id}
                cursor.execute(_SQL["record_duplicate"], {**self._key, **repeat})
                duplicates += 1
        return duplicates, conflicts

    def _record_gap(self, cursor: psycopg.Cursor[Any], gap: Gap) -> None:
        requested_log = gap.requested.rpartition("-")[0]
        lost = gap.missing is None or (requested_log not in {"", gap.stream_id})
        cursor.execute(
            _SQL["record_gap"],
            {
                **self._key,
                "kind": "stream_lost" if lost else "retention",
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
        )
        if moved.rowcount != 1:
            raise FenceLost(
                f"Another writer has taken over stream {self._settings.stream!r}: this batch was not committed. "
                "Nothing is lost; the other goes on from the checkpoint."
            )

    def _ensure_partitions(self, times: Iterable[datetime]) -> None:
        """Before a month not met yet, in a transaction of its own: making a partition locks the default one.

        Where somebody reads that for long, the rows go into it, and maintenance moves them out.
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


def _claim(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> list[tuple[UUID, str, int]]:
    """Copy the events to the server and claim their ids; those that were taken before are returned."""
    if not events:
        return []
    with cursor.copy(_SQL["copy_incoming"]) as copy:
        for event in events:
            copy.write_row(
                (
                    event.stream_id,
                    event.offset,
                    event.event_id,
                    event.event_type,
                    event.ts,
                    event.partition_key,
                    event.content_hash,
                    event.payload.decode(),
                )
            )
    return cursor.execute(_SQL["claim"]).fetchall()


def _refuse_processed_twice(
    repeats: Sequence[tuple[UUID, str, int]], processed: set[UUID], events: Sequence[Event]
) -> None:
    """An event that we processed but could not claim was taken by another stream meanwhile: start the batch anew."""
    firsts = {event.event_id: event.offset for event in reversed(events)}
    if any(event_id in processed and firsts[event_id] == offset for event_id, _stream_id, offset in repeats):
        raise DatabaseUnavailable(
            "Another stream took the same event at the same moment: the batch is tried again."
        )


def _refused(item: Item, error: psycopg.Error) -> Rejected:
    if not isinstance(item, Event):
        # Our own words about a bad event were refused: a fault of ours, not of the data.
        raise DatabaseUnavailable(f"A dead letter could not be written: {error}") from error
    return reject(item, Reason.REFUSED_BY_DATABASE, str(error).strip().splitlines()[0])


def _conflict(event: Event, stream_id: str, offset: int) -> Rejected:
    detail = f"event_id {event.event_id} was first taken at {stream_id}-{offset} with other content"
    return reject(event, Reason.EVENT_ID_CONFLICT, detail)
