"""Events and frames for tests: valid by default, any field replaced by name."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.events import Event
from sse_ingest.sources.sse_decoder import Frame

SPACE = UUID("6f1d5a1e-6f0c-4c39-9f43-0f6a55c1a000")
EPOCH = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
LOG = "testlog1"


def uid(*parts: object) -> UUID:
    """The same parts give the same UUID."""
    return uuid5(SPACE, "/".join(map(str, parts)))


def moment(seconds: float) -> str:
    return (EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def payload(event_type: str, order: int, part: int = 0, **fields: Any) -> dict[str, Any]:
    """A valid payload of one order; `part` is the number of a line, payment and so on of the order."""
    order_id = str(uid("order", order))
    payloads: dict[str, dict[str, Any]] = {
        "order_created": {
            "service_type": "dine_in",
            "order_ts": moment(order),
            "location_code": "LOC-ON-001",
        },
        "order_item_added": {
            "order_item_id": str(uid("item", order, part)),
            "category": "Mains",
            "item_name": "Soup",
            "unit_price": "5.25",
            "qty": 1,
            "extended_price": "5.25",
        },
        "order_status_changed": {"status": "completed", "changed_ts": moment(order + part)},
        "payment_captured": {
            "payment_id": str(uid("payment", order, part)),
            "method": "card",
            "amount": "12.50",
            "subtotal": "10.50",
            "tax": "1.00",
            "tip": "1.00",
            "total": "12.50",
        },
        "payment_refunded": {
            "refund_id": str(uid("refund", order, part)),
            "payment_id": str(uid("payment", order, part)),
            "amount": "2.00",
            "refunded_ts": moment(order + 60),
        },
        "payment_voided": {
            "payment_id": str(uid("payment", order, part)),
            "reason": "wrong table",
            "voided_ts": moment(order + 30),
        },
        "order_item_voided": {
            "order_item_id": str(uid("item", order, part)),
            "reason": "sent back",
            "voided_ts": moment(order + 30),
        },
        "discount_applied": {
            "discount_id": str(uid("discount", order, part)),
            "name": "Happy hour",
            "kind": "promotion",
            "amount": "1.00",
        },
        "service_charge_added": {
            "charge_id": str(uid("charge", order, part)),
            "name": "Large party",
            "amount": "2.00",
            "gratuity": True,
        },
        "feedback_submitted": {
            "feedback_id": str(uid("feedback", order, part)),
            "rating": 5,
            "nps": 10,
            "created_ts": moment(order + 90),
        },
        "menu_item_changed": {
            "menu_item_id": f"MI-{order}",
            "name": "Soup",
            "category": "Mains",
            "price": "5.25",
            "cost": "1.50",
            "changed_ts": moment(part),
        },
        "customer_changed": {
            "customer_id": f"CUST-{order}",
            "city": "Toronto",
            "membership": "gold",
            "changed_ts": moment(part),
        },
    }
    if event_type == "order_snapshot":
        return {"order_id": order_id, **payloads["order_created"], **_lists(order, part), **fields}
    whose = {} if event_type in dict(CHANGES) else {"order_id": order_id}
    return {**whose, **payloads.get(event_type, {}), **fields}


def element(event_type: str, order: int, part: int = 0, **fields: Any) -> dict[str, Any]:
    """An element of a snapshot: what an event of this type states, without the order."""
    body = payload(event_type, order, part, **fields)
    del body["order_id"]
    return {**body, "captured_ts": moment(order), **fields} if event_type == "payment_captured" else body


def _lists(order: int, part: int) -> dict[str, Any]:
    return {
        "items": [element("order_item_added", order, part)],
        "payments": [element("payment_captured", order, part)],
    }


def event(
    event_type: str,
    body: dict[str, Any],
    *,
    event_id: UUID | None = None,
    seconds: float = 0,
    version: int | None = None,
    place: str = "LOC-ON-001",
) -> dict[str, Any]:
    """One event as a producer publishes it: without an offset."""
    versions = {} if version is None else {"version": version}
    return {
        "event_id": str(event_id or uid("event", event_type, json.dumps(body, sort_keys=True, default=str))),
        "event_type": event_type,
        "ts": moment(seconds),
        "partition_key": place,
        **versions,
        "payload": body,
    }


def frame(
    offset: int,
    event_type: str,
    body: dict[str, Any],
    *,
    event_id: UUID | None = None,
    seconds: float | None = None,
    log: str = LOG,
    version: int | None = None,
    place: str = "LOC-ON-001",
) -> Frame:
    """The frame of one event, as the service would write it."""
    at = offset if seconds is None else seconds
    content = event(event_type, body, event_id=event_id, seconds=at, version=version, place=place)
    data = json.dumps({"offset": offset, **content}).encode()
    return Frame(event=event_type, data=data, last_event_id=f"{log}-{offset}")


def parsed(frame: Frame) -> Event:
    event = restaurant_parser().parse(frame)
    assert isinstance(event, Event), event
    return event


LIFECYCLE = [
    ("order_created", 0),
    ("order_item_added", 0),
    ("order_item_added", 1),
    ("order_status_changed", 1),
    ("payment_captured", 0),
    ("payment_refunded", 0),
    ("feedback_submitted", 0),
]


def with_texts(body: dict[str, Any]) -> dict[str, Any]:
    """The payload of a till that has numbers of its own instead of UUIDs: the same UUID has the same number."""
    return {
        name: f"№ {value[:8]}" if name.endswith("_id") and len(str(value)) == 36 else value
        for name, value in body.items()
    }


CHANGES = [("menu_item_changed", 0), ("customer_changed", 0)]
"""Changes of the menu and the customers that orders refer to."""


def lifecycle(order: int, first_offset: int) -> list[Frame]:
    """All events of one order, in their natural order."""
    return [
        frame(first_offset + i, kind, payload(kind, order, part)) for i, (kind, part) in enumerate(LIFECYCLE)
    ]


def published(order: int) -> list[dict[str, Any]]:
    """The same events, as a producer publishes them."""
    return [event(kind, payload(kind, order, part), seconds=order) for kind, part in LIFECYCLE]
