"""Running the rules: windows that adjoin, results that are kept, and the gate that critical failures shut."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors

from restaurant_warehouse.quality.rules import Rule, folder, load
from restaurant_warehouse.quality.run import SAMPLE, Broken, RuleResult, run
from tests.support.warehouse.plans import scans

pytestmark = pytest.mark.integration

RULES = {rule.name: rule for rule in load()}
# One row per event: the sample shows which events a window has.
EVENTS = replace(
    RULES["events_are_of_the_past"],
    name="events",
    sql="SELECT event_id, event_type <> 'sound' AS failed"
    " FROM analytics.arrived_events(%(since)s, %(until)s, NULL)",
)
CRITICAL = replace(EVENTS, severity="critical")
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}
THIS_MONTH = f"events_raw_{datetime.now(UTC):%Y_%m}"
GROWING = ("orders", "order_items", "payments", "order_status_history", THIS_MONTH)
RunRule = Callable[[Rule], RuleResult]


@pytest.fixture
def run_rule(warehouse: Any) -> RunRule:
    def one(rule: Rule) -> RuleResult:
        (outcome,) = run(warehouse.url("airflow_user"), [rule])
        assert isinstance(outcome, RuleResult), outcome
        return outcome

    return one


def arrive(connection: psycopg.Connection[Any], event_type: str = "sound", ts: str = "2024-03-05") -> str:
    """As a writer does it: the id, then the event, which is stamped by its own statement."""
    event_id = str(uuid4())
    connection.execute(
        "INSERT INTO raw_data.event_ids VALUES (%s, %s, 'log', 1, %s)", [event_id, ts, b"h" * 16]
    )
    connection.execute(
        "INSERT INTO raw_data.events_raw"
        " (event_offset, event_id, event_type, ts, partition_key, payload, ingested_by, stream_id)"
        " VALUES (1, %s, %s, %s, 'LOC-ON-001', '{}', 'test', 'log')",
        [event_id, event_type, ts],
    )
    return event_id


def results(owner: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = owner.execute(
        "SELECT window_since, window_until, checked, failed, status FROM analytics.data_quality_results"
        " ORDER BY result_id"
    ).fetchall()
    return rows


def test_windows_adjoin_and_a_late_event_is_seen_by_the_next(owner: Any, run_rule: RunRule) -> None:
    arrive(owner)
    first = run_rule(EVENTS)
    arrive(owner, ts="2023-01-01")  # a year late
    arrive(owner)
    second, third = run_rule(EVENTS), run_rule(EVENTS)
    assert [one.checked for one in (first, second, third)] == [1, 2, 0]
    assert first.since == datetime(1970, 1, 1, tzinfo=UTC)
    assert (second.since, third.since) == (first.until, second.until)
    assert [row[:3] for row in results(owner)] == [
        (one.since, one.until, one.checked) for one in (first, second, third)
    ]


def test_the_instant_between_two_windows_belongs_to_the_second(owner: Any) -> None:
    event_id = arrive(owner)
    at, before, after = owner.execute(
        "SELECT ingested_at, ingested_at - interval '1 s', ingested_at + interval '1 s' FROM raw_data.events_raw"
    ).fetchone()
    query = "SELECT event_id::text FROM analytics.arrived_events(%s, %s, NULL)"
    assert owner.execute(query, [before, at]).fetchall() == []
    assert owner.execute(query, [at, after]).fetchall() == [(event_id,)]


def test_what_is_not_yet_committed_is_waited_for(warehouse: Any, owner: Any, run_rule: RunRule) -> None:
    """The writer has stamped its event before the window ends, and commits after it began to be read."""
    with warehouse.connect("airflow_user") as writer:
        arrive(writer)
        rule_results: list[RuleResult] = []
        running = threading.Thread(target=lambda: rule_results.append(run_rule(EVENTS)))
        running.start()
        running.join(0.5)
        assert running.is_alive()
        writer.commit()
        running.join(60)
    assert rule_results[0].checked == 1


def test_a_writer_that_takes_too_long_fails_the_run_and_skips_nothing(
    warehouse: Any, owner: Any, run_rule: RunRule
) -> None:
    with warehouse.connect("airflow_user") as writer:
        arrive(writer)
        with pytest.raises(errors.LockNotAvailable):
            run_rule(EVENTS)
        writer.commit()
    assert results(owner) == []
    assert run_rule(EVENTS).checked == 1


def test_a_grace_period_holds_the_window_back(owner: Any, run_rule: RunRule) -> None:
    patient = replace(EVENTS, grace="consistency_grace")
    arrive(owner)
    first = run_rule(patient)
    assert first.checked == 0
    assert timedelta(0) < datetime.now(UTC) - first.until - timedelta(seconds=900) < timedelta(minutes=1)
    owner.execute("UPDATE analytics.thresholds SET value = 0 WHERE name = 'consistency_grace'")
    second = run_rule(patient)
    assert (second.since, second.checked) == (first.until, 1)
    owner.execute("UPDATE analytics.thresholds SET value = 9000 WHERE name = 'consistency_grace'")
    third = run_rule(patient)
    assert (third.since, third.until, third.checked) == (second.until, second.until, 0)


def test_a_warning_is_reported_once_and_its_window_goes_on(owner: Any, run_rule: RunRule) -> None:
    arrive(owner, "odd")
    assert [(one.status, one.is_new_failure) for one in (run_rule(EVENTS), run_rule(EVENTS))] == [
        ("failed", True),
        ("passed", False),
    ]


def test_what_lasts_is_reported_once_until_it_has_passed(owner: Any, run_rule: RunRule) -> None:
    """Freshness is a state and no window: each run finds it again."""
    fresh = RULES["ingestion_is_fresh"]
    stopped = (
        "INSERT INTO raw_data.stream_checkpoints (stream, event_offset, committed_at)"
        " VALUES ('restaurant', 1, now() - interval '1 day')"
    )
    for _ in range(2):
        owner.execute(stopped)
        lasting = [run_rule(fresh) for _ in range(3)]
        assert [(one.status, one.is_new_failure) for one in lasting] == [("failed", n == 0) for n in range(3)]
        owner.execute("DELETE FROM raw_data.stream_checkpoints")
        assert run_rule(fresh).status == "passed"


def test_a_critical_failure_is_read_again_until_it_is_corrected(owner: Any, run_rule: RunRule) -> None:
    arrive(owner, "odd")
    first, second = run_rule(CRITICAL), run_rule(CRITICAL)
    assert [(one.since, one.checked, one.status, one.is_new_failure) for one in (first, second)] == [
        (first.since, 1, "failed", True),
        (first.since, 1, "failed", False),
    ]
    arrive(owner, "odd")
    third = run_rule(CRITICAL)
    assert (third.since, third.failed, third.is_new_failure) == (first.since, 2, True)
    owner.execute("UPDATE raw_data.events_raw SET event_type = 'sound'")
    fourth, fifth = run_rule(CRITICAL), run_rule(CRITICAL)
    assert (fourth.checked, fourth.status) == (2, "passed")
    assert (fifth.since, fifth.checked) == (fourth.until, 0)


def test_two_runs_at_once_share_the_events(warehouse: Any, owner: Any, run_rule: RunRule) -> None:
    for _ in range(50):
        arrive(owner)
    rule_results: list[RuleResult] = []
    runs = [threading.Thread(target=lambda: rule_results.append(run_rule(EVENTS))) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join(60)
    assert sorted(one.checked for one in rule_results) == [0, 0, 50]


@pytest.mark.parametrize("rule", [EVENTS, CRITICAL], ids=["warning", "critical"])
def test_a_clock_that_went_back_skips_nothing(
    warehouse: Any, owner: Any, run_rule: RunRule, rule: Rule
) -> None:
    """It was a day ahead for two runs. The recipe is run as it is written."""
    arrive(owner)
    before = run_rule(rule)
    arrive(owner, "odd")
    run_rule(rule)
    run_rule(rule)
    owner.execute(
        "UPDATE analytics.data_quality_results SET window_until = window_until + interval '1 day', window_since ="
        " CASE WHEN window_since = %s THEN window_since ELSE window_since + interval '1 day' END"
        " WHERE window_until > %s",
        [before.until, before.until],
    )
    stored = results(owner)
    arrive(owner)
    (refused,) = run(warehouse.url("airflow_user"), [rule])
    assert isinstance(refused, Broken)
    assert re.search(r"clock of the database went back: its last window ends 23:59:\d\d", refused.error)
    assert results(owner) == stored
    _, _, page = (
        (folder().parents[1] / "docs" / "reference" / "data-quality.md")
        .read_text("utf-8")
        .partition("went back\n")
    )
    owner.execute(re.search(r"\n\n(    .*?;)\n", page, re.DOTALL)[1].encode())  # type: ignore[index]
    result = run_rule(rule)
    assert (result.since, result.checked, result.failed) == (before.until, 2, 1)


def test_the_result_keeps_a_sample_of_the_rows(warehouse: Any, owner: Any, run_rule: RunRule) -> None:
    ids = sorted(arrive(owner, "odd") for _ in range(SAMPLE + 5))
    arrive(owner)
    run_rule(EVENTS)
    with warehouse.connect("analytics_reader") as reader:
        rows = reader.execute(
            "SELECT rule, dimension, severity, owner, checked, failed, status, sample, remedy"
            " FROM analytics.data_quality_results"
        ).fetchall()
        trend = reader.execute(
            "SELECT rule, runs, failed_runs, checked, failed, passed_percent, last_status"
            " FROM analytics.data_quality_trend"
        ).fetchall()
    sample = [{"event_id": event_id} for event_id in ids[:SAMPLE]]
    assert rows == [
        ("events", "timestamps", "warning", "data-engineering", 16, 15, "failed", sample, EVENTS.remedy)
    ]
    assert trend == [("events", 1, 1, 16, 15, Decimal("6.25"), "failed")]


def test_a_verdict_that_is_unknown_is_a_failure(owner: Any, run_rule: RunRule) -> None:
    arrive(owner)
    unknown = replace(EVENTS, sql=EVENTS.sql.replace("event_type <> 'sound'", "NULL::boolean"))
    assert run_rule(unknown).status == "failed"


def test_a_rule_that_cannot_be_run_is_no_result_and_stops_no_other(warehouse: Any, owner: Any) -> None:
    arrive(owner)
    broken = replace(EVENTS, name="broken", sql="SELECT 1 / 0 = 1 AS failed")
    first, second = run(warehouse.url("airflow_user"), [broken, EVENTS])
    assert isinstance(first, Broken)
    assert "division by zero" in first.error
    assert isinstance(second, RuleResult)
    assert owner.execute("SELECT rule FROM analytics.data_quality_results").fetchall() == [("events",)]


def test_a_window_is_read_without_scanning_a_table(warehouse: Any, owner: Any, books: Any) -> None:
    """Cost follows what arrived: counted by PostgreSQL itself, since EXPLAIN does not look into functions."""
    past = [
        "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, created_at, updated_at,"
        " event_ts, event_id) SELECT gen_random_uuid(), 'takeout', now() - n * interval '1 s', 'LOC-' || n % 5,"
        " now(), now(), now(), gen_random_uuid() FROM generate_series(1, 20000) AS n",
        "INSERT INTO analytics.order_items (order_item_id, order_id, item_name, qty, event_ts, event_id)"
        " SELECT gen_random_uuid(), order_id, 'Soup', 1, order_ts, gen_random_uuid() FROM analytics.orders",
        "INSERT INTO analytics.payments (payment_id, order_id, method, amount, subtotal, tax, tip, total,"
        " processed_at, event_ts, event_id) SELECT gen_random_uuid(), order_id, 'cash', 1, 1, 0, 0, 1, order_ts,"
        " order_ts, gen_random_uuid() FROM analytics.orders",
        "INSERT INTO analytics.order_status_history SELECT gen_random_uuid(), order_id, 'ready', order_ts, order_ts"
        " FROM analytics.orders",
        "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
        " ingested_at, ingested_by, stream_id) SELECT n, gen_random_uuid(), 'sound', now(), 'LOC-ON-001',"
        " jsonb_build_object('text', repeat('x', 300)), now() - interval '9 days' + n * interval '1 s', 'test',"
        " 'log' FROM generate_series(1, 20000) AS n",
        "INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until,"
        " checked, failed, status) SELECT r, 'volume', 'warning', 'me', 'epoch', now() - interval '2 days', 0, 0,"
        " 'passed' FROM unnest(%s::text[]) AS r",
    ]
    for statement in past:
        owner.execute(statement.encode(), [list(RULES)] if "%s" in statement else None)
    order = books.order(status="completed", **TEN)
    books.item(order, price=Decimal(8))
    owner.execute(
        "UPDATE raw_data.events_raw SET ingested_at = now() - interval '1 day' WHERE ts < now() - interval '1 day'"
    )
    owner.execute(
        "VACUUM ANALYZE analytics.orders, analytics.order_items, analytics.payments,"
        " analytics.order_status_history, raw_data.events_raw"
    )
    before = scans(owner, *GROWING)
    outcomes = list(run(warehouse.url("airflow_user"), RULES.values()))
    assert scans(owner, *GROWING) == before
    checked = {one.rule.name: one.checked for one in outcomes if isinstance(one, RuleResult)}
    assert checked["raw_events_are_typed"] == 4
    assert checked["orders_follow_their_events"] == checked["payments_add_up"] == 1
    owner.execute("SELECT count(event_id) FROM analytics.orders")
    assert scans(owner, *GROWING) != before, "it counts"
