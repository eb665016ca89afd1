"""One sound bill, which the cases of legal_and_impossible.py change."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.integration.sql.conftest import NOON, Books

PARTS = {"subtotal": Decimal(8), "tax": Decimal(1), "tip": Decimal(1), "total": Decimal(10)}


class Bill:
    """A completed order of LOC-ON-001: two lines, paid by card with a tip. It has no refund."""

    def __init__(self, owner: psycopg.Connection[Any], books: Books) -> None:
        self.owner, self.books = owner, books
        self.order: UUID = books.order(visit_id=str(uuid4()), status="completed")
        for name, price in (("Soup", 5), ("Bread", 3)):
            books.item(self.order, name, 1, Decimal(price), unit_price=Decimal(price), category="Mains")
        self.payment = books.payment(self.order, auth_code="A1", **PARTS)
        self.set("orders", **PARTS)

    def set(self, table: str, **values: Any) -> None:
        """Change all rows of the bill in one of its tables."""
        columns = ", ".join(f"{name} = %s" for name in values)
        statement = f"UPDATE analytics.{table} SET {columns} WHERE order_id = %s".encode()
        self.owner.execute(statement, [*values.values(), self.order])

    def delete(self, table: str) -> None:
        self.owner.execute(f"DELETE FROM analytics.{table} WHERE order_id = %s".encode(), [self.order])

    def pay(self, **values: Any) -> UUID:
        """Another payment of the same money."""
        return self.books.payment(self.order, **{**PARTS, **values})

    def refund(self, amount: Any, payment: UUID | None = None) -> UUID:
        return self.books.refund(payment or self.payment, self.order, Decimal(amount))

    def snapshot(self, **of_payments: Any) -> None:
        """A snapshot of the order is there, and its payments are as it left them."""
        self.books.typed(
            "order_snapshots", "order_snapshot", None, {"order_id": self.order, "event_offset": 1}
        )
        self.set("payments", **({"snapshot_ts": NOON} | of_payments))

    def arrive(self, ingested_at: datetime) -> None:
        """All events of the bill arrived then."""
        self.owner.execute(
            "UPDATE raw_data.events_raw SET ingested_at = %s WHERE payload ->> 'order_id' = %s",
            [ingested_at, str(self.order)],
        )

    def split(self, *shares: tuple[str, Any], **values: Any) -> None:
        """Paid by several tenders, each of which states its own share of the bill."""
        self.delete("payments")
        for number, (method, total) in enumerate(shares):
            share = {name: Decimal(0) for name in PARTS} | {
                "subtotal": Decimal(total),
                "total": Decimal(total),
            }
            self.pay(**share, amount=Decimal(total), method=method, auth_code=f"S{number}1", **values)


def sell(owner: psycopg.Connection[Any], at: datetime, orders: int, location: str) -> None:
    for _ in range(orders):
        owner.execute(
            "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, created_at,"
            " updated_at, event_ts, event_id) VALUES (%s, 'takeout', %s, %s, %s, %s, %s, %s)",
            [uuid4(), at, location, at, at, at, uuid4()],
        )


def in_currency(currency: str, *tables: str) -> Callable[[Bill], None]:
    def change(bill: Bill) -> None:
        for table in tables:
            bill.set(table, currency=currency)

    return change


def another_than_the_restaurant(bill: Bill) -> None:
    bill.owner.execute("INSERT INTO analytics.locations (location_code, currency) VALUES ('LOC-EU', 'EUR')")
    bill.set("orders", location_code="LOC-EU", currency="USD")


__all__ = ["NOON", "PARTS", "Bill", "another_than_the_restaurant", "in_currency", "sell"]
