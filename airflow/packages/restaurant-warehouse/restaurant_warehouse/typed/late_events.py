"""Late events: they change the figures of a minute, and arrive when that minute is already final.

Each stream has its own event time, in its checkpoint. So a backlog that is read in its order has no late events, even
beside a live stream.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from restaurant_warehouse.event_types import EVENT_TYPES
from sse_ingest.contract.protocol import Key
from sse_ingest.database.named_queries import load
from sse_ingest.events import Event

_SQL = load("late_events.sql", __package__)
_EVENT_TIME = {name: kind.event_time for name, kind in EVENT_TYPES.items() if kind.event_time}


def event_times(events: Sequence[Event]) -> list[datetime]:
    """The event time of each event: for an order the time of the order, for any other event its ts."""
    return [
        getattr(event.record, _EVENT_TIME[event.event_type]) if event.event_type in _EVENT_TIME else event.ts
        for event in events
    ]


def advance(cursor: psycopg.Cursor[Any], key: Key, events: Sequence[Event]) -> None:
    """Move the event time of a stream past the events of a batch, and record the late ones."""
    times = event_times(events)
    if not times:
        return
    moved = cursor.execute(
        _SQL["advance_event_time"], {**key, "earliest": min(times), "latest": max(times)}
    ).fetchone()
    assert moved is not None, "the fence was checked when the checkpoint moved"
    latest, some_late, ahead = moved
    if some_late:
        _record(cursor, events, latest)
    if ahead:
        cursor.execute(_SQL["advance_to_the_present"], {**key, "times": times})


def record_out_of_turn(cursor: psycopg.Cursor[Any], stream: str, events: Sequence[Event]) -> None:
    """Record late events at an old place of the stream. The checkpoint does not show the event time of that place, so
    the present one is used.
    """
    row = cursor.execute(_SQL["latest_event_time"], {"stream": stream}).fetchone()
    if row is not None and row[0] is not None:
        _record(cursor, events, row[0])


def _record(cursor: psycopg.Cursor[Any], events: Sequence[Event], latest: datetime) -> None:
    restating = [event for event in events if _restates(event)]
    if restating:
        records: list[Any] = [event.record for event in restating]
        columns = {
            "event_ids": [event.event_id for event in restating],
            "event_types": [event.event_type for event in restating],
            "order_ids": [record.order_id for record in records],
            "event_times": event_times(restating),
        }
        cursor.execute(_SQL["record_late"], {"latest": latest, **columns})


def _restates(event: Event) -> bool:
    kind = EVENT_TYPES.get(event.event_type)
    return kind is not None and kind.restates(event.record)
