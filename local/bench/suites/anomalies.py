"""How many frauds the forest finds, and how much of what it finds is fraud; and the same of hours without a sale.

The forest's parameters were chosen on the history of seed 1, which is none of these.
"""

from collections.abc import Iterator, Mapping

import psycopg

from local.bench import frauds, workload
from local.bench.bench import Bench
from local.bench.figures import Row, Samples
from local.bench.limit import Limit
from local.bench.memory_source import MemorySource
from local.scratch import OWNER, READER, WRITER
from restaurant_warehouse.anomalies.scoring import Result, score
from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.rollups import refresh
from sse_ingest.pipeline import run as ingest
from sse_ingest.settings import Settings

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
    """A row a kind of fraud. Each figure is of one seed."""
    found: dict[str, Samples] = {kind: Samples() for kind in (*frauds.KINDS, _ALL)}
    first, hours, cost = Samples(), Samples(), Samples()
    for seed in SEEDS[:1] if bench.quick else SEEDS:
        made, result = _scored(bench, seed, honest_days=0)
        _judge_payments(bench, made, result, found)
        _judge_hours(bench, made, hours)
        for name in ("history", "scored", "anomalies"):
            cost.add(name, "payments", getattr(result, name))
        made, result = _scored(bench, seed, honest_days=bench.size(*_DAYS) - _WEEK)
        _judge_payments(bench, made, result, {_ALL: first})
    bench.cluster.drop(_DATABASE)
    for case, samples in (found | {_FIRST: first, "hours without a sale": hours, "payments": cost}).items():
        yield Row("anomalies", case, samples.figures())


def _scored(bench: Bench, seed: int, honest_days: int) -> tuple[frauds.History, Result]:
    """In a database of its own."""
    with bench.step(f"anomalies: the history of seed {seed}"):
        made = frauds.history(seed, bench.size(*_DAYS), bench.size(*_ORDERS_A_DAY), honest_days)
        _ingest(bench, made)
    with bench.step(f"anomalies: scoring, seed {seed}"):
        return made, score(bench.cluster.url(WRITER, _DATABASE), before=made.end)


def _ingest(bench: Bench, made: frauds.History) -> None:
    """By the whole path of ingestion but the network."""
    settings = Settings(
        contract=CONTRACT,
        source_url="http://127.0.0.1:1",
        database_url=bench.cluster.url(WRITER, bench.cluster.clone(_DATABASE)),
        writer="bench",
        max_batch=10_000,
    )
    ingest.run(settings, source=lambda: MemorySource(b"".join(workload.encode(made.drafts))))
    with psycopg.connect(bench.cluster.url(OWNER, _DATABASE), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")
    refresh(bench.cluster.url(WRITER, _DATABASE), made.end)


def _judge_payments(bench: Bench, made: frauds.History, result: Result, found: Mapping[str, Samples]) -> None:
    """The forest, and beside it as many payments by the plain z-score of their amount."""
    with psycopg.connect(bench.cluster.url(OWNER, _DATABASE)) as owner:
        scored = owner.execute(_SCORED).fetchall()
        by_amount = [order for (order,) in owner.execute(_BY_AMOUNT, [result.anomalies])]
    kinds = {order: made.frauds[order] for order, _ in scored if order in made.frauds}
    for kind, samples in found.items():
        wanted = {order for order, its_kind in kinds.items() if kind in (its_kind, _ALL)}
        if not wanted:
            continue  # of so few orders that none became one
        samples.add("orders", "", len(wanted))
        for name, told in (("", [order for order, odd in scored if odd]), (", by amount", by_amount)):
            right = sum(order in wanted for order in told)
            wrong = sum(order not in kinds for order in told)
            samples.add(f"recall{name}", "", len(wanted & set(told)) / len(wanted))
            samples.add(f"precision{name}", "", right / max(1, right + wrong))


def _judge_hours(bench: Bench, made: frauds.History, samples: Samples) -> None:
    with psycopg.connect(bench.cluster.url(READER, _DATABASE)) as reader:
        told = set(reader.execute(_HOURS).fetchall())
    samples.add("recall", "", len(told & made.silent) / len(made.silent))
    samples.add("precision", "", len(told & made.silent) / max(1, len(told)))
    samples.add("orders", "", len(made.silent))
