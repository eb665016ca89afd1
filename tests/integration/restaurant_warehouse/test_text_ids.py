"""Tills with numbers of their own: from the event to the tables, and from the raw events to the same tables."""

import json
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import restaurant_parser
from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed import tables
from sse_ingest.contract.named_ids import name_uuid
from sse_ingest.dead_letter_reasons import Reason
from sse_ingest.dlq.dead_letter import with_fields
from sse_ingest.dlq.operations import DeadLetters
from sse_ingest.events import Event, Rejected
from sse_ingest.rebuild.rebuild import Request, rebuild
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import LIFECYCLE, LOG, element, frame, parsed, payload, uid, with_texts
from tests.support.warehouse.deliveries import TABLES

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
BILL = [
    *LIFECYCLE,
    *(("discount_applied", 0), ("service_charge_added", 0), ("order_item_voided", 1), ("payment_voided", 1)),
]
ORDERS = "SELECT order_id, external_id, status, total FROM analytics.orders"


def bill(
    order: int = 1, first: int = 1, log: str = LOG, place: str = "LOC-ON-001", **more: Any
) -> list[Event]:
    """All events of one order of a till that has no UUIDs."""
    return [
        parsed(
            frame(
                first + number,
                kind,
                with_texts(payload(kind, order, part)) | more | _where(kind, place),
                event_id=uid("own", first, number),
                log=log,
                place=place,
            )
        )
        for number, (kind, part) in enumerate(BILL)
    ]


def _where(kind: str, place: str) -> dict[str, str]:
    return {"location_code": place} if kind == "order_created" else {}


def number(order: int = 1) -> str:
    return str(with_texts(payload("order_created", order))["order_id"])


def order_id(log: str = LOG, place: str = "LOC-ON-001", day: str = "", order: int = 1) -> Any:
    return name_uuid(log, "order", place, day, "", number(order))


def contents(owner: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: owner.execute(f"SELECT t::text FROM analytics.{table} AS t ORDER BY {key}".encode()).fetchall()
        for table, key in TABLES.items()
    }


def rows(owner: Connection, query: str) -> list[tuple[Any, ...]]:
    return owner.execute(query.encode()).fetchall()


def assert_follows_from_raw(warehouse: Any, owner: Connection) -> None:
    report = rebuild(owned(warehouse.url("restaurant_user")), Request())
    assert {name: table.total for name, table in report.tables.items() if table.total} == {}
    assert rows(owner, "SELECT check_name FROM analytics.raw_violations()") == []


def test_an_order_and_all_that_belongs_to_it(store: Store, owner: Connection, warehouse: Any) -> None:
    store.commit(bill())

    assert rows(owner, ORDERS) == [(order_id(), number(), "completed", Decimal("12.50"))]
    for kind in EVENT_TYPES.values():
        if "order_id" in kind.columns and not kind.parts:
            assert rows(owner, f"SELECT DISTINCT order_id FROM analytics.{kind.table}") == [(order_id(),)]
        if "external_id" in kind.columns:
            own = rows(owner, f"SELECT DISTINCT left(external_id, 2) FROM analytics.{kind.table}")
            assert own == [("№ ",)], kind.table
    lines = (
        "SELECT external_id FROM analytics.order_lines AS l JOIN analytics.order_items USING (order_item_id)"
    )
    assert len(rows(owner, f"{lines} WHERE l.is_voided")) == 1
    figures = "status, item_count, paid, refunded, external_id"
    metrics = f"SELECT {figures} FROM analytics.calculate_order_metrics('{order_id()}')"
    assert rows(owner, metrics) == [("completed", 1, Decimal("12.50"), Decimal("2.00"), number())]
    assert rows(owner, "SELECT external_id FROM analytics.bills") == [(number(),)]
    assert rows(owner, "SELECT payload ->> 'order_id' FROM raw_data.events_raw GROUP BY 1") == [(number(),)]
    assert rows(owner, "SELECT * FROM analytics.schema_drift") == []
    assert_follows_from_raw(warehouse, owner)


def test_each_order_numbers_its_lines_from_one(store: Store, owner: Connection, warehouse: Any) -> None:
    """Order A: 10.00 less 1.00; order B: 5.00 less 1.00. Both have a line 1 and a discount d1."""
    for offset, (order, price) in enumerate((("A", "10.00"), ("B", "5.00")), 1):
        line = element("order_item_added", offset, unit_price=price, extended_price=price)
        off = {"discount_id": "d1", "order_item_id": "1", "kind": "discount", "amount": "1.00"}
        lists = {"items": [line | {"order_item_id": "1"}], "discounts": [off], "payments": []}
        whole = payload("order_snapshot", offset) | {"order_id": order} | lists
        store.commit([parsed(frame(offset, "order_snapshot", whole, event_id=uid("own", offset)))])

    sums = "SELECT external_id, gross_sales, discounts, net_sales FROM analytics.bills ORDER BY external_id"
    expected = [("A", "10.00", "1.00", "9.00"), ("B", "5.00", "1.00", "4.00")]
    assert rows(owner, sums) == [(order, *map(Decimal, money)) for order, *money in expected]
    assert_follows_from_raw(warehouse, owner)


def test_a_snapshot_names_what_single_events_name(store: Store, owner: Connection, warehouse: Any) -> None:
    """Elements of its lists too, on the business day that the snapshot states."""
    day = {"business_day": "2026-03-14"}
    whole = payload("order_snapshot", 1)
    lists = {name: [with_texts(one) for one in whole[name]] for name in ("items", "payments")}
    line = with_texts(payload("order_item_added", 1)) | day
    store.commit([parsed(frame(1, "order_item_added", line))])
    store.commit([parsed(frame(2, "order_snapshot", with_texts(whole) | lists | day, version=1))])

    assert rows(owner, "SELECT order_id FROM analytics.order_snapshots") == [
        (order_id(day=day["business_day"]),)
    ]
    named = "SELECT order_id, external_id, event_version FROM analytics"
    for table, part in (("order_items", lists["items"][0]), ("payments", lists["payments"][0])):
        text = part["order_item_id" if table == "order_items" else "payment_id"]
        assert rows(owner, f"{named}.{table}") == [(order_id(day=day["business_day"]), text, 1)], table
    assert_follows_from_raw(warehouse, owner)


@pytest.mark.parametrize("seed", range(4))
def test_the_tables_are_the_same_in_any_order_and_any_batches(
    store: Store, owner: Connection, warehouse: Any, seed: int
) -> None:
    """Alone, a child comes before its parent, and a batch that restates a row is merged from its JSON."""
    events = [*bill(1), *bill(2, 20, business_day="2026-03-14"), *restated()]
    store.commit(events)
    straight = contents(owner)
    owner.execute(
        f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {', '.join(f'analytics.{t}' for t in TABLES)}".encode()
    )
    random = Random(seed)
    random.shuffle(events)
    size = random.choice([1, 3, 40])
    for first in range(0, len(events), size):
        store.commit(events[first : first + size])

    assert contents(owner) == straight
    assert_follows_from_raw(warehouse, owner)


def test_without_the_replacement_in_a_merge_the_tables_differ(
    store: Store, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "replace_texts", lambda _cursor: None)
    store.commit(bill())
    straight = contents(owner)
    store.commit(restated())
    assert contents(owner) == straight, "the merge has refused them"
    assert rows(owner, "SELECT DISTINCT reason_code FROM raw_data.dead_letters") == [("refused_by_database",)]


def restated() -> list[Event]:
    """The order and its payment again, with other values."""
    order = with_texts(payload("order_created", 1, service_type="takeout"))
    paid = with_texts(payload("payment_captured", 1, tip="2.00", total="13.50", amount="13.50"))
    return [
        parsed(frame(60, "order_created", order)),
        parsed(frame(61, "payment_captured", paid)),
    ]


@pytest.mark.parametrize(
    ("more", "other_id"),
    [
        ({"place": "LOC-ON-002"}, order_id(place="LOC-ON-002")),
        ({"log": "otherlog"}, order_id("otherlog")),
        ({"business_day": "2026-03-15"}, order_id(day="2026-03-15")),
    ],
    ids=["location", "stream", "day"],
)
def test_a_number_that_repeats_is_no_conflict(
    store: Store, owner: Connection, warehouse: Any, more: dict[str, Any], other_id: Any
) -> None:
    store.commit([*bill(), *bill(first=101, **more)])

    assert set(rows(owner, ORDERS)) == {
        (one, number(), "completed", Decimal("12.50")) for one in (order_id(), other_id)
    }
    assert rows(owner, "SELECT count(*) FROM raw_data.dead_letters") == [(0,)]
    assert_follows_from_raw(warehouse, owner)


def test_a_log_that_follows_a_lost_one_goes_on_with_the_same_orders(store: Store, owner: Connection) -> None:
    events, later = bill(log="restaurant_a1"), bill(log="restaurant_b2")
    store.commit(events[:4])
    store.commit(later[4:])

    assert rows(owner, ORDERS) == [(order_id("restaurant"), number(), "completed", Decimal("12.50"))]


def test_a_uuid_stays_as_it_is_and_has_no_external_id(store: Store, owner: Connection) -> None:
    body = payload("order_created", 1, external_id="from the producer")
    store.commit([parsed(frame(1, "order_created", body))])
    again = parsed(frame(2, "order_created", {**body, "order_id": str(body["order_id"]).upper()}, seconds=2))
    store.commit([again])

    assert [(str(row[0]), row[1]) for row in rows(owner, ORDERS)] == [(body["order_id"], None)]
    assert rows(owner, "SELECT field FROM analytics.schema_drift") == [("external_id",)]


def test_what_a_producer_calls_external_id_is_not_the_text_of_the_id(
    store: Store, owner: Connection, warehouse: Any
) -> None:
    for offset in (1, 2):
        body = with_texts(payload("order_created", 1, external_id={"a": 1}))
        store.commit([parsed(frame(offset, "order_created", body))])

    assert [row[1] for row in rows(owner, ORDERS)] == [number()]
    assert_follows_from_raw(warehouse, owner)


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"order_id": ""}, "payload.order_id: must be a UUID, or a text of 1 to 200 characters"),
        ({"order_id": "x" * 201}, "payload.order_id: must be a UUID, or a text of 1 to 200 characters"),
        ({"order_id": "a\tb"}, "payload.order_id: must be a UUID, or a text of 1 to 200 characters"),
        (
            {"business_day": "14/03/2026"},
            "payload.business_day: must be a date as in 2026-03-14, got '14/03/2026'",
        ),
        ({"business_day": 7}, "payload.business_day: must be a date as in 2026-03-14, got '7'"),
        ({"amount": -1}, "payload.amount: must be >= 0"),
    ],
)
def test_a_dead_letter_names_the_field_and_the_rule(
    store: Store, owner: Connection, dead_letters: DeadLetters, fields: dict[str, Any], detail: str
) -> None:
    right = with_texts(payload("payment_captured", 1))
    wrong = frame(1, "payment_captured", right | fields)
    refused = restaurant_parser().parse(wrong)
    assert isinstance(refused, Rejected)
    assert (refused.reason_code, refused.detail.startswith(detail)) == (Reason.OUT_OF_RANGE, True), (
        refused.detail
    )
    store.commit([refused])
    (dead_letter,) = dead_letters.find()

    mended = with_fields(wrong.data, [f"payload.{name}={json.dumps(right.get(name))}" for name in fields])
    assert dead_letters.edit(dead_letter.dead_letter_id, mended).succeeded

    assert rows(owner, "SELECT order_id FROM analytics.payments") == [(order_id(),)]


def test_the_rules_of_quality_and_the_past_know_the_orders(store: Store, owner: Connection) -> None:
    store.commit([*bill(), *bill(first=101, place="LOC-ON-002")])

    counts = "count(*), count(order_id), count(row_id)"
    arrived = f"SELECT {counts} FROM analytics.arrived_events('-infinity', 'infinity', NULL)"
    assert rows(owner, arrived) == [(22, 22, 22)]
    assert rows(owner, "SELECT check_name FROM analytics.location_violations()") == []
    columns = "day, location_code, order_count, total_revenue, total_tips, unpaid_orders, total_refunds"
    known = rows(owner, f"SELECT {columns} FROM analytics.daily_sales_as_known_at('infinity') ORDER BY 2")
    assert known == rows(owner, f"SELECT {columns} FROM analytics.daily_sales ORDER BY 2")
    assert [row[2:4] for row in known] == [(1, Decimal("12.50"))] * 2


def test_an_order_of_two_restaurants_is_named(store: Store, owner: Connection) -> None:
    for offset, place in enumerate(("LOC-ON-001", "LOC-ON-002"), 1):
        body = with_texts(payload("order_created", 1, location_code=place))
        store.commit([parsed(frame(offset, "order_created", body))])

    assert rows(owner, "SELECT id FROM analytics.location_violations()") == [(order_id(),)]


def test_archived_months_give_the_same_rows(
    store: Store, owner: Connection, warehouse: Any, archived: Callable[..., Any], folder: Any
) -> None:
    store.commit(bill())
    archived(before="2026-05")
    assert rows(owner, "SELECT count(*) FROM raw_data.events_raw") == [(0,)]

    report = rebuild(owned(warehouse.url("restaurant_user")), Request(archive_folder=folder))

    assert report.differences == 0
