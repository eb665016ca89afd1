"""Drafts and logs for the tests of the event service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.contract.parser import Parser
from api.log.interface import Draft, EventLog, OnCommit, Retention
from tests.support.event_log.log_engines import SQLITE, Engine, ignore_commit

OpenLog = Callable[..., Awaitable[EventLog]]
ID = "0190b0a2-7a3c-7bbb-8ccc-0123456789ab"
NOON = "2026-01-31T12:00:00Z"
PAYLOADS: dict[str, dict[str, Any]] = {
    "order_created": {
        "order_id": ID,
        "service_type": "dine_in",
        "order_ts": NOON,
        "location_code": "LOC-ON-001",
    },
    "order_item_added": {
        "order_item_id": ID,
        "order_id": ID,
        "item_name": "Bowl",
        "unit_price": 8.5,
        "qty": 2,
    },
    "order_status_changed": {"order_id": ID, "status": "ready", "changed_ts": NOON},
    "payment_captured": {
        "payment_id": ID,
        "order_id": ID,
        "method": "card",
        "amount": 20,
        "subtotal": 17,
        "tax": 2,
        "tip": 1,
        "total": 20,
    },
    "payment_voided": {"payment_id": ID, "order_id": ID, "voided_ts": NOON},
    "order_item_voided": {"order_item_id": ID, "order_id": ID, "voided_ts": NOON},
    "discount_applied": {"discount_id": ID, "order_id": ID, "kind": "promotion", "amount": 2},
    "service_charge_added": {"charge_id": ID, "order_id": ID, "amount": 3},
    "payment_refunded": {"refund_id": ID, "payment_id": ID, "order_id": ID, "amount": 1, "refunded_ts": NOON},
    "feedback_submitted": {"feedback_id": ID, "rating": 5, "created_ts": NOON},
    "menu_item_changed": {"menu_item_id": "MI-1", "name": "Bowl", "changed_ts": NOON},
    "customer_changed": {"customer_id": "CUST-1", "changed_ts": NOON},
    "order_snapshot": {
        "order_id": ID,
        "service_type": "dine_in",
        "order_ts": NOON,
        "location_code": "LOC-ON-001",
    },
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    """make_draft(number, …): an event of an unknown type with its number in the payload."""

    def make(
        number: int = 0,
        event_id: UUID | None = None,
        kind: str = "noted",
        place: str = "LOC-ON-001",
        size: int = 0,
    ) -> Draft:
        payload = b'{"n":%d,"filler":"%s"}' % (number, b"x" * size)
        return Draft(kind, place, "2026-01-31T18:30:00Z", payload, event_id or uuid4())

    return make


@pytest.fixture
def engine() -> Engine:
    """The engine of `open_log`; the conformance suite has every one of them here."""
    return SQLITE


@pytest.fixture
async def open_log(tmp_path: Path, engine: Engine) -> AsyncIterator[OpenLog]:
    """open_log(days=…, keep=…, on_commit=…): the log of this test, closed at its end."""
    async with AsyncExitStack() as stack:

        async def open_one(
            days: float = 1, keep: int = 1_000_000, on_commit: OnCommit = ignore_commit
        ) -> EventLog:
            log = await engine.open(
                tmp_path / "log" / "events.db", Retention(timedelta(days), keep), on_commit
            )
            stack.push_async_callback(log.close)
            return log

        yield open_one


@pytest.fixture
def parser() -> Parser:
    return Parser(datetime(2000, 1, 1, tzinfo=UTC), timedelta(hours=48))


@pytest.fixture
def make_event() -> Callable[..., dict[str, Any]]:
    """make_event(event_type, **payload): an event as a producer writes it; a field that is `...` is left out."""

    def make(event_type: str, **payload: Any) -> dict[str, Any]:
        known = PAYLOADS.get(event_type, {}) | payload
        return {
            "event_id": str(uuid4()),
            "event_type": event_type,
            "ts": "2026-01-31T18:30:00Z",
            "partition_key": "LOC-ON-001",
            "payload": {key: value for key, value in known.items() if value is not ...},
        }

    return make
