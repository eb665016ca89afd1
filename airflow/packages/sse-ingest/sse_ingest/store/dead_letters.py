"""Writes dead letters: events that cannot be taken, with the bytes as received and the reason."""

from typing import Any

import psycopg

from sse_ingest.database.named_queries import load
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected

_LONGEST_DETAIL = 2_000
_INSERT = load("store.sql", __package__)["insert_dead_letter"]


def reject(event: Event, reason: Reason, detail: str) -> Rejected:
    """The dead letter of an event that the contract has accepted, but the store has not."""
    return Rejected(
        stream_id=event.stream_id,
        offset=event.offset,
        event_id=event.event_id,
        event_type=event.event_type,
        reason_code=reason,
        detail=detail,
        received=event.received,
        last_event_id=event.last_event_id,
    )


def insert_dead_letter(cursor: psycopg.Cursor[Any], stream: str, rejected: Rejected) -> None:
    """Insert the dead letter, or count one more attempt if the same bytes are at the same place already."""
    cursor.execute(
        _INSERT,
        {
            "stream": stream,
            "stream_id": rejected.stream_id,
            "event_offset": rejected.offset,
            "event_id": rejected.event_id,
            "event_type": rejected.event_type,
            "reason_code": rejected.reason_code,
            "detail": storable(rejected.detail),
            "received": rejected.received,
        },
    )


def storable(detail: str) -> str:
    """A detail, which may be a processor's message, as a text that PostgreSQL can store."""
    return detail[:_LONGEST_DETAIL].replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()
