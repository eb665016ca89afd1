"""Events from before the contract knew a field or a type: a rebuild reads them whatever they hold there."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sse_ingest.rebuild.rebuild import Request, rebuild
from tests.support.core import owned
from tests.support.events import payload, uid

pytestmark = pytest.mark.integration
VOID = {"voided_ts": "2026-03-14T12:00:00Z"}
EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("order_created", payload("order_created", 1, guest_count="four", currency="CAD", channel="web")),
    ("order_created", payload("order_created", 2, guest_count=4, currency="dollars")),
    ("order_item_added", payload("order_item_added", 1, 0, parent_item_id=7, tax_included="maybe")),
    ("order_item_added", payload("order_item_added", 1, 1, tax_included=True, kind="gift_card")),
    ("payment_captured", payload("payment_captured", 1, 0, rounding="down", discount={"of": "staff"})),
    ("payment_captured", payload("payment_captured", 1, 1, service_charge="1.00")),
    ("discount_applied", {"order_id": "7", "percent": 10}),
    ("discount_applied", payload("discount_applied", 1, 0, kind="coupon")),
    ("discount_applied", payload("discount_applied", 1, 0, amount="-1.00")),
    ("discount_applied", payload("discount_applied", 1, 1)),
    ("order_item_voided", payload("order_item_voided", 1, 0, **VOID, order_item_id=7)),
    ("payment_voided", payload("payment_voided", 1, 0, voided_ts="yesterday")),
    ("service_charge_added", payload("service_charge_added", 1, 0, gratuity="yes")),
    ("service_charge_added", payload("service_charge_added", 1, 1, gratuity=None)),
]


def test_a_rebuild_takes_what_fits_and_leaves_the_rest_raw(
    warehouse: Any, owner: psycopg.Connection[Any]
) -> None:
    for number, (kind, body) in enumerate(EVENTS, start=1):
        event_id = uid("old", number)
        owner.execute(
            "INSERT INTO raw_data.event_ids VALUES (%s, '2026-03-01', 'testlog1', %s, %s)",
            [event_id, number, b"x" * 16],
        )
        owner.execute(
            "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
            " ingested_at, ingested_by, stream_id)"
            " VALUES (%s, %s, %s, '2026-03-01', 'LOC-ON-001', %s, now(), 'w', 'testlog1')",
            [number, event_id, kind, Jsonb(body)],
        )

    rebuild(owned(warehouse.url("restaurant_user")), Request(apply=True))

    def rows(query: str) -> list[tuple[Any, ...]]:
        return owner.execute(query.encode()).fetchall()

    assert rows("SELECT guest_count, currency, channel FROM analytics.orders ORDER BY 1") == [
        (4, None, None),
        (None, "CAD", "web"),
    ]
    lines = "SELECT parent_item_id, tax_included, kind FROM analytics.order_items ORDER BY kind"
    assert rows(lines) == [(None, True, "gift_card"), (None, None, None)]
    paid = "SELECT service_charge, discount, rounding FROM analytics.payments ORDER BY 1"
    assert rows(paid) == [(1, None, None), (None, None, None)]
    assert rows("SELECT discount_id FROM analytics.order_discounts") == [(uid("discount", 1, 1),)]
    assert rows("SELECT charge_id FROM analytics.service_charges") == [(uid("charge", 1, 1),)]
    for table in ("order_item_voids", "payment_voids"):
        assert rows(f"SELECT * FROM analytics.{table}") == []
    assert rows("SELECT check_name FROM analytics.raw_violations()") == []
    arrived = "SELECT count(*), count(row_id) FROM analytics.arrived_events('-infinity', 'infinity', NULL)"
    assert rows(arrived) == [(14, 8)]
    assert rows("SELECT order_count FROM analytics.daily_sales_as_known_at('infinity')") == [(2,)]
