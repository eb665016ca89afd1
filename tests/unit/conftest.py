"""Frames of valid events, to be bent by the tests."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sse_ingest.sources.sse_decoder import Frame

ID = "0190b0a2-7a3c-7bbb-8ccc-0123456789ab"
PAYLOADS: dict[str, dict[str, Any]] = {
    "order_created": {
        "order_id": ID,
        "service_type": "dine_in",
        "order_ts": "2026-01-31T18:30:00Z",
        "location_code": "LOC-ON-001",
    },
    "order_item_added": {
        "order_item_id": ID,
        "order_id": ID,
        "category": "Mains",
        "item_name": "Bowl",
        "unit_price": 8.5,
        "qty": 2,
        "extended_price": 17,
    },
    "order_status_changed": {"order_id": ID, "status": "ready", "changed_ts": "2026-01-31T18:30:00Z"},
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
    "payment_voided": {"payment_id": ID, "order_id": ID, "voided_ts": "2026-01-31T18:30:00Z"},
    "order_item_voided": {"order_item_id": ID, "order_id": ID, "voided_ts": "2026-01-31T18:30:00Z"},
    "discount_applied": {"discount_id": ID, "order_id": ID, "kind": "promotion", "amount": 2},
    "service_charge_added": {"charge_id": ID, "order_id": ID, "amount": 3},
    "payment_refunded": {
        "refund_id": ID,
        "payment_id": ID,
        "order_id": ID,
        "amount": 1,
        "refunded_ts": "2026-01-31T18:30:00Z",
    },
    "feedback_submitted": {"feedback_id": ID, "rating": 5, "created_ts": "2026-01-31T18:30:00Z"},
    "menu_item_changed": {"menu_item_id": "MI-1", "name": "Bowl", "changed_ts": "2026-01-31T18:30:00Z"},
    "customer_changed": {"customer_id": "CUST-1", "changed_ts": "2026-01-31T18:30:00Z"},
    "order_snapshot": {
        "order_id": ID,
        "service_type": "dine_in",
        "order_ts": "2026-01-31T18:30:00Z",
        "location_code": "LOC-ON-001",
    },
}


@pytest.fixture
def payloads() -> dict[str, dict[str, Any]]:
    """The least that each known type needs."""
    return {name: dict(payload) for name, payload in PAYLOADS.items()}


@pytest.fixture
def make_frame() -> Callable[..., Frame]:
    """make_frame(event_type, payload=…, last_event_id=…, **envelope): `payload` may be raw JSON bytes."""

    def make(
        event_type: str = "order_created", payload: Any = None, last_event_id: str = "s-7", **envelope: Any
    ) -> Frame:
        whole = {
            "offset": 7,
            "event_id": ID,
            "event_type": event_type,
            "ts": "2026-01-31T18:30:00.25Z",
            "partition_key": "LOC-ON-001",
            **envelope,
        }
        if payload is None:
            payload = PAYLOADS.get(event_type, {})
        inner = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        data = json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()
        return Frame(event_type, data[:-1] + b', "payload": ' + inner + b"}", last_event_id)

    return make
