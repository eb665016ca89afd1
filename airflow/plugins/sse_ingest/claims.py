"""Claiming event_ids: each is taken once; what comes again is delivered again, a repeat, or a conflict."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from sse_ingest.contract import Event, Reason, Rejected
from sse_ingest.dead_letters import reject
from sse_ingest.errors import DatabaseUnavailable
from sse_ingest.failpoints import hit
from sse_ingest.queries import load

_SQL = load("claims.sql")
Repeat: TypeAlias = tuple[UUID, str, int]


def claim(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> list[Repeat]:
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
    hit("store.after_copy")
    take_turn(cursor)
    return cursor.execute(_SQL["claim"]).fetchall()


def take_turn(cursor: psycopg.Cursor[Any]) -> None:
    """Wait until no other stream is in the midst of a merge. Before any lock on event_ids, never after."""
    cursor.execute(_SQL["take_turn"])


def refuse_processed_twice(repeats: Sequence[Repeat], processed: set[UUID], events: Sequence[Event]) -> None:
    """An event that we processed but could not claim was taken by another stream meanwhile: start the batch anew."""
    firsts = {event.event_id: event.offset for event in reversed(events)}
    if any(event_id in processed and firsts[event_id] == offset for event_id, _stream_id, offset in repeats):
        raise DatabaseUnavailable(
            "Another stream took the same event at the same moment: the batch is tried again."
        )


def settle(
    cursor: psycopg.Cursor[Any], stream: str, events: Sequence[Event], repeats: Sequence[Repeat]
) -> tuple[int, list[Rejected]]:
    """Account for the events that were taken before: how many repeat at another place, and which are conflicts."""
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
            cursor.execute(_SQL["record_duplicate"], {"stream": stream, **repeat})
            duplicates += 1
    return duplicates, conflicts


def _conflict(event: Event, stream_id: str, offset: int) -> Rejected:
    detail = f"event_id {event.event_id} was first taken at {stream_id}-{offset} with other content"
    return reject(event, Reason.EVENT_ID_CONFLICT, detail)
