"""The data of a small restaurant, with unknown values, for the dashboard cards."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

NEWEST = datetime(2024, 3, 5, 12, tzinfo=UTC)


def insert(connection: psycopg.Connection[Any], table: str, **row: Any) -> None:
    full = {**row, "event_ts": NEWEST, "event_id": uuid4()}
    columns, marks = ", ".join(full), ", ".join(["%s"] * len(full))
    connection.execute(
        f"INSERT INTO analytics.{table} ({columns}) VALUES ({marks})".encode(), list(full.values())
    )


def order(connection: psycopg.Connection[Any], number: int) -> None:
    """One per hour, back in time; every fifth is unpaid, every seventh cancelled, every fourth line has no price."""
    order_ts = NEWEST - timedelta(hours=number)
    order_id = uuid4()
    money = (
        {"subtotal": 10 + number, "tax": "1.30", "tip": 2, "total": f"{13 + number}.30"} if number % 5 else {}
    )
    insert(
        connection,
        "orders",
        order_id=order_id,
        service_type=("dine_in", "takeout", "delivery")[number % 3],
        order_ts=order_ts,
        location_code=f"LOC-ON-00{1 + number % 2}",
        status="cancelled" if number % 7 == 6 else "completed",
        created_at=order_ts,
        updated_at=order_ts,
        **money,
    )
    if money:
        paid = {"method": ("card", "cash")[number % 2], "amount": money["total"], "processed_at": order_ts}
        insert(connection, "payments", payment_id=uuid4(), order_id=order_id, **paid, **money)
    price = None if number % 4 == 3 else 10 + number
    insert(
        connection,
        "order_items",
        order_item_id=uuid4(),
        order_id=order_id,
        category=None if price is None else "Bowls",
        item_name="NONE" if price is None else f"<b>Bowl {number % 5}</b>",
        qty=1,
        extended_price=price,
    )
    insert(
        connection,
        "feedback",
        feedback_id=uuid4(),
        rating=1 + number % 5,
        nps=number % 11 if number % 2 else None,
        created_ts=order_ts,
    )


def fill(connection: psycopg.Connection[Any], orders: int = 100) -> None:
    """Put the restaurant's orders into the warehouse, as restaurant_user."""
    for number in range(orders):
        order(connection, number)
