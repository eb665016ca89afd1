"""Where events go that cannot be taken: kept with the bytes as received and the reason."""

from typing import Any

import psycopg

from sse_ingest.database.named_queries import load
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.events import Event, Rejected

_LONGEST_DETAIL = 2_000
_INSERT = load("store.sql", __package__)["insert_dead_letter"]


def reject(event: Event, reason: Reason, detail: str) -> Rejected:
    """The dead letter of an event that the contract had accepted."""
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


def insert_dead_letter(cursor: psycopg.Cursor[Any], stream: str, letter: Rejected) -> None:
    """Write the dead letter, or count one more attempt if the same bytes lie at the same place already."""
    cursor.execute(
        _INSERT,
        {
            "stream": stream,
            "stream_id": letter.stream_id,
            "event_offset": letter.offset,
            "event_id": letter.event_id,
            "event_type": letter.event_type,
            "reason_code": letter.reason_code,
            "detail": storable(letter.detail),
            "received": letter.received,
        },
    )


def storable(detail: str) -> str:
    """Words that may be a processor's own, as a text that PostgreSQL takes."""
    return detail[:_LONGEST_DETAIL].replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()
