"""Snapshots: an order_snapshot states a whole order. It becomes the events that would state the same, and ends what is
older and not in it.

Both follow from the set of events: each row holds its place in the order of changes, and `order_snapshots` holds the
place of the newest snapshot of each order. A row with a lower place is not in that snapshot, else the snapshot would
have written it. So it is replaced: a line, discount, charge, payment or refund that the order no longer has, or a void
of what it still has.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from restaurant_warehouse import change_order
from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed import statements
from sse_ingest.database.named_queries import load
from sse_ingest.events import Event

_SQL = load("snapshots.sql", __package__)
SNAPSHOTS = {name: kind for name, kind in EVENT_TYPES.items() if kind.parts}
PARTS = frozenset[str]().union(*(kind.parts for kind in SNAPSHOTS.values()))
"""The types of the events that a snapshot becomes."""
REPLACEABLE = {name: kind for name, kind in EVENT_TYPES.items() if kind.is_replaceable}


def replace(kind: EventType) -> sql.Composed:
    """The statement that decides which rows of this type are replaced."""
    place, newest = statements.place(kind, "t"), change_order.row("s")
    return sql.SQL(_SQL["replace"]).format(
        table=sql.Identifier(kind.table), place=sql.SQL(place), newest=sql.SQL(newest)
    )


def _orders_of(kinds: Sequence[EventType]) -> sql.Composed:
    one = sql.SQL(_SQL["orders_of_type"])
    orders = [
        one.format(order_id=sql.SQL(statements.read(kind, "order_id")), event_type=sql.Literal(kind.name))
        for kind in kinds
    ]
    return sql.SQL(_SQL["orders_of_incoming"]).format(orders=sql.SQL(" UNION ").join(orders))


_REPLACE = {name: replace(kind) for name, kind in REPLACEABLE.items()}
_ORDERS = _orders_of([*SNAPSHOTS.values(), *REPLACEABLE.values()])


def split_snapshots(cursor: psycopg.Cursor[Any]) -> None:
    """Add to `incoming` the events that its snapshots become."""
    cursor.execute(_SQL["split"])


def replace_after_merge(cursor: psycopg.Cursor[Any]) -> set[UUID]:
    """Decide what is replaced, for all orders in `incoming` that have a snapshot. Returns these orders."""
    return _replace(cursor, {row[0] for row in cursor.execute(_ORDERS)} if _has_any(cursor) else set())


def replace_after_copy(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> set[UUID]:
    """The same for the orders of new rows: their snapshots may be older, or newer."""
    if not _has_any(cursor):
        return set()
    order_ids = list(set(_named(events)))
    return _replace(
        cursor, {row[0] for row in cursor.execute(_SQL["with_snapshot"], {"order_ids": order_ids})}
    )


def _has_any(cursor: psycopg.Cursor[Any]) -> bool:
    return cursor.execute(_SQL["has_snapshots"]).fetchone() == (True,)


def _named(events: Sequence[Event]) -> Iterator[UUID]:
    """The orders whose rows a snapshot can replace."""
    for event in events:
        if event.event_type in REPLACEABLE:
            record: Any = event.record
            yield record.order_id


def _replace(cursor: psycopg.Cursor[Any], order_ids: set[UUID]) -> set[UUID]:
    if order_ids:
        for statement in _REPLACE.values():
            cursor.execute(statement, {"order_ids": list(order_ids)})
    return order_ids
