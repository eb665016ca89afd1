"""Late events: those that change the figures of a window and come when the minute of their own event time is final.

How far event time has come is told by each stream for itself, in its checkpoint, before each batch. So a backlog that
is read in its order makes nothing late, beside a live stream either.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from sse_ingest.database.named_queries import load
from sse_ingest.events import Event

_SQL = load("late_events.sql", __package__)


def event_times(events: Sequence[Event]) -> list[datetime]:
    """When each happened: an order when the guest ordered, any other at its ts."""
    known: Sequence[Any] = events
    return [each.record.order_ts if each.event_type == "order_created" else each.ts for each in known]


def _restates(event: Event) -> bool:
    """Whether it changes what is told of the window of its order."""
    record: Any = event.record
    match event.event_type:
        case "order_created" | "payment_captured" | "payment_refunded":
            return True
        case "order_status_changed":
            return bool(record.status == "cancelled")
    return False


def record_late(cursor: psycopg.Cursor[Any], events: Sequence[Event], latest: datetime) -> None:
    """Keep those that are late in a stream whose event time had come as far as `latest`."""
    told = [event for event in events if _restates(event)]
    if told:
        records: list[Any] = [event.record for event in told]
        columns = {
            "event_ids": [event.event_id for event in told],
            "event_types": [event.event_type for event in told],
            "order_ids": [record.order_id for record in records],
            "event_times": event_times(told),
        }
        cursor.execute(_SQL["record_late"], {"latest": latest, **columns})


def record_late_out_of_turn(cursor: psycopg.Cursor[Any], stream: str, events: Sequence[Event]) -> None:
    """The same for events that come at an old place of the stream, where nothing tells how far it has come."""
    row = cursor.execute(_SQL["latest_event_time"], {"stream": stream}).fetchone()
    if row is not None and row[0] is not None:
        record_late(cursor, events, row[0])


def move_watermark(cursor: psycopg.Cursor[Any], key: dict[str, Any], times: Sequence[datetime]) -> None:
    """As far as the greatest of the times that does not lie too far ahead."""
    cursor.execute(_SQL["move_watermark"], {**key, "times": times})
