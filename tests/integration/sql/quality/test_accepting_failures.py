"""A person may publish what failed: for one restaurant and day, or for all that a rule has found."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg import errors

from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from restaurant_warehouse.rollups import refresh

pytestmark = pytest.mark.integration

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
TODAY = date(2024, 3, 5)
RULES = {rule.name: rule for rule in load()}
RULE = RULES["orders_follow_their_events"]
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}
WRONG = "UPDATE analytics.orders SET total = 11, tip = 2 WHERE order_id = %s"
RIGHT = "UPDATE analytics.orders SET total = 10, tip = 1 WHERE order_id = %s"
ARRIVED = "UPDATE raw_data.events_raw SET ingested_at = clock_timestamp() WHERE payload ->> 'order_id' = %s"
ACCEPT_ALL = "SELECT analytics.accept_data_quality_failure(%s, %s)"
ACCEPT = "SELECT analytics.accept_data_quality_failure(%s, %s, %s, %s)"
BLOCKING = "SELECT location_code, business_date, failed FROM analytics.data_quality_blocking ORDER BY 1, 2"
A, B = "LOC-ON-001", "LOC-ON-002"


@pytest.fixture
def run_rule(warehouse: Any) -> Callable[[], RuleResult]:
    def one() -> RuleResult:
        (outcome,) = run(warehouse.url("airflow_user"), [RULE])
        assert isinstance(outcome, RuleResult), outcome
        return outcome

    return one


@pytest.fixture
def wrong(books: Any, owner: Any) -> Callable[[str], Any]:
    """An order of a restaurant whose row was changed by hand."""

    def one(location: str) -> Any:
        order = books.order(NOON, location_code=location, **TEN)
        owner.execute(WRONG, [order])
        return order

    return one


def published(warehouse: Any, owner: Any) -> list[Any]:
    refresh(warehouse.url("airflow_user"), NOON + timedelta(hours=2))
    rows: list[Any] = owner.execute(
        "SELECT location_code, sum(total) FROM analytics.rollup_sales_days GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return rows


def test_one_day_is_accepted_and_the_other_stays_blocked(
    warehouse: Any, owner: Any, run_rule: Any, wrong: Any
) -> None:
    wrong(A)
    of_b = wrong(B)
    run_rule()
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 1), (B, TODAY, 1)]
    owner.execute(ACCEPT, [RULE.name, "Checked by hand against the till.", A, TODAY])
    for _ in range(2):
        assert owner.execute(BLOCKING).fetchall() == [(B, TODAY, 1)]
        assert published(warehouse, owner) == [(A, 11)]
        again = run_rule()
        assert (again.failed, again.checked, again.is_new_failure) == (1, 2, False)
    (actor, thing, details) = owner.execute(
        "SELECT actor, object, details FROM analytics.audit_log WHERE action = 'data_quality_failure_accepted'"
    ).fetchone()
    assert (actor, thing) == ("restaurant_user", RULE.name)
    assert (details["reason"], details["accepted"][0]["location_code"]) == (
        "Checked by hand against the till.",
        A,
    )

    owner.execute(RIGHT, [of_b])
    assert run_rule().status == "passed"
    assert published(warehouse, owner) == [(A, 11), (B, 10)]
    assert run_rule().checked == 0, "the rule goes on after what was accepted"


def test_other_rows_of_an_accepted_day_fail_again(owner: Any, run_rule: Any, wrong: Any) -> None:
    wrong(A)
    wrong(B)
    run_rule()
    owner.execute(ACCEPT, [RULE.name, "known", A, TODAY])
    wrong(A)
    evaluation = run_rule()
    assert (evaluation.failed, evaluation.is_new_failure) == (3, True)
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 2), (B, TODAY, 1)]


def test_all_of_a_rule_and_that_alone(warehouse: Any, owner: Any, run_rule: Any, wrong: Any) -> None:
    wrong(A)
    wrong(B)
    run_rule()
    owner.execute(ACCEPT_ALL, [RULE.name, "known"])
    assert owner.execute(BLOCKING).fetchall() == []
    assert published(warehouse, owner) == [(A, 11), (B, 11)]
    assert run_rule().checked == 0
    owner.execute(ARRIVED, [str(wrong(A))])
    run_rule()
    assert owner.execute(BLOCKING).fetchall() == [(A, TODAY, 1)]


def test_the_remedy_can_be_followed_as_it_is_written(
    warehouse: Any, books: Any, owner: Any, run_rule: Any, wrong: Any
) -> None:
    """Of a day, of what belongs to no restaurant, and of everything."""
    for location in (A, B):
        wrong(location)
    run_rule()
    books.payment(uuid4(), **{**TEN, "tip": Decimal(5)})
    tuple(run(warehouse.url("airflow_user"), [RULES["payments_add_up"]]))
    owner.execute("CREATE TEMP TABLE open AS SELECT * FROM analytics.data_quality_blocking")
    rows = owner.execute("SELECT rule, location_code, business_date, remedy FROM open").fetchall()
    assert {row[1:3] for row in rows} == {(A, TODAY), (B, TODAY), (None, TODAY)}
    for left, (_, location, _, remedy) in reversed(list(enumerate(rows))):
        owner.execute(remedy.partition("restaurant_user: ")[2].encode())
        blocked = owner.execute(BLOCKING).fetchall()
        assert len(blocked) == left, remedy
        assert location not in {row[0] for row in blocked}


def test_what_the_version_before_stored_is_accepted_as_a_whole(owner: Any, run_rule: Any, wrong: Any) -> None:
    wrong(A)
    run_rule()
    owner.execute("DELETE FROM analytics.data_quality_failures")
    with pytest.raises(errors.RaiseException, match="no open failure for the restaurant LOC-ON-001"):
        owner.execute(ACCEPT, [RULE.name, "known", A, TODAY])
    owner.execute(ACCEPT_ALL, [RULE.name, "known"])
    assert owner.execute(BLOCKING).fetchall() == []


def test_accepting_needs_a_reason_a_failure_and_the_owner(
    warehouse: Any, books: Any, owner: Any, run_rule: Any, wrong: Any
) -> None:
    books.order(NOON, **TEN)
    run_rule()
    with pytest.raises(errors.RaiseException, match="is no open failure"):
        owner.execute(ACCEPT_ALL, [RULE.name, "because"])
    owner.execute(ARRIVED, [str(wrong(A))])
    run_rule()
    with pytest.raises(errors.RaiseException, match="Give a reason why"):
        owner.execute(ACCEPT_ALL, [RULE.name, " "])
    for role in ("airflow_user", "analytics_reader"):
        with warehouse.connect(role) as other, pytest.raises(errors.InsufficientPrivilege):
            other.execute(ACCEPT_ALL, [RULE.name, "because"])
    for day in ((B, TODAY), (A, date(2024, 3, 6)), (None, TODAY), (A, None)):
        with pytest.raises(errors.RaiseException, match="has no open failure for the restaurant"):
            owner.execute(ACCEPT, [RULE.name, "because", *day])
    owner.execute(ACCEPT, [RULE.name, "because", A, TODAY])
    with pytest.raises(errors.RaiseException, match="is no open failure"):
        owner.execute(ACCEPT_ALL, [RULE.name, "because"])


def test_an_accepted_result_is_readable_by_the_version_before(owner: Any, run_rule: Any, wrong: Any) -> None:
    """It reads accepted_at of the result, which is set with the last day."""
    accepted = (
        "SELECT accepted_at IS NOT NULL FROM analytics.data_quality_results ORDER BY result_id DESC LIMIT 1"
    )
    wrong(A)
    wrong(B)
    run_rule()
    for location, complete in ((A, False), (B, True)):
        owner.execute(ACCEPT, [RULE.name, "known", location, TODAY])
        assert owner.execute(accepted).fetchone() == (complete,)
