"""From raw events to typed rows: a function of the set of events, whatever their order. Statements in merge.sql."""

from collections.abc import Collection
from typing import Any

import psycopg

from sse_ingest.failpoints import hit
from sse_ingest.queries import load

_SQL = load("merge.sql")
_REFRESH = "refresh_orders"
TYPED = frozenset(_SQL) - {_REFRESH}
"""The event types that have a table. Every other type is kept raw."""

_TOUCHES_ORDERS = {"order_created", "order_status_changed", "payment_captured"}


def merge(cursor: psycopg.Cursor[Any], event_types: Collection[str]) -> None:
    """Merge the events in `incoming`, of these types, into the typed tables on the search path."""
    present = TYPED.intersection(event_types)
    for event_type in sorted(present):
        cursor.execute(_SQL[event_type])
    if present & _TOUCHES_ORDERS:
        hit("store.before_refresh")
        cursor.execute(_SQL[_REFRESH])
