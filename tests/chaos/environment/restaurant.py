"""The events of a chaos run: valid orders whose events contradict and repeat each other, and invalid events."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

Event: TypeAlias = dict[str, Any]
_BEGIN = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
_STATUSES = ["pending", "preparing", "ready", "completed", "cancelled"]
_RESTATED, _MOVED, _FAILING = 0.15, 0.15, 0.3

INVALID_BYTES = [
    b"not json",
    b'{"offset":',
    b"[]",
    b'"text"',
    b'{"event_id": "x"}',
    b"\xff\xfe\xfd",
    b'{"nul": "\\u0000"}',
    b'{"half": "\\ud800"}',
    b"[" * 5000,
]
"""No contract accepts them. They are written into the log directly, past the checks of the service."""


class Restaurant:
    """A source of events; the same seed gives the same events."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._orders: list[str] = []
        self._payments: list[str] = []

    def batch(self) -> list[Event]:
        """What a producer sends at once: the events of one or two orders, shuffled."""
        events = [event for _ in range(self._random.randint(1, 2)) for event in self._order_events()]
        self._random.shuffle(events)
        return events

    def invalid(self) -> Event:
        """An event with a valid envelope and invalid content: the service refuses it, the core makes a dead letter."""
        body = {"order_id": self._id(), "order_item_id": self._id(), "item_name": "Soup", "qty": -1}
        return self._event("order_item_added", body)

    def invalid_bytes(self) -> bytes:
        """Bytes that are no event."""
        return self._random.choice(INVALID_BYTES)

    def _order_events(self) -> list[Event]:
        order = self._id()
        self._orders = [*self._orders[-200:], order]
        events = [self._created(order)]
        if self._random.random() < _RESTATED:
            events.append(self._created(self._random.choice(self._orders)))
        events += [self._item(order) for _ in range(self._random.randint(1, 2))]
        events += [self._status(order) for _ in range(self._random.randint(1, 3))]
        events += [self._payment(order) for _ in range(self._random.randint(0, 2))]
        if self._random.random() < 0.3:
            events.append(self._refund(order))
        if self._random.random() < 0.3:
            events.append(self._feedback(order))
        if self._random.random() < 0.3:
            events.append(self._points())
        if self._random.random() < 0.3:
            events += [self._menu(), self._customer()]
        if self._random.random() < 0.1:
            events.append(self._event("table_moved", {"from": 3, "to": {"table": 4, "seats": [1, 2]}}))
        return events

    def _created(self, order: str) -> Event:
        body = {
            "order_id": order,
            "service_type": self._random.choice(["dine_in", "takeout", "delivery"]),
            "order_ts": self._moment(),
            "location_code": self._random.choice(["LOC-ON-001", "LOC-ON-002"]),
            "visit_id": self._random.choice([None, "visit-1"]),
            "city": self._random.choice(["Toronto", "Montréal", "Zürich 🍜"]),
        }
        return self._event("order_created", body)

    def _item(self, order: str) -> Event:
        body = {
            "order_id": order,
            "order_item_id": self._id(),
            "category": self._random.choice(["Mains", None]),
            "item_name": 'Soup "of the day" \\ 1/2',
            "unit_price": self._random.choice([None, "5.25", "0.01"]),
            "qty": self._random.choice([1, 0.125]),
            "extended_price": "10.50",
        }
        return self._event("order_item_added", body)

    def _status(self, order: str) -> Event:
        body = {"order_id": order, "status": self._random.choice(_STATUSES), "changed_ts": self._moment()}
        return self._event("order_status_changed", body)

    def _payment(self, order: str) -> Event:
        moves = self._payments and self._random.random() < _MOVED
        payment = self._random.choice(self._payments) if moves else self._id()
        self._payments = [*self._payments[-100:], payment]
        tip, total = self._random.choice([("0", "11.50"), ("1.5", "13.0"), (2, 13.5)])
        body = {
            "payment_id": payment,
            "order_id": order,
            "method": "card",
            "amount": total,
            "subtotal": "10.50",
            "tax": "1.00",
            "tip": tip,
            "total": total,
        }
        return self._event("payment_captured", body)

    def _refund(self, order: str) -> Event:
        payment = self._random.choice(self._payments) if self._payments else self._id()
        body = {"refund_id": self._id(), "payment_id": payment, "order_id": order, "amount": "2.00"}
        return self._event("payment_refunded", {**body, "refunded_ts": self._moment()})

    def _feedback(self, order: str) -> Event:
        body = {"feedback_id": self._id(), "order_id": order, "rating": self._random.randint(1, 5)}
        return self._event("feedback_submitted", {**body, "nps": 7, "created_ts": self._moment()})

    def _menu(self) -> Event:
        """Few items and few times, so that many changes have the same key."""
        body = {
            "menu_item_id": f"MI-{self._random.randint(1, 3)}",
            "name": "Soup",
            "changed_ts": self._day(),
        }
        return self._event("menu_item_changed", {**body, "cost": self._random.choice([None, "1.5", 2])})

    def _customer(self) -> Event:
        body = {"customer_id": f"customer-{self._random.randint(1, 3)}", "changed_ts": self._day()}
        return self._event("customer_changed", {**body, "membership": self._random.choice([None, "gold"])})

    def _points(self) -> Event:
        fails = self._random.choice(["code", "database"]) if self._random.random() < _FAILING else None
        return self._event("loyalty_points_earned", {"points": 3, "fails": fails})

    def _event(self, event_type: str, body: Event) -> Event:
        return {
            "event_id": self._id(),
            "event_type": event_type,
            "ts": self._moment(),
            "partition_key": "LOC-ON-001",
            "payload": body,
        }

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _day(self) -> str:
        """One of four days."""
        return f"2026-03-{self._random.randint(14, 17)}T05:00:00Z"

    def _moment(self) -> str:
        """One of a few hundred times in two months, so that many events have the same time."""
        moment = _BEGIN + timedelta(
            hours=self._random.randrange(0, 1000, 7), seconds=self._random.choice([0, 0.25])
        )
        return moment.isoformat().replace("+00:00", "Z")


def ndjson(events: list[Event]) -> bytes:
    """The body of a POST."""
    return "\n".join(json.dumps(event, ensure_ascii=False) for event in events).encode()
