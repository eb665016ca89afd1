"""What our own jobs wrote long ago goes; what still matters of it stays, however old."""

from typing import Any

import psycopg
import pytest

from restaurant_warehouse.maintenance import delete_old_results
from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run

pytestmark = pytest.mark.integration

RESULTS, SCORES = "analytics.data_quality_results", "analytics.payment_scores"
RULES = {rule.name: rule for rule in load()}
SOUND, BROKEN = RULES["events_are_of_the_past"], RULES["amounts_are_positive"]
ACCEPT = "SELECT analytics.accept_data_quality_failure(%s, 'Known.')"


def result(owner: psycopg.Connection[Any], rule: str, days: float, status: str = "passed") -> None:
    owner.execute(
        "INSERT INTO analytics.data_quality_results (run_at, rule, dimension, severity, owner, window_since,"
        " window_until, checked, failed, status, sample)"
        " SELECT at, %(rule)s, 'integrity', 'critical', 'finance', at - interval '10 min', at, 1,"
        " (%(status)s = 'failed')::int, %(status)s, CASE %(status)s WHEN 'failed' THEN '[1]' ELSE '[]' END::jsonb"
        " FROM (SELECT now() - %(days)s * interval '1 day') AS t (at)",
        {"rule": rule, "days": days, "status": status},
    )


def ages(owner: psycopg.Connection[Any], rule: str) -> list[int]:
    rows = owner.execute(
        "SELECT extract(epoch FROM now() - run_at)::int / 86400 FROM analytics.data_quality_results"
        " WHERE rule = %s ORDER BY result_id",
        [rule],
    )
    return [age for (age,) in rows]


@pytest.fixture
def deleted(warehouse: Any) -> Any:
    return lambda: delete_old_results(warehouse.url("airflow_user"))


def test_a_year_and_a_month_of_results_stay(owner: Any, deleted: Any) -> None:
    for days in (800, 400.1, 399.9, 1):
        result(owner, SOUND.name, days)
    assert deleted() == {RESULTS: 2, SCORES: 0}
    assert ages(owner, SOUND.name) == [399, 1]
    assert deleted() == {RESULTS: 0, SCORES: 0}
    audited = owner.execute("SELECT action, details FROM analytics.audit_log").fetchall()
    assert audited == [("old_results_deleted", {RESULTS: 2, SCORES: 0})]


def test_how_long_is_a_threshold(owner: Any, deleted: Any) -> None:
    for days in (400.1, 20, 1):
        result(owner, SOUND.name, days)
    for days, left in ((1_000_000, [400, 20, 1]), (10, [1])):
        owner.execute(
            "UPDATE analytics.thresholds SET value = %s WHERE name = 'data_quality_keep_days'", [days]
        )
        deleted()
        assert ages(owner, SOUND.name) == left


def test_the_newest_result_of_each_rule_stays_and_its_window_goes_on_there(
    owner: Any, warehouse: Any, deleted: Any
) -> None:
    for rule, days in ((SOUND.name, 900), (SOUND.name, 800), (BROKEN.name, 700), ("a rule of old", 600)):
        result(owner, rule, days)
    assert deleted()[RESULTS] == 1
    assert [ages(owner, rule) for rule in (SOUND.name, BROKEN.name, "a rule of old")] == [[800], [700], [600]]
    (until,) = owner.execute(
        "SELECT window_until FROM analytics.data_quality_results WHERE rule = %s", [SOUND.name]
    ).fetchone()
    (verdict,) = run(warehouse.url("airflow_user"), [SOUND])
    assert isinstance(verdict, RuleResult)
    assert verdict.since == until


def test_an_open_failure_goes_on_holding_up_publication(owner: Any, deleted: Any) -> None:
    result(owner, BROKEN.name, 802, "failed")
    result(owner, BROKEN.name, 801, "failed")
    assert deleted()[RESULTS] == 1
    blocking = "SELECT rule FROM analytics.data_quality_blocking"
    assert owner.execute(blocking).fetchall() == [(BROKEN.name,)]


def test_what_a_person_accepted_counts_from_then_and_stays_in_the_audit_log(owner: Any, deleted: Any) -> None:
    result(owner, BROKEN.name, 800, "failed")
    owner.execute(ACCEPT, [BROKEN.name])
    result(owner, BROKEN.name, 1)
    assert deleted()[RESULTS] == 0
    owner.execute(
        "UPDATE analytics.data_quality_results SET accepted_at = now() - interval '500 days'"
        " WHERE accepted_at IS NOT NULL"
    )
    assert deleted()[RESULTS] == 1
    accepted = (
        "SELECT details ->> 'rule', details ->> 'reason', details ->> 'sample' FROM analytics.audit_log"
        " WHERE action = 'data_quality_failure_accepted'"
    )
    assert owner.execute(accepted).fetchall() == [(BROKEN.name, "Known.", "[1]")]


def test_scores_of_usual_payments_go_and_anomalies_stay(owner: Any, deleted: Any) -> None:
    (model,) = owner.execute(
        "INSERT INTO analytics.anomaly_models"
        " (payments, first_ts, last_ts, features, parameters, sklearn_version, threshold)"
        " VALUES (1, now(), now(), '{}', '{}', '1', 0.6) RETURNING model_id"
    ).fetchone()
    for name, paid, scored, anomaly in (
        ("old", 500, 500, False),
        ("of a history that was replayed", 3000, 1, False),
        ("old and odd", 500, 500, True),
        ("new", 1, 1, False),
    ):
        owner.execute(
            "INSERT INTO analytics.payment_scores (payment_id, event_ts, event_id, model_id, location_code,"
            " order_payments, repeats, refunds, refunded_share, score, is_anomaly, evidence, scored_at)"
            " VALUES (gen_random_uuid(), now() - %s * interval '1 day', gen_random_uuid(), %s, %s, 1, 0, 0, 0,"
            " 0.5, %s, '[]', now() - %s * interval '1 day')",
            [paid, model, name, anomaly, scored],
        )
    assert deleted() == {RESULTS: 0, SCORES: 1}
    left = owner.execute("SELECT location_code FROM analytics.payment_scores ORDER BY 1").fetchall()
    assert [name for (name,) in left] == ["new", "of a history that was replayed", "old and odd"]
    assert deleted()[SCORES] == 0
