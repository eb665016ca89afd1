"""The temporary table `incoming` of a connection: it holds the events that are merged from their JSON."""

from collections.abc import Sequence
from typing import Any

import psycopg

from sse_ingest.database.named_queries import load
from sse_ingest.events import Event

_SQL = load("store.sql", __package__)


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Create the table. It exists as long as the connection."""
    connection.execute(_SQL["create_incoming"])


def stage(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> None:
    """Copy events into the table, for the merge."""
    with cursor.copy(_SQL["copy_incoming"]) as copy:
        for event in events:
            copy.write_row((event.stream_id, event.offset, event.event_id, event.event_type, event.ts,
                event.partition_key, event.content_hash, event.payload.decode(), event.version))  # fmt: skip
