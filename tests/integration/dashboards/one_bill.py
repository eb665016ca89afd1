"""One bill of one line, put into the tables by SQL."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.support.warehouse.restaurant import NEWEST, insert


def bill(
    owner: psycopg.Connection[Any], at: str, price: int, place: str = "LOC-ON-001", **order: Any
) -> UUID:
    """An order of two guests for tea at this price, paid by card with a tip of 1; the number of the order."""
    order_id, then = uuid4(), datetime.fromisoformat(at)
    money = {"subtotal": price, "tax": 0, "tip": 1, "total": price + 1}
    times = {"order_ts": then, "created_at": then, "updated_at": then}
    usual = {"service_type": "dine_in", "status": "completed", "guest_count": 2, "location_code": place}
    insert(owner, "orders", order_id=order_id, **times, **money, **(usual | order))
    line(owner, order_id, price)
    pay(owner, order_id, price + 1, **money, processed_at=then)
    return order_id


def line(owner: psycopg.Connection[Any], order_id: UUID, price: int | None, **more: Any) -> UUID:
    """A line of one piece, of tea unless named otherwise; its number."""
    number = uuid4()
    full = {"category": "Drinks", "item_name": "Tea", "qty": 1, "extended_price": price} | more
    insert(owner, "order_items", order_item_id=number, order_id=order_id, **full)
    return number


def pay(owner: psycopg.Connection[Any], order_id: UUID, amount: int | Decimal, **more: Any) -> None:
    """A payment, by card unless named otherwise."""
    parts = {"subtotal": amount, "tax": 0, "tip": 0, "total": amount}
    full = {"method": "card", "processed_at": NEWEST} | parts | more
    insert(owner, "payments", payment_id=uuid4(), order_id=order_id, amount=amount, **full)
