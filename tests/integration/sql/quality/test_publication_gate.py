"""What a critical rule blocks: a restaurant and a business day keep what was published, and all else goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg import errors

from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from restaurant_warehouse.rollups import refresh
from tests.support.warehouse.plain import assert_exact

pytestmark = pytest.mark.integration

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = {rule.name: rule for rule in load()}
RULE = RULES["orders_follow_their_events"]
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}
WRONG = "UPDATE analytics.orders SET total = 11, tip = 2 WHERE order_id = %s"
RIGHT = "UPDATE analytics.orders SET total = 10, tip = 1 WHERE order_id = %s"
A, B = "LOC-ON-001", "LOC-ON-002"
BLOCKING = "SELECT location_code, business_date, failed FROM analytics.data_quality_blocking ORDER BY 1, 2"
PUBLISHED = (
    "SELECT location_code, business_date, sum(total) FROM analytics.rollup_sales_days"
    " GROUP BY location_code, business_date ORDER BY 1, 2"
)
RunRule = Callable[..., RuleResult]
TODAY, TOMORROW = date(2024, 3, 5), date(2024, 3, 6)


@pytest.fixture
def run_rule(warehouse: Any) -> RunRule:
    """Run a rule, and see that it could be run."""

    def one(**other: Any) -> RuleResult:
        (outcome,) = run(warehouse.url("airflow_user"), [replace(RULE, **other)])
        assert isinstance(outcome, RuleResult), outcome
        return outcome

    return one


@pytest.fixture
def refreshed(warehouse: Any) -> Callable[[], datetime]:
    return lambda: refresh(warehouse.url("airflow_user"), NOON + 48 * HOUR)


def sell(books: Any, location: str, at: datetime = NOON) -> Any:
    order = books.order(at, location_code=location, **TEN)
    books.item(order, price=Decimal(8))
    return order


def test_nothing_was_ever_checked(books: Any, owner: Any, refreshed: Any) -> None:
    sell(books, A)
    assert refreshed() == NOON + 48 * HOUR


def test_one_restaurant_and_day_is_blocked_and_all_else_is_published(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    wrong = sell(books, A)
    sell(books, A, NOON + 24 * HOUR)
    sell(books, B)
    owner.execute(WRONG, [wrong])
    run_rule()
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 1)]
    assert refreshed() == NOON + 48 * HOUR
    assert owner.execute(PUBLISHED).fetchall() == [(A, TOMORROW, 10), (B, TODAY, 10)]
    assert_exact(owner)

    owner.execute(RIGHT, [wrong])
    refreshed()
    assert owner.execute(PUBLISHED).fetchall() == [(A, TOMORROW, 10), (B, TODAY, 10)], "not checked yet"
    run_rule()
    assert owner.execute(BLOCKING).fetchall() == []
    refreshed()
    assert owner.execute(PUBLISHED).fetchall() == [(A, TODAY, 10), (A, TOMORROW, 10), (B, TODAY, 10)]
    assert owner.execute("SELECT count(*) FROM analytics.rollup_invalidations").fetchone() == (0,)
    assert_exact(owner)


def test_a_blocked_day_keeps_what_was_published(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    sell(books, A)
    sell(books, B)
    refreshed()
    every = (
        "sales_hours",
        "sales_days",
        "payment_hours",
        "payment_days",
        "cash_hours",
    )
    of_a = [
        f"SELECT * FROM analytics.rollup_{one} WHERE location_code = '{A}' ORDER BY 1, 2" for one in every
    ]
    before = [owner.execute(query.encode()).fetchall() for query in of_a]
    assert all(before)

    wrong = sell(books, A)
    sell(books, B)
    owner.execute(WRONG, [wrong])
    run_rule()
    for _ in range(2):
        refreshed()
        assert [owner.execute(query.encode()).fetchall() for query in of_a] == before
        assert owner.execute(PUBLISHED).fetchall() == [(A, TODAY, 10), (B, TODAY, 20)]
        assert_exact(owner)
    assert owner.execute("SELECT DISTINCT rollup FROM analytics.rollup_held_hours ORDER BY 1").fetchall() == [
        ("menu",),
        ("movements",),
        ("sales",),
    ]


def test_the_business_day_is_that_of_the_restaurant(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    """Half past one in Toronto belongs to the night before, and its hour is shared with nobody."""
    owner.execute(
        "INSERT INTO analytics.locations (location_code, time_zone, close_out)"
        " VALUES (%s, 'America/Toronto', '04:00')",
        [A],
    )
    wrong = sell(books, A, datetime(2024, 3, 6, 6, 30, tzinfo=UTC))
    sell(books, A, datetime(2024, 3, 6, 9, 30, tzinfo=UTC))
    owner.execute(WRONG, [wrong])
    run_rule()
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 1)]
    refreshed()
    assert owner.execute(PUBLISHED).fetchall() == [(A, TOMORROW, 10)]
    assert_exact(owner)


def test_a_payment_without_an_order_is_of_the_restaurant_that_it_names(
    books: Any, owner: Any, warehouse: Any, refreshed: Any
) -> None:
    """One that names none belongs to no figure of a restaurant, so that it blocks none."""
    sell(books, A)
    sell(books, B)
    books.payment(uuid4(), **{**TEN, "tip": Decimal(5)}, location_code=B)
    books.payment(uuid4(), **{**TEN, "tip": Decimal(5)})
    (outcome,) = run(warehouse.url("airflow_user"), [RULES["payments_add_up"]])
    assert isinstance(outcome, RuleResult)
    assert owner.execute(BLOCKING).fetchall() == [(B, TODAY, 1), (None, TODAY, 1)]
    refreshed()
    assert owner.execute(PUBLISHED).fetchall() == [(A, TODAY, 10)]
    assert_exact(owner)


def test_a_rule_that_names_no_restaurant_blocks_everything(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    sell(books, A)
    unknown = RULE.sql.replace("o.order_id,\n", "", 1).replace("o.location_code,\n", "", 1)
    unknown = unknown.replace("o.order_ts AS happened_at,\n", "", 1).replace("o.status <>", "o.status =")
    run_rule(sql=unknown)
    assert owner.execute(BLOCKING).fetchall() == [(None, None, 1)]
    with pytest.raises(errors.ObjectNotInPrerequisiteState) as caught:
        refreshed()
    error = caught.value.diag
    assert "orders_follow_their_events (1 of 1 rows, owner data-engineering)" in str(error.message_primary)
    assert RULE.remedy in str(error.message_hint)
    assert "analytics.accept_data_quality_failure('orders_follow_their_events', 'your reason')" in str(
        error.message_hint
    )
    assert_exact(owner)


def test_a_failure_of_the_version_before_blocks_everything_until_its_rule_runs(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    """Its result has no days. The next run of this version finds them."""
    wrong = sell(books, A)
    sell(books, B)
    owner.execute(WRONG, [wrong])
    run_rule()
    owner.execute("DELETE FROM analytics.data_quality_failures")
    assert owner.execute(BLOCKING).fetchall() == [(None, None, 1)]
    with pytest.raises(errors.ObjectNotInPrerequisiteState):
        refreshed()
    assert not run_rule().is_new_failure
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 1)]
    refreshed()
    assert owner.execute(PUBLISHED).fetchall() == [(B, TODAY, 10)]


def test_a_warning_blocks_nothing(books: Any, owner: Any, run_rule: RunRule, refreshed: Any) -> None:
    owner.execute(WRONG, [sell(books, A)])
    assert run_rule(severity="warning").status == "failed"
    assert owner.execute(BLOCKING).fetchall() == []
    refreshed()
    assert owner.execute(PUBLISHED).fetchall() == [(A, TODAY, 11)]


def test_a_day_that_fails_later_is_a_new_failure(books: Any, owner: Any, run_rule: RunRule) -> None:
    first, second = sell(books, A), sell(books, B)
    owner.execute(WRONG, [first])
    since = run_rule().since
    assert not run_rule().is_new_failure
    owner.execute(RIGHT, [first])
    owner.execute(WRONG, [second])
    evaluation = run_rule()
    assert (evaluation.failed, evaluation.is_new_failure, evaluation.since) == (1, True, since)
    assert owner.execute(BLOCKING).fetchall() == [(B, TODAY, 1)]


def test_what_arrives_later_and_is_sound_corrects_nothing(books: Any, owner: Any, run_rule: RunRule) -> None:
    owner.execute(WRONG, [sell(books, A)])
    run_rule()
    (since,) = owner.execute("SELECT failing_since FROM analytics.data_quality_blocking").fetchone()
    sell(books, B)
    owner.execute(
        "UPDATE raw_data.events_raw SET ingested_at = clock_timestamp()"
        " WHERE event_offset > (SELECT min(event_offset) + 2 FROM raw_data.events_raw)"
    )
    assert run_rule().checked == 2
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 1)]
    row = owner.execute("SELECT failing_since, run_at > failing_since FROM analytics.data_quality_blocking")
    assert row.fetchone() == (since, True)


def test_analysts_and_the_health_check_show_what_is_blocked(
    warehouse: Any, books: Any, owner: Any, run_rule: RunRule
) -> None:
    quality = "SELECT status, details FROM analytics.health_check() WHERE component = 'quality'"
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        status, details = reader.execute(quality).fetchone()
        assert (status, details["reason"]) == ("ok", "nothing_blocked")
        owner.execute(WRONG, [sell(books, A)])
        run_rule()
        query = "SELECT rule, failed, sample -> 0 ->> 'total', remedy FROM analytics.data_quality_blocking"
        ((name, failed, total, remedy),) = reader.execute(query).fetchall()
        assert (name, failed, total) == (RULE.name, 1, "11")
        assert remedy.startswith(RULE.remedy)
        status, details = reader.execute(quality).fetchone()
        assert (status, details["reason"], details["blocked_days"]) == ("warn", "days_blocked", 1)
        named = details["blocked"][0]
        assert (named["rule"], named["location_code"], named["business_date"]) == (RULE.name, A, "2024-03-05")
        owner.execute("DELETE FROM analytics.data_quality_failures")
        status, details = reader.execute(quality).fetchone()
        assert (status, details["reason"]) == ("error", "everything_blocked")
        assert "data_quality_blocking" in details["remedy"]
