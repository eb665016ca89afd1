"""Recall and precision of the anomaly scores: for frauds, and for hours without a sale.

The parameters of the forest were chosen on the history of seed 1, which is not measured here.
"""

from collections.abc import Iterator, Mapping

import psycopg

from local.settings import OWNER, READER, WRITER
from restaurant_warehouse.anomalies.scoring import Result, score
from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.rollups import refresh
from sse_ingest.pipeline import run as ingest
from sse_ingest.settings import Settings
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.workload import frauds, order_events
from tests.bench.workload.memory_source import MemorySource

SEEDS = (2, 3, 4)
_DAYS = (42, 22)
_ORDERS_A_DAY = (1_500, 250)
_DATABASE = "bench_anomalies"
_ALL, _FIRST = "all frauds", "all frauds, none in the history"
_WEEK = 7
_SCORED = """
SELECT p.order_id::text, s.is_anomaly FROM analytics.payment_scores AS s JOIN analytics.payments AS p USING (payment_id)
"""
_BY_AMOUNT = """
WITH usual AS (
    SELECT location_code, avg(amount) AS mean, stddev(amount) AS spread
    FROM analytics.payments WHERE event_ts < (SELECT min(event_ts) FROM analytics.payment_scores) GROUP BY location_code
)
SELECT p.order_id::text
FROM analytics.payment_scores AS s
JOIN analytics.payments AS p USING (payment_id)
JOIN usual AS u ON u.location_code = p.location_code
ORDER BY abs(p.amount - u.mean) / u.spread DESC
LIMIT %s
"""
_HOURS = """
SELECT location_code, at FROM analytics.anomalies WHERE kind = 'hour' GROUP BY location_code, at
"""


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """One row per kind of fraud. Each figure has one value per seed."""
    by_kind: dict[str, Samples] = {kind: Samples() for kind in (*frauds.KINDS, _ALL)}
    first, hours, cost = Samples(), Samples(), Samples()
    for seed in SEEDS[:1] if bench.quick else SEEDS:
        history, result = _scored(bench, seed, honest_days=0)
        _compare_payments(bench, history, result, by_kind)
        _compare_hours(bench, history, hours)
        for name in ("history", "scored", "anomalies"):
            cost.add(name, "payments", getattr(result, name))
        history, result = _scored(bench, seed, honest_days=bench.size(*_DAYS) - _WEEK)
        _compare_payments(bench, history, result, {_ALL: first})
    bench.cluster.drop(_DATABASE)
    for case, samples in (by_kind | {_FIRST: first, "hours without a sale": hours, "payments": cost}).items():
        yield Row("anomalies", case, samples.figures())


def _scored(bench: Bench, seed: int, honest_days: int) -> tuple[frauds.History, Result]:
    """Ingest and score a history in a new database."""
    with bench.step(f"anomalies: the history of seed {seed}"):
        history = frauds.history(seed, bench.size(*_DAYS), bench.size(*_ORDERS_A_DAY), honest_days)
        _ingest(bench, history)
    with bench.step(f"anomalies: scoring, seed {seed}"):
        return history, score(bench.cluster.url(WRITER, _DATABASE), before=history.end)


def _ingest(bench: Bench, history: frauds.History) -> None:
    """By the whole path of ingestion, except the network."""
    settings = Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=bench.cluster.url(WRITER, bench.cluster.clone(_DATABASE)),
        writer="bench",
        max_batch=10_000,
    )
    ingest.run(settings, source=lambda: MemorySource(b"".join(order_events.encode(history.drafts))))
    with psycopg.connect(bench.cluster.url(OWNER, _DATABASE), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")
    refresh(bench.cluster.url(WRITER, _DATABASE), history.end)


def _compare_payments(
    bench: Bench, history: frauds.History, result: Result, by_kind: Mapping[str, Samples]
) -> None:
    """The payments that the forest reports, beside the same number with the largest z-score of the amount."""
    with psycopg.connect(bench.cluster.url(OWNER, _DATABASE)) as owner:
        scored = owner.execute(_SCORED).fetchall()
        by_amount = [order for (order,) in owner.execute(_BY_AMOUNT, [result.anomalies])]
    kinds = {order: history.frauds[order] for order, _ in scored if order in history.frauds}
    for kind, samples in by_kind.items():
        wanted = {order for order, its_kind in kinds.items() if kind in (its_kind, _ALL)}
        if not wanted:
            continue  # so few orders that none became a fraud of this kind
        samples.add("orders", "", len(wanted))
        for name, reported in (("", [order for order, odd in scored if odd]), (", by amount", by_amount)):
            right = sum(order in wanted for order in reported)
            wrong = sum(order not in kinds for order in reported)
            samples.add(f"recall{name}", "", len(wanted & set(reported)) / len(wanted))
            samples.add(f"precision{name}", "", right / max(1, right + wrong))


def _compare_hours(bench: Bench, history: frauds.History, samples: Samples) -> None:
    with psycopg.connect(bench.cluster.url(READER, _DATABASE)) as reader:
        reported = set(reader.execute(_HOURS).fetchall())
    samples.add("recall", "", len(reported & history.silent) / len(history.silent))
    samples.add("precision", "", len(reported & history.silent) / max(1, len(reported)))
    samples.add("orders", "", len(history.silent))
