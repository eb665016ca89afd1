"""Which table an event type has, and its columns: the one mapping that is used to format rows.

The columns are the fields of the payload, in their order, and after them what the event itself adds. merge.sql and
changes.sql say the same in SQL, for events that are merged from their JSON; tests/property/test_rows.py holds the two
together.
"""

from dataclasses import dataclass
from typing import LiteralString

import msgspec

from restaurant_warehouse.event_types.payloads import PAYLOADS

ORDERS = "order_created"
_NAMES: dict[str, LiteralString] = {
    ORDERS: "orders",
    "order_item_added": "order_items",
    "order_status_changed": "order_status_history",
    "payment_captured": "payments",
    "payment_refunded": "refunds",
    "feedback_submitted": "feedback",
    "menu_item_changed": "menu_item_changes",
    "customer_changed": "customer_changes",
}
_FROM_THE_TIME: dict[str, tuple[str, ...]] = {ORDERS: ("created_at",), "payment_captured": ("processed_at",)}
_VERSION = ("event_ts", "event_id")
_LATE = ("status", "subtotal", "tax", "tip", "total", "updated_at")
"""The columns of an order that follow from its payments and status changes."""


@dataclass(frozen=True)
class Table:
    """The table of an event type. A row is the payload's fields, `times` times the event's ts, and its event_id."""

    name: LiteralString
    columns: tuple[str, ...]
    times: int
    copy: LiteralString
    """The statement that takes the rows, as CSV with JSON's escapes."""


def _table(event_type: str, kind: type[msgspec.Struct]) -> Table:
    from_the_time = _FROM_THE_TIME.get(event_type, ())
    columns = (*kind.__struct_fields__, *from_the_time, *_VERSION, *(_LATE if event_type == ORDERS else ()))
    name = _NAMES[event_type]
    statement = f"COPY {name} ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\\')"
    return Table(name, columns, len(from_the_time) + 1, statement)


TABLES = {event_type: _table(event_type, kind) for event_type, kind in PAYLOADS.items()}
