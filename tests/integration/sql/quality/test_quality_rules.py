"""Each rule of sql/quality: silent on sound books, and loud on each kind of failure, with the row that fails."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run

pytestmark = pytest.mark.integration

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}
RULES = {rule.name: rule for rule in load()}
RunRule = Callable[[str], RuleResult]


@pytest.fixture
def run_rule(warehouse: Any) -> RunRule:
    """One rule, as Airflow runs it."""

    def one(name: str) -> RuleResult:
        (outcome,) = run(warehouse.url("airflow_user"), [RULES[name]])
        assert isinstance(outcome, RuleResult), outcome
        return outcome

    return one


@pytest.fixture
def order(books: Any, owner: Any) -> UUID:
    """One sound order of a known restaurant: two lines, paid, partly refunded, rated."""
    owner.execute("INSERT INTO analytics.locations (location_code) VALUES ('LOC-ON-001')")
    order_id: UUID = books.order(visit_id="v1", status="completed")
    for name, price in (("Soup", 5), ("Bread", 3)):
        books.item(order_id, name, 1, Decimal(price), unit_price=Decimal(price), category="Mains")
    payment_id = books.payment(order_id, auth_code="A1", **TEN)
    owner.execute("UPDATE analytics.orders SET subtotal = 8, tax = 1, tip = 1, total = 10")
    books.refund(payment_id, order_id, Decimal(4))
    books.feedback(5, 9)
    return order_id


@pytest.mark.parametrize("name", RULES)
def test_sound_books_pass(run_rule: RunRule, order: UUID, name: str) -> None:
    verdict = run_rule(name)
    assert (verdict.failed, verdict.status, verdict.rows) == (0, "passed", [])
    nothing_to_look_at = {
        "currencies_agree",
        "event_types_are_known",
        "snapshots_have_all_money",
        "volume_is_usual",
    }
    assert (verdict.checked > 0) == (name not in nothing_to_look_at)


@pytest.mark.parametrize("name", RULES)
def test_an_empty_warehouse_passes(run_rule: RunRule, name: str) -> None:
    assert run_rule(name).status == "passed"


@pytest.mark.parametrize(
    ("name", "statement", "evidence"),
    [
        ("amounts_are_positive", "UPDATE analytics.payments SET tip = -1, tax = 3", {"least_part": -1}),
        ("amounts_are_positive", "UPDATE analytics.payments SET amount = 'NaN'", {"amount": "NaN"}),
        ("amounts_are_positive", "UPDATE analytics.refunds SET amount = 'Infinity'", {"table": "refunds"}),
        ("amounts_are_positive", "UPDATE analytics.order_items SET qty = 'NaN'", {"table": "order_items"}),
        ("payments_add_up", "UPDATE analytics.payments SET amount = 8", {"captured": 8, "stated": 10}),
        ("payments_add_up", "UPDATE analytics.payments SET tip = 2", {"shares": 11, "stated": 10}),
        ("payments_are_usual", "UPDATE analytics.payments SET amount = 12", {"captured": 12, "stated": 10}),
        (
            "refunds_stay_with_their_payment",
            "UPDATE analytics.refunds SET amount = 10.06",
            {"refunded": "10.06"},
        ),
        ("lines_add_up", "UPDATE analytics.order_items SET extended_price = 3", {"lines": 6, "subtotal": 8}),
        ("refunds_are_covered", "UPDATE analytics.refunds SET amount = 10.51", {"refunded": "10.51"}),
        ("orders_follow_their_events", "UPDATE analytics.orders SET status = 'ready'", {"status": "ready"}),
        ("orders_follow_their_events", "UPDATE analytics.orders SET tip = 2, total = 11", {"total_paid": 10}),
        ("orders_follow_their_events", "UPDATE analytics.orders SET total = NULL", {"total": None}),
        ("completed_orders_are_paid", "UPDATE analytics.orders SET total = NULL", {}),
        ("orders_have_items", "DELETE FROM analytics.order_items", {}),
        ("events_have_their_order", "DELETE FROM analytics.orders", {}),
        ("events_have_their_order", "DELETE FROM analytics.payments", {"event_type": "payment_refunded"}),
        ("lines_are_priced", "UPDATE analytics.order_items SET category = NULL", {"category": None}),
        ("lines_are_priced", "UPDATE analytics.order_items SET unit_price = NULL", {"unit_price": None}),
        ("payment_methods_are_known", "UPDATE analytics.payments SET method = 'Card'", {"method": "Card"}),
        ("locations_are_known", "UPDATE analytics.locations SET location_code = 'LOC-X'", {}),
        (
            "event_types_are_known",
            "INSERT INTO analytics.schema_drift VALUES"
            " ('s', 'order_eaten', NULL, 'object', gen_random_uuid(), now() - interval '1 minute')",
            {"event_type": "order_eaten"},
        ),
        (
            "events_are_of_the_past",
            "UPDATE raw_data.events_raw SET ingested_at = ts - interval '301 s'",
            {"ts": "2024-03-05T12:00:00+00:00"},
        ),
        (
            "events_follow_their_order",
            "UPDATE analytics.payments SET processed_at = processed_at - interval '61 s'",
            {"first_ts": "2024-03-05T11:58:59+00:00"},
        ),
        (
            "ingestion_is_fresh",
            "INSERT INTO raw_data.stream_checkpoints (stream, event_offset, committed_at)"
            " VALUES ('restaurant', 1, now() - interval '1 day')",
            {"component": "freshness", "reason": "stale"},
        ),
        *[
            ("raw_events_are_typed", f"DELETE FROM analytics.{table}", {"event_type": event_type})
            for table, event_type in (
                ("orders", "order_created"),
                ("order_items", "order_item_added"),
                ("order_status_history", "order_status_changed"),
                ("payments", "payment_captured"),
                ("refunds", "payment_refunded"),
                ("feedback", "feedback_submitted"),
            )
        ],
    ],
)
def test_it_fails_and_shows_the_row(
    run_rule: RunRule, owner: Any, order: UUID, name: str, statement: str, evidence: dict[str, Any]
) -> None:
    owner.execute(statement.encode())
    verdict = run_rule(name)
    assert (verdict.status, verdict.is_new_failure) == ("failed", True)
    assert 1 <= verdict.failed <= verdict.checked
    row = verdict.rows[0]
    assert evidence.items() <= row.items()
    assert row.get("order_id", str(order)) in (str(order), None)


def test_clocks_may_differ_a_little(run_rule: RunRule, owner: Any, order: UUID) -> None:
    owner.execute("UPDATE raw_data.events_raw SET ingested_at = ts - interval '300 s'")
    owner.execute("UPDATE analytics.payments SET processed_at = processed_at - interval '60 s'")
    assert run_rule("events_are_of_the_past").status == "passed"
    assert run_rule("events_follow_their_order").status == "passed"


def test_a_new_field_is_no_new_type(run_rule: RunRule, owner: Any) -> None:
    owner.execute(
        "INSERT INTO analytics.schema_drift VALUES"
        " ('s', 'order_created', 'mood', 'text', gen_random_uuid(), now() - interval '1 minute')"
    )
    result = run_rule("event_types_are_known")
    assert (result.checked, result.status) == (1, "passed")


def test_feedback_needs_no_order_but_one_that_is_there(run_rule: RunRule, books: Any) -> None:
    books.feedback(5, 9)
    books.feedback(5, 9, order_id=uuid4())
    result = run_rule("events_have_their_order")
    assert (result.failed, result.checked) == (1, 1)


def test_a_payment_sent_twice_until_it_is_given_back(run_rule: RunRule, books: Any, order: UUID) -> None:
    again = books.payment(order, auth_code="A1", **TEN)
    result = run_rule("payments_are_captured_once")
    assert (result.failed, result.checked) == (2, 2)
    assert str(again) in {row["payment_id"] for row in result.rows}
    books.refund(again, order, Decimal(10))
    assert run_rule("payments_are_captured_once").status == "passed"


def test_a_payment_sent_three_times_until_one_is_left(
    run_rule: RunRule, books: Any, owner: Any, order: UUID
) -> None:
    for _ in range(2):
        books.payment(order, auth_code="A1", **TEN)
    ids = [row[0] for row in owner.execute("SELECT payment_id FROM analytics.payments ORDER BY payment_id")]
    for left in (2, 0):
        books.refund(ids.pop(0), order, Decimal(10))
        assert run_rule("payments_are_captured_once").failed == left


def test_two_guests_may_pay_the_same(run_rule: RunRule, books: Any, order: UUID) -> None:
    books.payment(order, auth_code="A2", **TEN)
    books.payment(order, method="cash", **TEN)
    books.payment(order, method="cash", **TEN)
    assert run_rule("payments_are_captured_once").status == "passed"


def test_what_two_events_report(run_rule: RunRule, books: Any, owner: Any, order: UUID) -> None:
    (payment_id,) = owner.execute("SELECT payment_id FROM analytics.payments").fetchone()
    books.status(order, "completed")
    books.refund(payment_id, order, Decimal(4))
    books.order(visit_id="v1")
    result = run_rule("events_are_reported_once")
    assert sorted(row["event_type"] for row in result.rows) == sorted(
        2 * ["order_status_changed", "payment_refunded", "order_created"]
    )
    assert all(row["other"] for row in result.rows)


def test_what_is_still_arriving_is_not_checked(
    run_rule: RunRule, books: Any, owner: Any, order: UUID
) -> None:
    """An order of which something came within the grace period is left to the window of that."""
    owner.execute("UPDATE analytics.payments SET amount = 8")
    owner.execute(
        "UPDATE raw_data.events_raw SET ingested_at = now() WHERE event_type = 'order_status_changed'"
    )
    assert run_rule("payments_add_up").status == "passed"
    owner.execute("UPDATE analytics.thresholds SET value = 0 WHERE name = 'consistency_grace'")
    result = run_rule("payments_add_up")
    assert (result.status, result.checked) == ("failed", 1)
    books.order()
    assert run_rule("orders_have_items").status == "failed"


def test_a_few_lines_may_be_unpriced(run_rule: RunRule, books: Any, order: UUID) -> None:
    for _ in range(17):
        books.item(order, "Tea", 1, Decimal(2), unit_price=Decimal(2), category="Drinks")
    books.item(order, "Mystery")
    result = run_rule("lines_are_priced")
    assert (result.checked, result.failed, result.status, len(result.rows)) == (20, 1, "passed", 1)


@pytest.mark.parametrize(
    ("this_week", "expected"), [(12, "passed"), (4, "failed"), (0, "failed"), (40, "failed")]
)
def test_volume_against_the_same_weekday(
    run_rule: RunRule, owner: Any, this_week: int, expected: str
) -> None:
    """Four weeks of 8, 10, 14 and 40 orders in this hour: the median is 12."""
    ended = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    for weeks, orders in enumerate((this_week, 8, 10, 14, 40)):
        sell(owner, ended - timedelta(weeks=weeks, minutes=30), orders)
    sell(owner, ended - timedelta(weeks=5), 1)
    result = run_rule("volume_is_usual")
    assert result.status == expected
    if expected == "failed":
        row = next(row for row in result.rows if row["span"] == "hour")
        assert (row["orders"], row["usual"], row["location_code"]) == (this_week, 12, "LOC-ON-001")


def test_volume_needs_four_weeks_and_enough_orders(run_rule: RunRule, owner: Any) -> None:
    ended = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    for weeks in range(1, 4):
        sell(owner, ended - timedelta(weeks=weeks, minutes=30), 50)
    assert run_rule("volume_is_usual").checked == 0
    sell(owner, ended - timedelta(weeks=4, minutes=30), 50)
    owner.execute("DELETE FROM analytics.data_quality_results")
    assert run_rule("volume_is_usual").checked >= 1
    owner.execute("UPDATE analytics.thresholds SET value = 51 WHERE name = 'volume_least'")
    owner.execute("DELETE FROM analytics.data_quality_results")
    assert run_rule("volume_is_usual").checked == 0


def sell(owner: Any, at: datetime, orders: int) -> None:
    for _ in range(orders):
        owner.execute(
            "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, created_at,"
            " updated_at, event_ts, event_id) VALUES (%s, 'takeout', %s, 'LOC-ON-001', %s, %s, %s, %s)",
            [uuid4(), at, at, at, at, uuid4()],
        )
