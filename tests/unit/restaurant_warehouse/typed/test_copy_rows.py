"""Typed rows of COPY, and the orders that a batch holds whole."""

import csv
import io
from typing import Any

import pytest

from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed.copy_rows import CopyRows
from sse_ingest.events import Event
from tests.support.events import LIFECYCLE, frame, parsed, payload, uid


def rows(*events: Event) -> CopyRows:
    copy_rows = CopyRows()
    copy_rows.extend(events)
    return copy_rows


def table(copy_rows: CopyRows, event_type: str) -> list[dict[str, str]]:
    """The rows of a typed table by name of column, as text."""
    text = dict(copy_rows.tables())[event_type].decode()
    kind = EVENT_TYPES[event_type]
    read = csv.reader(io.StringIO(text), doublequote=False, escapechar="\\")
    return [dict(zip((*kind.columns, *kind.derived), row, strict=True)) for row in read]


def test_an_order_that_is_whole_has_its_derived_columns() -> None:
    events = [parsed(frame(n, kind, payload(kind, 1, part))) for n, (kind, part) in enumerate(LIFECYCLE, 1)]
    copy_rows = rows(*events)
    (order,) = table(copy_rows, "order_created")
    assert (order["status"], order["total"], order["tip"]) == ("completed", "12.50", "1.00")
    assert order["updated_at"] == "2026-03-14T12:00:05Z"
    assert copy_rows.totals.begun == {uid("order", 1)}
    assert copy_rows.totals.begun_before == set()


def test_payments_add_up_and_the_latest_change_counts_whatever_their_order() -> None:
    changes = [("ready", 3), ("pending", 1), ("preparing", 2)]
    events = [parsed(frame(1, "payment_captured", payload("payment_captured", 1, 0)))]
    events += [
        parsed(frame(2 + n, "order_status_changed", {"order_id": str(uid("order", 1)), "status": status,
                     "changed_ts": f"2026-03-14T13:00:0{second}Z"}))
        for n, (status, second) in enumerate(changes)
    ]  # fmt: skip
    events += [
        parsed(frame(8, "payment_captured", payload("payment_captured", 1, 1))),
        parsed(frame(9, "order_created", payload("order_created", 1))),
    ]
    (order,) = table(rows(*events), "order_created")
    assert (order["status"], order["total"]) == ("ready", "25.00")


def test_an_unpaid_order_has_no_money_and_is_pending() -> None:
    (order,) = table(rows(parsed(frame(1, "order_created", payload("order_created", 1)))), "order_created")
    assert [order[name] for name in ("status", "subtotal", "total")] == ["pending", "null", "null"]
    assert order["updated_at"] == order["created_at"]


def test_orders_that_began_before_are_known() -> None:
    copy_rows = rows(parsed(frame(1, "payment_captured", payload("payment_captured", 5))))
    assert copy_rows.totals.begun_before == {uid("order", 5)}


@pytest.mark.parametrize(
    "text", ['a "quote"', "back\\slash", "two\nlines", "tab\t", "null", "", "]\n[", "ÄÖ🍜"]
)
def test_any_text_survives(text: str) -> None:
    body: dict[str, Any] = payload("feedback_submitted", 1, comment=text)
    (row,) = table(rows(parsed(frame(1, "feedback_submitted", body))), "feedback_submitted")
    assert row["comment"] == text
