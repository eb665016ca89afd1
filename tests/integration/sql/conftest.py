"""What the tests of the warehouse share: events written as ingestion writes them, raw and typed alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from sql.tool.cluster import SCRIPTS, grant_access

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
        self._insert(table, {**row, "event_id": event_id, "event_ts": event.get("ts", NOON)})
        return event_id if key is None else row[key]

    def _insert(self, table: str, full: dict[str, Any]) -> None:
        columns, marks = ", ".join(full), ", ".join(["%s"] * len(full))
        statement = f"INSERT INTO analytics.{table} ({columns}) VALUES ({marks})".encode()
        self.connection.execute(statement, list(full.values()))

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

    def status(self, order_id: UUID, status: str, changed_ts: datetime = NOON) -> UUID:
        full = {"order_id": order_id, "status": status, "changed_ts": changed_ts}
        return self.typed("order_status_history", "order_status_changed", None, full)

    def feedback(self, rating: int, nps: int | None, created_ts: datetime = NOON, **row: Any) -> UUID:
        full = {"rating": rating, "nps": nps, "created_ts": created_ts, **row}
        return self.typed("feedback", "feedback_submitted", "feedback_id", full)

    def menu_item(self, menu_item_id: str, changed_ts: datetime, **row: Any) -> UUID:
        full = {"menu_item_id": menu_item_id, "changed_ts": changed_ts, **row}
        return self._change("menu_item_changes", "menu_item_changed", full)

    def customer(self, customer_id: str, changed_ts: datetime, **row: Any) -> UUID:
        full = {"customer_id": customer_id, "changed_ts": changed_ts, **row}
        return self._change("customer_changes", "customer_changed", full)

    def _change(self, table: str, event_type: str, row: dict[str, Any]) -> UUID:
        payload: dict[str, Any] = {name: None if value is None else str(value) for name, value in row.items()}
        event_id = self.event(event_type, **payload)
        self._insert(table, {**row, "event_id": event_id, "event_ts": NOON})
        return event_id


@pytest.fixture
def owner(warehouse: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """restaurant_user, each statement its own transaction."""
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection


@pytest.fixture
def books(owner: psycopg.Connection[Any]) -> Books:
    return Books(owner)


@pytest.fixture
def books_in() -> type[Books]:
    """For a database of the test's own choice: `books_in(connection)`."""
    return Books


@pytest.fixture
def bootstrapped(cluster: Any, warehouse: Any) -> Iterator[Warehouse]:
    """A database in which bootstrap has made the schemas, and nothing else is."""
    database = replace(warehouse, name=f"test_{uuid4().hex[:12]}")
    script = (SCRIPTS / "20_restaurant_analytics.sql").read_text(encoding="utf-8")
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database.name} TEMPLATE template0".encode())
        with psycopg.connect(make_conninfo(cluster.admin_url, dbname=database.name)) as inside:
            inside.execute(script.replace("restaurant_analytics", database.name).encode())
        grant_access(admin, database.name)
        yield database
        admin.execute(f"DROP DATABASE {database.name} WITH (FORCE)".encode())


@pytest.fixture
def empty(bootstrapped: Warehouse) -> str:
    """The owner's URL to it."""
    return bootstrapped.url("restaurant_user")
