"""Typed rows: a function of the set of events, whatever their order.

Rows go straight into their tables. If one of them is there already, because events restate it, the batch is merged from
its JSON instead, by merge.sql and changes.sql. Either way late columns of orders that lie in several batches are
computed last, from all that is there.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from restaurant_warehouse.typed.tables import TABLES
from sse_ingest.database.failpoints import hit
from sse_ingest.database.named_queries import load
from sse_ingest.events import Event
from sse_ingest.store.copy_rows import Rows

_SQL = load("merge.sql", __package__) | load("changes.sql", __package__)
_REFRESH = "refresh_orders"
_TOUCHES_ORDERS = {"order_created", "order_status_changed", "payment_captured"}


def add_rows(cursor: psycopg.Cursor[Any], rows: Rows, events: Sequence[Event]) -> None:
    """Take the typed rows of new events into the tables on the search path."""
    tables = list(rows.tables())
    if not tables:
        return
    touched = rows.late.begun_before | _with_children(cursor, rows.late.begun)
    try:
        with cursor.connection.transaction():
            for event_type, data in tables:
                with cursor.copy(TABLES[event_type].copy) as copy:
                    copy.write(data)
            hit("store.after_copy")
    except (errors.UniqueViolation, errors.FeatureNotSupported) as error:
        if not _is_for_merging(error):
            raise
        stage(cursor, events)
        merge(cursor, {event_type for event_type, _ in tables})
    else:
        _refresh(cursor, touched)


def _is_for_merging(error: psycopg.Error) -> bool:
    """A row that is there already; or row-level security, under which COPY is refused where it begins."""
    return isinstance(error, errors.UniqueViolation) or error.diag.source_function == "DoCopy"


def _with_children(cursor: psycopg.Cursor[Any], begun: Collection[UUID]) -> set[UUID]:
    """Of these orders, those of which something came before: the batch alone does not tell their late columns."""
    if not begun:
        return set()
    return {row[0] for row in cursor.execute(_SQL["orders_with_children"], {"order_ids": list(begun)})}


def merge(cursor: psycopg.Cursor[Any], event_types: Collection[str]) -> None:
    """Merge the events in `incoming`, of these types, into the typed tables on the search path."""
    touched: set[UUID] = set()
    for event_type in sorted(TABLES.keys() & event_types):
        merged = cursor.execute(_SQL[event_type])
        if event_type in _TOUCHES_ORDERS:
            touched.update(row[0] for row in merged)
    _refresh(cursor, touched)


def _refresh(cursor: psycopg.Cursor[Any], touched: Iterable[UUID]) -> None:
    if order_ids := list(touched):
        hit("store.before_refresh")
        cursor.execute(_SQL[_REFRESH], {"order_ids": order_ids})


def stage(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> None:
    """Copy events into `incoming`, to be merged."""
    with cursor.copy(_SQL["copy_incoming"]) as copy:
        for event in events:
            copy.write_row((event.stream_id, event.offset, event.event_id, event.event_type, event.ts,
                event.partition_key, event.content_hash, event.payload.decode()))  # fmt: skip
