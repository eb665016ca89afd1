"""Scoring: what is new, once, from history alone; and how many frauds it finds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from restaurant_warehouse.anomalies.features import FEATURES
from restaurant_warehouse.anomalies.scoring import SQL, Result, Window, score

pytestmark = pytest.mark.integration
Run = Callable[..., Result]
WEEK = timedelta(days=7)


@pytest.fixture
def run(warehouse: Any) -> Run:
    """As Airflow does it; of pages so small that there are many."""

    def scored(before: datetime, **window: Any) -> Result:
        return score(warehouse.url("airflow_user"), Window(**{"page": 200, **window}), before)

    return scored


def scores(owner: Any) -> dict[Any, tuple[Any, ...]]:
    rows = owner.execute("SELECT payment_id, event_id, score, is_anomaly FROM analytics.payment_scores")
    return {key: rest for key, *rest in rows}


def count(owner: Any, query: str, *arguments: Any) -> int:
    return int(owner.execute(query.encode(), arguments).fetchone()[0])


def test_each_payment_of_the_window_is_scored_once(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    first = run(end)
    in_window = "SELECT count(*) FROM analytics.payments WHERE event_ts >= %s AND event_ts < %s"
    assert first.scored == count(owner, in_window, end - WEEK, end) > 1_000
    assert first.history == count(
        owner, "SELECT count(*) FROM analytics.payments WHERE event_ts < %s", end - WEEK
    )
    before = scores(owner)
    assert len(before) == first.scored
    assert sum(is_anomaly for *_, is_anomaly in before.values()) == first.anomalies > 0

    assert run(end) == Result(note="no payment is new")
    assert scores(owner) == before
    assert count(owner, "SELECT count(*) FROM analytics.anomaly_models") == 1


def test_a_payment_of_nothing_is_scored(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    newest = "SELECT payment_id FROM analytics.payments WHERE event_ts < %s ORDER BY event_ts DESC LIMIT 1"
    ((payment,),) = owner.execute(newest, [end]).fetchall()
    owner.execute(
        "UPDATE analytics.payments SET subtotal = 0, tax = 0, tip = 0, total = 0, amount = 0 WHERE payment_id = %s",
        [payment],
    )
    run(end)
    assert payment in scores(owner)


@pytest.mark.long
def test_a_later_run_scores_only_what_came_since(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    before = run(end - timedelta(hours=5))
    first = scores(owner)
    later = run(end)
    assert later.scored == len(scores(owner)) - before.scored > 0
    assert {key: value for key, value in scores(owner).items() if key in first} == first
    assert before.model_id != later.model_id


@pytest.mark.long
def test_the_same_payments_get_the_same_scores(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    run(end)
    before = scores(owner)
    owner.execute("TRUNCATE analytics.payment_scores")
    run(end, page=5_000)
    assert scores(owner) == before


RESTATEMENTS = {
    "a new version of it at the same time": "UPDATE analytics.payments SET tip = 9 * subtotal,"
    " event_id = 'ffffffff-0000-4000-8000-000000000000' WHERE payment_id = %(payment)s",
    "a new version of it": "UPDATE analytics.payments SET event_id = gen_random_uuid(), tip = 9 * subtotal,"
    " event_ts = event_ts + interval '1 second' WHERE payment_id = %(payment)s",
    "a refund": "INSERT INTO analytics.refunds SELECT gen_random_uuid(), payment_id, order_id, amount, NULL,"
    " event_ts, event_ts, gen_random_uuid() FROM analytics.payments WHERE payment_id = %(payment)s",
    "another payment of the order": "INSERT INTO analytics.payments SELECT (p).* FROM (SELECT"
    " jsonb_populate_record(p, jsonb_build_object('payment_id', gen_random_uuid(), 'event_id', gen_random_uuid()))"
    " AS p FROM analytics.payments AS p WHERE payment_id = %(payment)s) AS again",
}


@pytest.mark.long
@pytest.mark.parametrize("change", RESTATEMENTS)
def test_what_changed_is_scored_again(fill: Any, owner: Any, run: Run, change: str) -> None:
    end = fill().end
    run(end)
    (payment,) = owner.execute(
        "SELECT payment_id FROM analytics.payment_scores WHERE NOT is_anomaly AND order_payments = 1 AND refunds = 0"
        " AND event_ts < %s ORDER BY payment_id LIMIT 1",
        [end - timedelta(minutes=1)],
    ).fetchone()
    old = scores(owner)
    owner.execute(RESTATEMENTS[change], {"payment": payment})

    again = run(end)
    assert again.scored == (2 if change.startswith("another") else 1)
    new = scores(owner)
    assert new[payment] != old[payment]
    assert {key: value for key, value in new.items() if key != payment and key in old} == {
        key: value for key, value in old.items() if key != payment
    }
    assert run(end).scored == 0


@pytest.mark.long
def test_a_payment_is_scored_again_when_its_lines_are_there(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    (payment, order) = owner.execute(
        "SELECT payment_id, order_id FROM analytics.payments WHERE event_ts < %s ORDER BY event_ts DESC LIMIT 1",
        [end],
    ).fetchone()
    owner.execute(
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM analytics.order_items WHERE order_id = %s", [order]
    )
    owner.execute("DELETE FROM analytics.order_items WHERE order_id = %s", [order])
    overpaid = "SELECT overpaid_doublings IS NULL FROM analytics.payment_scores WHERE payment_id = %s"
    run(end)
    assert owner.execute(overpaid, [payment]).fetchone() == (True,)
    owner.execute("INSERT INTO analytics.order_items SELECT * FROM kept")
    assert (run(end).scored, run(end).scored) == (1, 0)
    assert owner.execute(overpaid, [payment]).fetchone() == (False,)


@pytest.mark.long
def test_an_anomaly_is_seen_until_its_payment_is_restated(
    fill: Any, owner: Any, run: Run, warehouse: Any
) -> None:
    end = fill().end
    result = run(end)
    shown = (
        "SELECT payment_id, value, expected, score, evidence FROM analytics.anomalies WHERE kind = 'payment'"
    )
    with warehouse.connect("analytics_reader", autocommit=True) as reader:
        rows = reader.execute(shown).fetchall()
        assert len(rows) == result.anomalies
        payment, value, _, score_, evidence = rows[0]
        score_row = owner.execute(
            "SELECT p.amount, s.score, m.threshold, m.features FROM analytics.payment_scores AS s"
            " JOIN analytics.payments AS p USING (payment_id)"
            " JOIN analytics.anomaly_models AS m USING (model_id) WHERE payment_id = %s",
            [payment],
        ).fetchone()
        assert (value, score_) == score_row[:2]
        assert score_ > score_row[2]
        assert score_row[3] == list(FEATURES)
        assert len(evidence) == 3
        owner.execute(
            "UPDATE analytics.payments SET event_id = gen_random_uuid() WHERE payment_id = %s", [payment]
        )
        assert payment not in {row[0] for row in reader.execute(shown)}


def test_with_little_history_it_says_so_and_scores_nothing(fill: Any, owner: Any, run: Run) -> None:
    end = fill(days=8, orders=60).end
    result = run(end)
    assert (result.scored, result.model_id) == (0, None)
    assert result.note.endswith("payments are older than 7 days, and at least 1000 are needed")
    assert 0 < result.history < 1_000
    assert scores(owner) == {}
    assert run(end, least=result.history).scored > 0


@pytest.mark.long
def test_it_learns_from_the_newest_only(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    run(end, history=1_000)
    first, last, payments = owner.execute(
        "SELECT first_ts, last_ts, payments FROM analytics.anomaly_models"
    ).fetchone()
    assert payments == 1_000
    since = "SELECT count(*) FROM analytics.payments WHERE event_ts >= %s AND event_ts < %s"
    assert count(owner, since, first, end - WEEK) == 1_000
    assert last < end - WEEK


@pytest.mark.long
def test_a_run_that_was_cut_off_is_finished_by_the_next(fill: Any, owner: Any, run: Run) -> None:
    end = fill().end
    limit = (end - timedelta(days=2)).isoformat()
    check = f"ALTER TABLE analytics.payment_scores ADD CONSTRAINT cut_off CHECK (event_ts < '{limit}')"
    owner.execute(check.encode())
    with pytest.raises(errors.CheckViolation):
        run(end)
    before = scores(owner)
    assert before
    owner.execute("ALTER TABLE analytics.payment_scores DROP CONSTRAINT cut_off")
    assert run(end).scored == len(scores(owner)) - len(before)
    assert {key: value for key, value in scores(owner).items() if key in before} == before


@pytest.mark.long
def test_most_frauds_are_found_and_most_that_is_found_is_fraud(fill: Any, owner: Any, run: Run) -> None:
    """Chance would find one in a hundred, and be wrong 99 times of a hundred; see docs/explanation/anomalies.md."""
    history = fill(seed=6, days=21, orders=900)
    run(history.end)
    scored = owner.execute(
        "SELECT p.order_id::text, s.is_anomaly FROM analytics.payment_scores AS s"
        " JOIN analytics.payments AS p USING (payment_id)"
    ).fetchall()
    frauds = {order for order, _ in scored if order in history.frauds}
    flagged = [order for order, is_anomaly in scored if is_anomaly]
    assert len(frauds) > 15
    assert len(frauds & set(flagged)) / len(frauds) > 0.6
    assert sum(order in frauds for order in flagged) / len(flagged) > 0.35


@pytest.mark.long
def test_scoring_scans_no_fact_table(fill: Any, owner: Any, warehouse: Any, run: Run) -> None:
    """Refunds are few enough here for a scan to be right."""
    end = fill(days=30).end
    run(end)
    owner.execute("VACUUM ANALYZE")
    after = {"after_ts": end - timedelta(hours=1), "after_id": UUID(int=0), "most": 100}
    scope = {"since": end - timedelta(hours=1), "before": end}
    with warehouse.connect("airflow_user") as writer:
        plan = str(writer.execute("EXPLAIN " + SQL["unscored"], scope | after).fetchall())
    assert "payments_event_ts" in plan
    for table in ("payments", "orders", "order_items"):
        assert f"Seq Scan on {table} " not in plan
