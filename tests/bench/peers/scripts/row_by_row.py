"""The writer of every tutorial: psycopg, one execute per event, a commit every 50, and the schema of row_by_row.sql."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import stopwatch
from psycopg.types.json import Jsonb

_COMMIT_EVERY = 50
# Fields that an event may lack; feedback may also lack its order.
_OPTIONAL = dict.fromkeys(
    [
        "visit_id",
        "customer_id",
        "city",
        "menu_item_id",
        "provider",
        "auth_code",
        "reason",
        "order_id",
        "nps",
        "comment",
    ]
)
_EVENT = """
INSERT INTO peers.events (event_id, event_offset, event_type, ts, partition_key, payload)
VALUES (%(event_id)s, %(offset)s, %(event_type)s, %(ts)s, %(partition_key)s, %(payload)s)
ON CONFLICT (event_id) DO NOTHING"""
_ORDER = """
INSERT INTO peers.orders (order_id, event_id, visit_id, service_type, order_ts, location_code, customer_id, city)
VALUES (%(order_id)s, %(event_id)s, %(visit_id)s, %(service_type)s, %(order_ts)s, %(location_code)s,
        %(customer_id)s, %(city)s)
ON CONFLICT (order_id) DO NOTHING"""
_ITEM = """
INSERT INTO peers.order_items (order_item_id, event_id, order_id, menu_item_id, category, item_name, unit_price, qty,
                               extended_price)
VALUES (%(order_item_id)s, %(event_id)s, %(order_id)s, %(menu_item_id)s, %(category)s, %(item_name)s, %(unit_price)s,
        %(qty)s, %(extended_price)s)
ON CONFLICT (order_item_id) DO NOTHING"""
_STATUS_CHANGE = """
INSERT INTO peers.status_changes (event_id, order_id, status, changed_ts)
VALUES (%(event_id)s, %(order_id)s, %(status)s, %(changed_ts)s)
ON CONFLICT (event_id) DO NOTHING"""
_STATUS = "UPDATE peers.orders SET status = %(status)s WHERE order_id = %(order_id)s"
_PAYMENT = """
INSERT INTO peers.payments (payment_id, event_id, order_id, method, provider, auth_code, amount, subtotal, tax, tip,
                            total)
VALUES (%(payment_id)s, %(event_id)s, %(order_id)s, %(method)s, %(provider)s, %(auth_code)s, %(amount)s, %(subtotal)s,
        %(tax)s, %(tip)s, %(total)s)
ON CONFLICT (payment_id) DO NOTHING"""
_TOTAL = "UPDATE peers.orders SET total = %(total)s WHERE order_id = %(order_id)s"
_REFUND = """
INSERT INTO peers.refunds (refund_id, event_id, payment_id, order_id, amount, reason, refunded_ts)
VALUES (%(refund_id)s, %(event_id)s, %(payment_id)s, %(order_id)s, %(amount)s, %(reason)s, %(refunded_ts)s)
ON CONFLICT (refund_id) DO NOTHING"""
_FEEDBACK = """
INSERT INTO peers.feedback (feedback_id, event_id, order_id, customer_id, rating, nps, comment, created_ts)
VALUES (%(feedback_id)s, %(event_id)s, %(order_id)s, %(customer_id)s, %(rating)s, %(nps)s, %(comment)s,
        %(created_ts)s)
ON CONFLICT (feedback_id) DO NOTHING"""


def _in_one(*statements: str) -> bytes:
    """Several statements as one, so that an event costs this writer one round trip only."""
    *first, last = statements
    parts = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(first))
    return f"WITH {parts} {last}".encode()


_STATEMENTS = {
    "order_created": _in_one(_EVENT, _ORDER),
    "order_item_added": _in_one(_EVENT, _ITEM),
    "order_status_changed": _in_one(_EVENT, _STATUS_CHANGE, _STATUS),
    "payment_captured": _in_one(_EVENT, _PAYMENT, _TOTAL),
    "payment_refunded": _in_one(_EVENT, _REFUND),
    "feedback_submitted": _in_one(_EVENT, _FEEDBACK),
}


def prepare(url: str) -> stopwatch.Load:
    """Create the schema."""
    connection = psycopg.connect(url)
    connection.execute(Path(__file__).with_suffix(".sql").read_bytes())
    connection.commit()

    def load(lines: Iterable[bytes]) -> int:
        count = 0
        for line in lines:
            event = json.loads(line, parse_float=Decimal)
            connection.execute(_STATEMENTS[event["event_type"]], _values(event))
            count += 1
            if count % _COMMIT_EVERY == 0:
                connection.commit()
        connection.commit()
        return count

    return load


def _values(event: dict[str, Any]) -> dict[str, Any]:
    payload = event["payload"]
    return {**_OPTIONAL, **payload, **event, "payload": Jsonb(payload, dumps=_dumps)}


def _dumps(payload: object) -> str:
    return json.dumps(payload, default=float)


if __name__ == "__main__":
    stopwatch.run(prepare)
