"""While a critical rule fails, the rollups stand still, the views are exact, and a person can decide otherwise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import IsolationLevel, errors

from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import run
from restaurant_warehouse.rollups import refresh
from tests.support.warehouse.plain import assert_exact

pytestmark = pytest.mark.integration

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = {rule.name: rule for rule in load()}
RULE = RULES["orders_follow_their_events"]
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}
WRONG = "UPDATE analytics.orders SET total = 11, tip = 2"
RIGHT = "UPDATE analytics.orders SET total = 10, tip = 1"
# The events of the first order stay where they are.
ARRIVED = "UPDATE raw_data.events_raw SET ingested_at = clock_timestamp() WHERE event_offset > 2"
ACCEPT = "SELECT analytics.accept_data_quality_failure(%s, %s)"
RunRule = Callable[..., None]


@pytest.fixture
def run_rule(warehouse: Any) -> RunRule:
    """Run a rule, and see that it could be run."""

    def one(**other: Any) -> None:
        (outcome,) = run(warehouse.url("airflow_user"), [replace(RULE, **other)])
        assert hasattr(outcome, "status"), outcome

    return one


@pytest.fixture
def refreshed(warehouse: Any) -> Callable[[], datetime]:
    return lambda: refresh(warehouse.url("airflow_user"), NOON + 2 * HOUR)


def closed_before(owner: Any) -> str:
    (moment,) = owner.execute("SELECT closed_before::text FROM analytics.rollup_watermark").fetchone()
    return str(moment)


def test_nothing_was_ever_checked(books: Any, owner: Any, refreshed: Any) -> None:
    books.order(NOON, **TEN)
    assert refreshed() == NOON + 2 * HOUR


def test_it_refuses_says_what_to_do_and_opens_when_it_is_mended(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    books.order(NOON, **TEN)
    owner.execute(WRONG)
    run_rule()
    with pytest.raises(errors.ObjectNotInPrerequisiteState) as caught:
        refreshed()
    error = caught.value.diag
    assert "orders_follow_their_events (1 of 1 rows, owner data-engineering)" in str(error.message_primary)
    assert RULE.remedy in str(error.message_hint)
    assert "analytics.accept_data_quality_failure" in str(error.message_hint)
    assert closed_before(owner) == "-infinity"
    assert_exact(owner)

    owner.execute(RIGHT)
    with pytest.raises(errors.ObjectNotInPrerequisiteState):
        refreshed()
    run_rule()
    assert refreshed() == NOON + 2 * HOUR
    assert_exact(owner)


def test_what_arrives_later_and_is_sound_does_not_open_it(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    books.order(NOON, **TEN)
    owner.execute(WRONG)
    run_rule()
    books.order(NOON, **TEN)
    owner.execute(ARRIVED)
    run_rule()
    with pytest.raises(errors.ObjectNotInPrerequisiteState):
        refreshed()


def test_the_first_half_refuses_before_writers_are_held_up(
    warehouse: Any, books: Any, owner: Any, run_rule: RunRule
) -> None:
    books.order(NOON, **TEN)
    owner.execute(WRONG)
    run_rule()
    with (
        warehouse.connect("airflow_user") as refresher,
        pytest.raises(errors.ObjectNotInPrerequisiteState),
    ):
        refresher.execute("SELECT analytics.open_refresh(%s)", [NOON + HOUR])


def test_the_second_half_refuses_too(warehouse: Any, books: Any, owner: Any, run_rule: RunRule) -> None:
    books.order(NOON, **TEN)
    with warehouse.connect("airflow_user") as refresher:
        refresher.isolation_level = IsolationLevel.REPEATABLE_READ
        refresher.execute("SELECT analytics.open_refresh(%s)", [NOON + HOUR])
        refresher.commit()
        owner.execute(WRONG)
        run_rule()
        with pytest.raises(errors.ObjectNotInPrerequisiteState):
            refresher.execute("SELECT analytics.refresh_rollups()")
    assert closed_before(owner) == "-infinity"
    assert_exact(owner)


def test_a_warning_shuts_nothing(books: Any, owner: Any, run_rule: RunRule, refreshed: Any) -> None:
    books.order(NOON, **TEN)
    owner.execute(WRONG)
    run_rule(severity="warning")
    assert refreshed() == NOON + 2 * HOUR


def test_a_person_may_accept_the_failure_and_that_alone(
    books: Any, owner: Any, run_rule: RunRule, refreshed: Any
) -> None:
    books.order(NOON, **TEN)
    owner.execute(WRONG)
    run_rule()
    owner.execute(ACCEPT, [RULE.name, "Checked by hand against the till."])
    assert refreshed() == NOON + 2 * HOUR
    (actor, thing, details) = owner.execute(
        "SELECT actor, object, details FROM analytics.audit_log WHERE action = 'data_quality_failure_accepted'"
    ).fetchone()
    assert (actor, thing) == ("restaurant_user", RULE.name)
    assert (details["reason"], details["failed"]) == ("Checked by hand against the till.", 1)

    run_rule()
    assert refreshed() == NOON + 2 * HOUR, "the rule goes on behind what was accepted"
    books.order(NOON, **TEN)
    owner.execute(ARRIVED)
    owner.execute(WRONG)
    run_rule()
    with pytest.raises(errors.ObjectNotInPrerequisiteState):
        refreshed()


def test_accepting_needs_a_reason_a_failure_and_the_owner(
    warehouse: Any, books: Any, owner: Any, run_rule: RunRule
) -> None:
    books.order(NOON, **TEN)
    run_rule()
    with pytest.raises(errors.RaiseException, match="is no open failure"):
        owner.execute(ACCEPT, [RULE.name, "because"])
    books.order(NOON, **TEN)
    owner.execute(ARRIVED)
    owner.execute(WRONG)
    run_rule()
    with pytest.raises(errors.RaiseException, match="Give a reason why"):
        owner.execute(ACCEPT, [RULE.name, " "])
    for role in ("airflow_user", "analytics_reader"):
        with warehouse.connect(role) as other, pytest.raises(errors.InsufficientPrivilege):
            other.execute(ACCEPT, [RULE.name, "because"])
    owner.execute(ACCEPT, [RULE.name, "because"])
    with pytest.raises(errors.RaiseException, match="is no open failure"):
        owner.execute(ACCEPT, [RULE.name, "because"])


def test_analysts_see_what_holds_it_up(warehouse: Any, books: Any, owner: Any, run_rule: RunRule) -> None:
    books.order(NOON, **TEN)
    owner.execute(WRONG)
    run_rule()
    with warehouse.connect("analytics_reader") as reader:
        query = "SELECT rule, failed, sample -> 0 ->> 'total', remedy FROM analytics.data_quality_blocking"
        assert reader.execute(query).fetchall() == [(RULE.name, 1, "11", RULE.remedy)]
