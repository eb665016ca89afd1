"""Each check of validate_data_consistency(): silent on sound books, and loud on each kind of violation."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.integration

D = Decimal
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)

TEN = {"subtotal": D("8.00"), "tax": D("1.00"), "tip": D("1.00"), "total": D("10.00")}
CHECKS = [
    "items_add_up_to_subtotal",
    "payments_add_up_to_total",
    "parts_add_up_to_total",
    "refunds_within_payments",
    "nothing_negative",
    "nothing_orphaned",
    "orders_follow_their_events",
    "raw_events_are_in_analytics",
    "analytics_rows_have_their_event",
    "raw_events_and_event_ids_agree",
    "order_claimed_by_one_location",
]


def failing(warehouse: Any) -> dict[str, dict[str, Any]]:
    """What fails, by name, as an analyst sees it. What fails says how to see all and what to do."""
    with warehouse.connect("analytics_reader") as reader:
        rows = reader.execute(
            "SELECT check_name, status, details FROM analytics.validate_data_consistency()"
        ).fetchall()
    assert [row[0] for row in rows] == CHECKS
    failed = {name: details for name, status, details in rows if status != "ok"}
    for details in failed.values():
        assert details["remedy"]
        assert details["all_of_them"].startswith("SELECT * FROM analytics.")
        assert details["examples"][0]["id"]
    return failed


@pytest.fixture
def order(books: Any) -> Any:
    """One sound order: two lines, paid, partly refunded."""
    order_id = books.order(status="completed", **TEN)
    books.item(order_id, "Soup", 1, D("5.00"))
    books.item(order_id, "Bread", 2, D("3.00"))
    (payment_id,) = books.connection.execute("SELECT payment_id FROM analytics.payments").fetchone()
    books.refund(payment_id, order_id, D("4.00"))
    books.feedback(5, 9)
    books.menu_item("MI-1", NOON, name="Soup", price=D("5.00"))
    books.customer("CUST-1", NOON, membership="gold")
    return order_id


def test_sound_books(warehouse: Any, order: Any) -> None:
    assert failing(warehouse) == {}


def test_an_empty_warehouse_is_sound(warehouse: Any) -> None:
    assert failing(warehouse) == {}


def test_lines_beside_the_subtotal(warehouse: Any, owner: Any, books: Any, order: Any) -> None:
    books.item(order, "Tea", 1, D("0.06"))
    (example,) = failing(warehouse)["items_add_up_to_subtotal"]["examples"]
    assert example == {"id": str(order), "items": 8.06, "subtotal": 8.00}


def test_lines_of_unknown_price_are_not_checked(warehouse: Any, books: Any, order: Any) -> None:
    books.item(order, "Tea", 1, None)
    assert failing(warehouse) == {}


def test_an_order_paid_in_parts_may_lag_behind_its_lines(warehouse: Any, books: Any) -> None:
    order = books.order(status="ready", **TEN)
    books.item(order, "Feast", 1, D("80.00"))
    assert failing(warehouse) == {}
    books.item(books.order(status="completed", **TEN), "Feast", 1, D("80.00"))
    assert set(failing(warehouse)) == {"items_add_up_to_subtotal"}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE analytics.payments SET amount = 8", {"payments_add_up_to_total"}),
        (
            "UPDATE analytics.orders SET total = NULL",
            {"payments_add_up_to_total", "orders_follow_their_events"},
        ),
        ("UPDATE analytics.payments SET tip = 2", {"parts_add_up_to_total", "orders_follow_their_events"}),
        ("UPDATE analytics.refunds SET amount = 10.51", {"refunds_within_payments"}),
        (
            "UPDATE analytics.payments SET tip = -1, tax = 3",
            {"nothing_negative", "orders_follow_their_events"},
        ),
        ("UPDATE analytics.orders SET tip = -1", {"nothing_negative", "orders_follow_their_events"}),
        ("UPDATE analytics.refunds SET payment_id = gen_random_uuid()", {"nothing_orphaned"}),
        ("UPDATE analytics.feedback SET order_id = gen_random_uuid()", {"nothing_orphaned"}),
        ("UPDATE analytics.orders SET status = 'ready'", {"orders_follow_their_events"}),
        ("DELETE FROM analytics.orders", {"nothing_orphaned", "raw_events_are_in_analytics"}),
        ("DELETE FROM analytics.feedback", {"raw_events_are_in_analytics"}),
        ("DELETE FROM analytics.menu_item_changes", {"raw_events_are_in_analytics"}),
        (
            "UPDATE analytics.customer_changes SET changed_ts = changed_ts + interval '1 microsecond'",
            {"raw_events_are_in_analytics"},
        ),
        (
            "UPDATE analytics.menu_item_changes SET event_id = gen_random_uuid()",
            {"analytics_rows_have_their_event"},
        ),
        ("UPDATE analytics.feedback SET event_id = gen_random_uuid()", {"analytics_rows_have_their_event"}),
        ("UPDATE raw_data.event_ids SET event_offset = event_offset + 1", {"raw_events_and_event_ids_agree"}),
        (
            "DELETE FROM raw_data.event_ids",
            {"raw_events_and_event_ids_agree", "analytics_rows_have_their_event"},
        ),
        (
            "DELETE FROM raw_data.events_raw WHERE event_type = 'feedback_submitted'",
            {"raw_events_and_event_ids_agree"},
        ),
    ],
)
def test_it_is_noticed(warehouse: Any, owner: Any, order: Any, statement: str, expected: set[str]) -> None:
    owner.execute(statement.encode())
    assert set(failing(warehouse)) == expected


def test_what_arrived_just_now_may_still_be_completed(
    warehouse: Any, owner: Any, books: Any, order: Any
) -> None:
    now = datetime.now(UTC)
    books.item(order, "Tea", 1, D("1.00"), ingested_at=now)
    books.item(books.order(), "Tea", 1, ingested_at=now)
    assert failing(warehouse) == {}
    with warehouse.connect("analytics_reader") as reader:
        (waiting,) = reader.execute(
            "SELECT (details ->> 'waiting')::int FROM analytics.validate_data_consistency()"
            " WHERE check_name = 'items_add_up_to_subtotal'"
        ).fetchone()
    assert waiting == 1
    later = now - timedelta(hours=1)
    owner.execute("UPDATE raw_data.events_raw SET ingested_at = %s", [later])
    assert set(failing(warehouse)) == {"items_add_up_to_subtotal"}


def test_archived_months_are_not_missed(warehouse: Any, owner: Any, books: Any, order: Any) -> None:
    """event_ids outlives the raw events of old months: where their archive is on record, it accounts for them."""
    owner.execute(
        "INSERT INTO raw_data.event_ids VALUES (gen_random_uuid(), '2001-01-01', 'log', 999, %s)", [b"h" * 16]
    )
    assert set(failing(warehouse)) == {"raw_events_and_event_ids_agree"}
    archive = (
        "INSERT INTO raw_data.archives VALUES ('2001-01-01', %s, %s, 1, 9, '2001-01-01', '2001-01-01', %s)"
    )
    owner.execute(archive, [1, "a", "0" * 64])
    assert failing(warehouse) == {}
    owner.execute("SET timezone = 'America/Toronto'")
    assert owner.execute("SELECT count(*) FROM analytics.raw_violations()").fetchone() == (0,)

    owner.execute(
        "INSERT INTO raw_data.event_ids VALUES (gen_random_uuid(), '2001-01-31', 'log', 998, %s)", [b"h" * 16]
    )
    (example,) = failing(warehouse)["raw_events_and_event_ids_agree"]["examples"]
    assert example["id"]
    assert (example["month"], example["event_ids"], example["events_raw"], example["archived"]) == (
        "2001-01",
        2,
        0,
        1,
    )
    owner.execute(archive, [2, "b", "0" * 64])
    assert failing(warehouse) == {}


def test_an_unknown_type_is_nobodys_business(warehouse: Any, books: Any, order: Any) -> None:
    books.event("loyalty_points_earned", points=3)
    assert failing(warehouse) == {}


def test_a_known_type_with_a_foreign_payload_is_noticed(warehouse: Any, books: Any, order: Any) -> None:
    books.event("order_created", order_id="not a uuid")
    assert set(failing(warehouse)) == {"raw_events_are_in_analytics"}


def test_a_change_of_before_the_contract_stays_raw(warehouse: Any, books: Any, order: Any) -> None:
    books.event("menu_item_changed", item="Soup", on="2024-03-05")
    books.event("customer_changed", customer_id="CUST-1", changed_ts="yesterday")
    assert failing(warehouse) == {}
    books.event("customer_changed", customer_id="CUST-1", changed_ts="2024-03-04T12:00:00Z")
    (example,) = failing(warehouse)["raw_events_are_in_analytics"]["examples"]
    assert example["row"] == ["CUST-1", "2024-03-04T12:00:00+00:00"]


def test_an_order_that_two_restaurants_report_is_named(warehouse: Any, books: Any, order: Any) -> None:
    """Until the right event is published again; an order that is restated for the same restaurant is no violation."""
    hours = (NOON + timedelta(hours=hour) for hour in range(1, 5))
    event_ids = [
        books.event("order_created", ts=next(hours), order_id=str(order), location_code=location)
        for location in ("LOC-ON-001", "LOC-ON-001", "LOC-ON-002")
    ]
    failure = failing(warehouse)["order_claimed_by_one_location"]
    assert (failure["violations"], failure["examples"][0]["id"]) == (1, str(order))
    named = failure["examples"][0]["attributions"]
    assert [event["location_code"] for event in named[:3]] == ["LOC-ON-002", "LOC-ON-001", "LOC-ON-001"]
    assert [event["event_id"] for event in named[:3]] == [str(event_id) for event_id in reversed(event_ids)]

    books.event("order_created", ts=next(hours), order_id=str(order), location_code="LOC-ON-002")
    assert failing(warehouse) == {}


def test_a_payment_at_another_restaurant_is_named(warehouse: Any, owner: Any, order: Any) -> None:
    owner.execute("UPDATE analytics.payments SET location_code = 'LOC-ON-001'")
    assert failing(warehouse) == {}
    owner.execute("UPDATE analytics.payments SET location_code = 'LOC-ON-009'")
    (example,) = failing(warehouse)["order_claimed_by_one_location"]["examples"]
    assert (example["id"], example["location_code"], example["paid_at"]) == (
        str(order),
        "LOC-ON-001",
        "LOC-ON-009",
    )
