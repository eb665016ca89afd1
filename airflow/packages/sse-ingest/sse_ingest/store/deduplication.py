"""Deduplication: each event_id is taken once.

An event that is already known was delivered again at the same place, is a duplicate at another place, or is a conflict
because its content differs.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from sse_ingest.database.named_queries import load
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.errors import DatabaseUnavailable
from sse_ingest.events import Event, Rejected
from sse_ingest.store.copy_rows import RawRows
from sse_ingest.store.dead_letters import reject

_SQL = load("deduplication.sql", __package__)


def deduplicate(cursor: psycopg.Cursor[Any], rows: RawRows) -> bool:
    """Insert the ids of all rows, or none. False: one of them is already in event_ids, or occurs twice in the batch."""
    take_writer_lock(cursor)
    try:
        with cursor.connection.transaction():
            insert_event_ids(cursor, rows)
    except errors.UniqueViolation:
        return False
    return True


def insert_event_ids(cursor: psycopg.Cursor[Any], rows: RawRows) -> None:
    """Insert ids that are all new."""
    with cursor.copy(_SQL["copy_ids"]) as copy:
        copy.write(rows.ids())


def take_writer_lock(cursor: psycopg.Cursor[Any]) -> None:
    """Wait until no other stream merges a batch. Take this lock before any lock on event_ids, never after it."""
    cursor.execute(_SQL["take_writer_lock"])


def split_new_and_known(
    cursor: psycopg.Cursor[Any], events: Sequence[Event]
) -> tuple[list[Event], list[Event]]:
    """The new events, and the known ones: taken before, or earlier in this batch. Requires the writer lock."""
    known_ids = {row[0] for row in _first_taken(cursor, events)}
    fresh, repeats = [], []
    for event in events:
        if event.event_id in known_ids:
            repeats.append(event)
        else:
            known_ids.add(event.event_id)
            fresh.append(event)
    return fresh, repeats


def refuse_processed_twice(repeats: Sequence[Event], processed: set[UUID], events: Sequence[Event]) -> None:
    """Raise DatabaseUnavailable if another stream took a processed event meanwhile: the batch is tried again."""
    firsts = {event.event_id: event for event in reversed(events)}
    if any(event.event_id in processed and firsts[event.event_id] is event for event in repeats):
        raise DatabaseUnavailable(
            "Another stream took the same event at the same moment: the batch is tried again."
        )


def record_repeats(
    cursor: psycopg.Cursor[Any], stream: str, repeats: Sequence[Event]
) -> tuple[int, list[Rejected]]:
    """Record known events: returns the number of duplicates at another place, and the dead letters of conflicts."""
    if not repeats:
        return 0, []
    first = {row[0]: row[1:] for row in _first_taken(cursor, repeats)}
    duplicates, conflicts = [], []
    for event in repeats:
        stream_id, offset, content_hash = first[event.event_id]
        if bytes(content_hash) != event.content_hash:
            conflicts.append(_conflict(event, stream_id, offset))
        elif (stream_id, offset) != (event.stream_id, event.offset):
            duplicates.append(event)
    if duplicates:
        places = {
            "stream_ids": [event.stream_id for event in duplicates],
            "event_offsets": [event.offset for event in duplicates],
            "event_ids": [event.event_id for event in duplicates],
        }
        cursor.execute(_SQL["record_duplicates"], {"stream": stream, **places})
    return len(duplicates), conflicts


def _first_taken(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> list[tuple[Any, ...]]:
    return cursor.execute(_SQL["first_taken"], {"event_ids": [event.event_id for event in events]}).fetchall()


def _conflict(event: Event, stream_id: str, offset: int) -> Rejected:
    detail = f"event_id {event.event_id} was first taken at {stream_id}-{offset} with other content"
    return reject(event, Reason.EVENT_ID_CONFLICT, detail)
