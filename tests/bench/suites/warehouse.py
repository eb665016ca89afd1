"""The queries of the dashboards, by number of orders; and what it costs ingestion to keep them fast."""

import os
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from typing import LiteralString

import psycopg

from local.cards import definition as cards
from local.settings import OWNER, READER, WRITER
from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.rollups import refresh
from sse_ingest.settings import Settings
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.suites.store import ingest_all
from tests.bench.workload import order_events
from tests.bench.workload.history import History

SIZES = (10_000, 1_000_000)
LARGE = 10_000_000
"""Only when BENCH_LARGE is 1."""
_QUICK = (1_500,)
_FIRST_ORDERS = (10_000, 1_500)
_EVENTS_AN_ORDER = 8
_DATABASE = "bench_warehouse"
_LOOKS = 5
_INGESTED = (200_000, 10_000)
_NONE_LATE, _ALL_LATE = map(datetime.fromisoformat, ("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"))
_TRIGGERED: tuple[LiteralString, ...] = (
    *("orders", "order_items", "order_status_history", "payments", "refunds", "feedback"),
)
_INDEXES: tuple[LiteralString, ...] = (
    "orders_location_business_ts",
    "orders_business_ts",
    "orders_minute",
    "order_items_event_ts",
    "payments_event_ts",
    "feedback_created_ts",
    "orders_customer_business_ts",
    "order_items_parts",
)
"""Views and refreshes read by these indexes; ingestion does not need them."""


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """A day of orders, and copies of it for each day before: one row per card and size.

    Then ingestion with and without what keeps the views fast: triggers that log late events, and indexes.
    """
    bench.cluster.clone(_DATABASE)
    count = bench.size(*_FIRST_ORDERS)
    with bench.step(f"warehouse: {count:,} orders"):
        events = order_events.drafts(count * _EVENTS_AN_ORDER, pause=86_400 * 100 // count)
        ingest_all(bench, _settings(bench), b"".join(order_events.encode(events)))
    history = History(bench.cluster.url(OWNER, _DATABASE), raw=False)
    large = (LARGE,) if os.environ.get("BENCH_LARGE") == "1" else ()
    for size in _QUICK if bench.quick else SIZES + large:
        with bench.step(f"warehouse: {size:,} orders"):
            history.grow(size)
        yield from _cards(bench, size)
    bench.cluster.drop(_DATABASE)
    yield _ingestion(bench)


def _settings(bench: Bench) -> Settings:
    return Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=bench.cluster.url(WRITER, _DATABASE),
        writer="bench",
        max_batch=10_000,
    )


def _cards(bench: Bench, size: int) -> Iterator[Row]:
    """As analytics_reader: first from the tables, then from the rollups."""
    with psycopg.connect(bench.cluster.url(OWNER, _DATABASE), autocommit=True) as owner:
        owner.execute("SELECT analytics.reset_rollups()")
        with bench.step(f"warehouse: cards at {size:,} orders, from the tables"):
            plain = _times(bench, 1)  # takes many seconds; once is enough
        with bench.step(f"warehouse: the first refresh at {size:,} orders"):
            began = time.perf_counter()
            refresh(bench.cluster.url(WRITER, _DATABASE), _last_hour(owner))
            took = time.perf_counter() - began
        owner.execute("VACUUM (ANALYZE)")
    with bench.step(f"warehouse: cards at {size:,} orders, from the rollups"):
        rolled = _times(bench, 1 if bench.quick else _LOOKS)
    for name, times in rolled.items():
        samples = Samples()
        for seconds in times:
            samples.add("of reading the tables", "×", seconds / statistics.median(plain[name]))
            samples.add("rollups", "ms", seconds * 1e3)
        for seconds in plain[name]:
            samples.add("tables", "ms", seconds * 1e3)
        yield Row("warehouse", f"{name}, {size:,} orders", samples.figures())
    samples = Samples()
    samples.add("seconds", "s", took)
    yield Row("warehouse", f"the first refresh, {size:,} orders", samples.figures())


def _last_hour(owner: psycopg.Connection[tuple[datetime]]) -> datetime:
    """The last hour with orders. The views read it from the tables, as while orders arrive."""
    row = owner.execute("SELECT date_trunc('hour', max(business_ts), 'UTC') FROM analytics.orders").fetchone()
    assert row is not None
    return row[0]


def _times(bench: Bench, looks: int) -> dict[str, list[float]]:
    """Seconds per card."""
    seconds: dict[str, list[float]] = {}
    with psycopg.connect(bench.cluster.url(READER, _DATABASE), autocommit=True) as reader:
        for name, card in cards.load().items():
            for _ in range(looks):
                began = time.perf_counter()
                reader.execute(card.sql.encode()).fetchall()
                seconds.setdefault(name, []).append(time.perf_counter() - began)
    return seconds


def _ingestion(bench: Bench) -> Row:
    """The same events three times: without triggers and indexes, with them, and with them and all events late."""
    blob = b"".join(order_events.encode(order_events.drafts(bench.size(*_INGESTED))))

    def rate(upto: datetime, *, with_indexes: bool) -> float:
        bench.cluster.clone(_DATABASE)
        with psycopg.connect(bench.cluster.url(OWNER, _DATABASE), autocommit=True) as owner:
            if not with_indexes:
                for table in _TRIGGERED:
                    owner.execute(f"ALTER TABLE analytics.{table} DISABLE TRIGGER USER")
                for index in _INDEXES:
                    owner.execute(f"DROP INDEX analytics.{index}")
            refresh(bench.cluster.url(WRITER, _DATABASE), upto)
        ingested = ingest_all(bench, _settings(bench), blob)
        bench.cluster.drop(_DATABASE)
        return ingested.rate

    def measure(samples: Samples) -> None:
        without = rate(_NONE_LATE, with_indexes=False)
        usual = rate(_NONE_LATE, with_indexes=True)
        late = rate(_ALL_LATE, with_indexes=True)
        samples.add("in time, of without", "×", usual / without)
        samples.add("all late, of without", "×", late / without)
        samples.add("without", "events/s", without)
        samples.add("in time", "events/s", usual)
        samples.add("all late", "events/s", late)

    return Row("warehouse", "ingestion", bench.times("warehouse: ingestion", measure))
