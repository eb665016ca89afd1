"""The typed tables of a restaurant. Their content depends on the set of events only, not on their order.

Rows are copied into their tables. If a row exists already, because an event restates it, or if the batch has a snapshot
of an order, the batch is merged from its JSON instead. In both cases it is decided last what snapshots replace, and the
derived columns of orders that are in several batches are computed, from all events of the order.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed import late_events, snapshots, statements
from restaurant_warehouse.typed.copy_rows import CopyRows
from restaurant_warehouse.typed.raw_needs import needs_checks
from restaurant_warehouse.typed.text_ids import replace_texts
from sse_ingest.contract.protocol import Key
from sse_ingest.database.failpoints import hit
from sse_ingest.database.named_queries import load
from sse_ingest.errors import ConfigurationError
from sse_ingest.events import Event
from sse_ingest.store.incoming import stage

_SQL = load("order_totals.sql", __package__) | load("late_events.sql", __package__)
_COPY = {name: statements.copy(kind) for name, kind in EVENT_TYPES.items()}
_MERGE = {name: statements.merge(kind) for name, kind in EVENT_TYPES.items()}
_NEEDED = [
    ("stream_checkpoints", "latest_event_time"),
    ("events_raw", "version"),
    *((kind.table, column) for kind in EVENT_TYPES.values() for column in kind.all_columns),
]


class RestaurantTables:
    """The tables of the schema analytics that events fill; see sse_ingest's `TypedTables`."""

    schema = "analytics"
    tables = tuple(kind.table for kind in EVENT_TYPES.values())

    def rows(self) -> CopyRows:
        """The rows of a new batch."""
        return CopyRows()

    def check(self, cursor: psycopg.Cursor[Any]) -> None:
        """Raise ConfigurationError when the schema is older than this code."""
        tables, columns = zip(*_NEEDED, strict=True)
        needed = {"tables": list(tables), "columns": list(columns)}
        if cursor.execute(_SQL["knows_columns"], needed).fetchone() != (True,):
            raise ConfigurationError("The schema is older than this code: run `python -m sql migrate`.")

    def add(self, cursor: psycopg.Cursor[Any], rows: CopyRows, events: Sequence[Event]) -> None:
        """Write the typed rows of new events into the tables on the search_path."""
        if rows.has_snapshots:
            stage(cursor, events)
            self.merge(cursor, {event.event_type for event in events})
            return
        tables = list(rows.tables())
        if not tables:
            return
        totals = rows.totals
        touched = totals.begun_before | totals.voided | _with_children(cursor, totals.begun)
        try:
            with cursor.connection.transaction():
                for event_type, data in tables:
                    with cursor.copy(_COPY[event_type]) as copy:
                        copy.write(data)
                hit("store.after_copy")
        except (errors.UniqueViolation, errors.FeatureNotSupported) as error:
            if not _needs_merge(error):
                raise
            stage(cursor, events)
            self.merge(cursor, {event_type for event_type, _ in tables})
        else:
            _refresh(cursor, touched | snapshots.replace_after_copy(cursor, events))

    def merge(self, cursor: psycopg.Cursor[Any], event_types: Collection[str]) -> None:
        """Merge the events in `incoming`, of these types, into the tables on the search_path."""
        replace_texts(cursor)
        touched: set[UUID] = set()
        chosen = EVENT_TYPES.keys() & event_types
        if chosen & snapshots.SNAPSHOTS.keys():
            snapshots.split_snapshots(cursor)
            chosen |= snapshots.PARTS
        for event_type in sorted(chosen):
            merged = cursor.execute(_MERGE[event_type])
            if EVENT_TYPES[event_type].decides_orders:
                touched.update(order_id for row in merged for order_id in row if order_id is not None)
        _refresh(cursor, touched | snapshots.replace_after_merge(cursor))

    def committed(self, cursor: psycopg.Cursor[Any], key: Key, events: Sequence[Event]) -> None:
        """Move the event time of the stream, and record the events that are late for it."""
        late_events.advance(cursor, key, events)

    def admitted(self, cursor: psycopg.Cursor[Any], stream: str, events: Sequence[Event]) -> None:
        """Record the late ones of events that are taken at an old place of the stream."""
        late_events.record_out_of_turn(cursor, stream, events)

    def needs(self, cursor: psycopg.Cursor[Any], partition: str) -> bool:
        """Whether a rule of data quality still has to check events of this partition."""
        return needs_checks(cursor, partition)

    def forget_foreign(self, cursor: psycopg.Cursor[Any]) -> None:
        """Delete changes of another form: they were taken before the contract knew their type."""
        cursor.execute(_SQL["forget_foreign_changes"])


def _needs_merge(error: psycopg.Error) -> bool:
    """Whether the merge can replace the COPY: a row exists already, or row-level security does not allow COPY."""
    return isinstance(error, errors.UniqueViolation) or error.diag.source_function == "DoCopy"


def _with_children(cursor: psycopg.Cursor[Any], begun: Collection[UUID]) -> set[UUID]:
    """The orders among these with earlier events: the batch alone does not decide their derived columns."""
    if not begun:
        return set()
    return {row[0] for row in cursor.execute(_SQL["orders_with_children"], {"order_ids": list(begun)})}


def _refresh(cursor: psycopg.Cursor[Any], touched: Iterable[UUID]) -> None:
    if order_ids := list(touched):
        hit("store.before_refresh")
        cursor.execute(_SQL["refresh_orders"], {"order_ids": order_ids})
