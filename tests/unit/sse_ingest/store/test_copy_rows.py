"""Rows of COPY: the bytes that PostgreSQL documents, and the orders that a batch tells whole."""

import csv
import io
import struct
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from restaurant_warehouse.event_types.payloads import PAYLOADS
from restaurant_warehouse.typed.tables import ORDERS, TABLES
from sse_ingest.events import Event
from sse_ingest.store.copy_rows import Rows
from tests.support.events import LIFECYCLE, frame, parsed, payload, uid


def rows(*events: Event, typed: bool = True) -> Rows:
    made = Rows("writer", typed=typed)
    made.extend(events)
    return made


def columns(data: bytes) -> list[list[bytes]]:
    """What is in binary rows. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4"""
    assert data.startswith(b"PGCOPY\n\xff\r\n\0" + bytes(8))
    found, at = [], 19
    while (count := struct.unpack_from(">h", data, at)[0]) != -1:
        at += 2
        row = []
        for _ in range(count):
            (length,) = struct.unpack_from(">i", data, at)
            row.append(data[at + 4 : at + 4 + length])
            at += 4 + length
        found.append(row)
    assert at + 2 == len(data)
    return found


def table(made: Rows, event_type: str) -> list[dict[str, str]]:
    """The rows of a typed table by name of column, as text."""
    text = dict(made.tables())[event_type].decode()
    read = csv.reader(io.StringIO(text), doublequote=False, escapechar="\\")
    return [dict(zip(TABLES[event_type].columns, row, strict=True)) for row in read]


def test_a_raw_row_and_its_claim() -> None:
    event = parsed(frame(7, "noted", {"n": 1}))
    made = rows(event)

    ((event_id, ts, offset, content_hash, stream_id),) = columns(made.ids())
    assert UUID(bytes=event_id) == event.event_id
    assert struct.unpack(">q", ts) == ((event.ts - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() * 1e6,)
    assert struct.unpack(">q", offset) == (7,)
    assert (content_hash, stream_id) == (event.content_hash, b"testlog1")
    raw = columns(made.raw())[0]
    assert raw[:3] == [event_id, ts, offset]
    assert raw[3:] == [b"noted", b"LOC-ON-001", b"testlog1", b"writer", b'\x01{"n": 1}']


@pytest.mark.parametrize(
    "ts", ["1900-01-01T00:00:00.000001Z", "1999-12-31T23:59:59.999999Z", "2199-12-31T23:59:59Z"]
)
def test_the_edges_of_time(ts: str) -> None:
    made = parsed(frame(1, "noted", {}))
    moment = datetime.fromisoformat(ts)
    event = Event(**{**{name: getattr(made, name) for name in made.__struct_fields__}, "ts": moment})
    (row,) = columns(rows(event).ids())
    (micros,) = struct.unpack(">q", row[1])
    assert micros == (moment - datetime(2000, 1, 1, tzinfo=UTC)) / (datetime.resolution)


def test_every_known_type_has_a_table_and_every_field_a_column() -> None:
    assert TABLES.keys() == PAYLOADS.keys()
    for event_type, kind in PAYLOADS.items():
        assert TABLES[event_type].columns[: len(kind.__struct_fields__)] == kind.__struct_fields__


def test_an_order_that_is_whole_has_its_late_columns() -> None:
    events = [parsed(frame(n, kind, payload(kind, 1, part))) for n, (kind, part) in enumerate(LIFECYCLE, 1)]
    made = rows(*events)
    (order,) = table(made, ORDERS)
    assert (order["status"], order["total"], order["tip"]) == ("completed", "12.50", "1.00")
    assert order["updated_at"] == "2026-03-14T12:00:05Z"
    assert made.late.begun == {uid("order", 1)}
    assert made.late.begun_before == set()


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
        parsed(frame(9, ORDERS, payload(ORDERS, 1))),
    ]
    (order,) = table(rows(*events), ORDERS)
    assert (order["status"], order["total"]) == ("ready", "25.00")


def test_an_unpaid_order_has_no_money_and_is_pending() -> None:
    (order,) = table(rows(parsed(frame(1, ORDERS, payload(ORDERS, 1)))), ORDERS)
    assert [order[name] for name in ("status", "subtotal", "total")] == ["pending", "null", "null"]
    assert order["updated_at"] == order["created_at"]


def test_orders_that_began_before_are_told() -> None:
    made = rows(parsed(frame(1, "payment_captured", payload("payment_captured", 5))))
    assert made.late.begun_before == {uid("order", 5)}


@pytest.mark.parametrize(
    "text", ['a "quote"', "back\\slash", "two\nlines", "tab\t", "null", "", "]\n[", "ÄÖ🍜"]
)
def test_any_text_survives(text: str) -> None:
    body: dict[str, Any] = payload("feedback_submitted", 1, comment=text)
    (row,) = table(rows(parsed(frame(1, "feedback_submitted", body))), "feedback_submitted")
    assert row["comment"] == text


def test_a_raw_stream_has_no_typed_rows() -> None:
    made = rows(parsed(frame(1, ORDERS, payload(ORDERS, 1))), typed=False)
    assert list(made.tables()) == []
    assert len(columns(made.raw())) == 1


@pytest.mark.parametrize("left_out", [{1}, {2, 3}, {4, 5, 6, 7}, set(range(1, 8)), set()])
def test_a_part_of_the_rows_is_what_formatting_that_part_gives(left_out: set[int]) -> None:
    events = [parsed(frame(n, kind, payload(kind, 1, part))) for n, (kind, part) in enumerate(LIFECYCLE, 1)]
    fresh = [event for event in events if event.offset not in left_out]

    part, anew = rows(*events).of(events, fresh), rows(*fresh)
    assert (part.ids(), part.raw(), dict(part.tables())) == (anew.ids(), anew.raw(), dict(anew.tables()))
    assert (part.late.begun, part.late.begun_before) == (anew.late.begun, anew.late.begun_before)
