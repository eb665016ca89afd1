"""What the tests of the warehouse share: events written as ingestion writes them, raw and typed alike."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


class Warehouse(Protocol):
    """What the shared fixture offers."""

    name: str

    def url(self, role: str) -> str: ...

    def connect(self, role: str, **options: Any) -> psycopg.Connection[Any]: ...


class Books:
    """Writes consistent events by hand: the raw row, its id, the typed row. Returns the typed row's key."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._offsets = count(1)

    def event(
        self, event_type: str, ts: datetime = NOON, ingested_at: datetime = NOON, **payload: Any
    ) -> UUID:
        event_id, offset = uuid4(), next(self._offsets)
        self.connection.execute(
            "INSERT INTO raw_data.event_ids VALUES (%s, %s, 'log', %s, %s)", [event_id, ts, offset, b"h" * 16]
        )
        self.connection.execute(
            "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
            " ingested_at, ingested_by, stream_id)"
            " VALUES (%s, %s, %s, %s, 'LOC-ON-001', %s, %s, 'test', 'log')",
            [offset, event_id, event_type, ts, Jsonb(payload), ingested_at],
        )
        return event_id

    def typed(self, table: str, event_type: str, key: str | None, row: dict[str, Any], **event: Any) -> UUID:
        named: dict[str, Any] = {} if key is None else {key: str(row.setdefault(key, uuid4()))}
        if row.get("order_id"):
            named["order_id"] = str(row["order_id"])
        event_id = self.event(event_type, **event, **named)
        full = {**row, "event_id": event_id, "event_ts": event.get("ts", NOON)}
        columns, marks = ", ".join(full), ", ".join(["%s"] * len(full))
        statement = f"INSERT INTO analytics.{table} ({columns}) VALUES ({marks})".encode()
        self.connection.execute(statement, list(full.values()))
        return event_id if key is None else row[key]

    def order(self, order_ts: datetime = NOON, **row: Any) -> UUID:
        """Money in `row` comes with a payment of the same money, a status with a status change."""
        money = {name: row[name] for name in ("subtotal", "tax", "tip", "total") if name in row}
        full = {
            "service_type": "dine_in",
            "order_ts": order_ts,
            "location_code": "LOC-ON-001",
            "created_at": order_ts,
            "updated_at": order_ts,
            **row,
        }
        order_id = self.typed("orders", "order_created", "order_id", full)
        if money:
            self.payment(order_id, **money)
        if "status" in row:
            self.status(order_id, row["status"])
        return order_id

    def item(self, order_id: UUID, name: str = "Tea", qty: Any = 1, price: Any = None, **row: Any) -> UUID:
        event = {name: row.pop(name) for name in ("ingested_at",) if name in row}
        full = {"order_id": order_id, "item_name": name, "qty": qty, "extended_price": price, **row}
        return self.typed("order_items", "order_item_added", "order_item_id", full, **event)

    def payment(self, order_id: UUID, **row: Any) -> UUID:
        full = {
            "amount": row["total"],
            "method": "card",
            "processed_at": NOON,
            **row,
            "order_id": order_id,
        }
        return self.typed("payments", "payment_captured", "payment_id", full)

    def refund(self, payment_id: UUID, order_id: UUID, amount: Any) -> UUID:
        full = {"payment_id": payment_id, "order_id": order_id, "amount": amount, "refunded_ts": NOON}
        return self.typed("refunds", "payment_refunded", "refund_id", full)

    def status(self, order_id: UUID, status: str) -> UUID:
        full = {"order_id": order_id, "status": status, "changed_ts": NOON}
        return self.typed("order_status_history", "order_status_changed", None, full)

    def feedback(self, rating: int, nps: int | None, created_ts: datetime = NOON) -> UUID:
        full = {"rating": rating, "nps": nps, "created_ts": created_ts}
        return self.typed("feedback", "feedback_submitted", "feedback_id", full)


@pytest.fixture
def owner(warehouse: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """restaurant_user, each statement its own transaction."""
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection


@pytest.fixture
def books(owner: psycopg.Connection[Any]) -> Books:
    return Books(owner)
