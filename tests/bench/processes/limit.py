"""The limit: the same events, formatted beforehand, by bare binary COPY into tables with primary keys only.

No ingestion that keeps the promises can be faster. PostgreSQL itself formats the rows, from a warehouse that holds
these events.
"""

import time
from typing import Any

import psycopg

from local.settings import OWNER
from restaurant_warehouse.contract import restaurant_parser
from sse_ingest.sources.sse_decoder import Decoder
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.cpu import CpuMeter
from tests.bench.measuring.figures import Figure, Samples
from tests.bench.processes.ingest import writer
from tests.bench.workload import order_events

BATCHES = (500, 2_000, 10_000, 50_000)
_TABLES = {
    "event_ids": "raw_data",
    "events_raw": "raw_data",
    "orders": "analytics",
    "order_items": "analytics",
    "order_status_history": "analytics",
    "payments": "analytics",
    "refunds": "analytics",
    "feedback": "analytics",
}
_BARE = """
CREATE SCHEMA bare;
CREATE TABLE bare.event_ids (LIKE raw_data.event_ids);
ALTER TABLE bare.event_ids ADD PRIMARY KEY (event_id);
CREATE TABLE bare.events_raw (LIKE raw_data.events_raw);
ALTER TABLE bare.events_raw ADD PRIMARY KEY (event_id, ts);
CREATE TABLE bare.orders (LIKE analytics.orders);
ALTER TABLE bare.orders ADD PRIMARY KEY (order_id);
CREATE TABLE bare.order_items (LIKE analytics.order_items);
ALTER TABLE bare.order_items ADD PRIMARY KEY (order_item_id);
CREATE TABLE bare.order_status_history (LIKE analytics.order_status_history);
ALTER TABLE bare.order_status_history ADD PRIMARY KEY (event_id);
CREATE TABLE bare.payments (LIKE analytics.payments);
ALTER TABLE bare.payments ADD PRIMARY KEY (payment_id);
CREATE TABLE bare.refunds (LIKE analytics.refunds);
ALTER TABLE bare.refunds ADD PRIMARY KEY (refund_id);
CREATE TABLE bare.feedback (LIKE analytics.feedback);
ALTER TABLE bare.feedback ADD PRIMARY KEY (feedback_id);
"""
_PLACES = """
CREATE TEMPORARY TABLE places AS SELECT event_id, event_offset FROM raw_data.events_raw;
CREATE UNIQUE INDEX ON places (event_offset);
ANALYZE places;
"""
Buffers = list[dict[str, bytes]]


class Limit:
    """The limit for the standard workload, measured once per batch size."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.events = bench.size(200_000, 50_000)
        self._connection: psycopg.Connection[Any] | None = None
        self._figures: dict[int, dict[str, Figure]] = {}

    def figures(self, batch: int) -> dict[str, Figure]:
        """`events/s`, and the CPU of PostgreSQL per event."""
        if batch not in self._figures:
            self._figures[batch] = self._measure(batch)
        return self._figures[batch]

    def rate(self, batch: int) -> float:
        """Events per second: the median."""
        return self.figures(batch)["events/s"].median

    def _measure(self, batch: int) -> dict[str, Figure]:
        with self._bench.step(f"limit: formatting batches of {batch:,}"):
            buffers = self._formatted(batch)
        return self._bench.times(f"limit at {batch:,}", lambda samples: self._load(buffers, batch, samples))

    def _load(self, buffers: Buffers, batch: int, samples: Samples) -> None:
        cluster = self._bench.cluster
        cluster.clone("bench_limit")
        with psycopg.connect(cluster.url(OWNER, "bench_limit")) as connection:
            connection.execute(_BARE)
            connection.commit()
            cpu = CpuMeter({"PostgreSQL": connection.info.backend_pid})
            began = time.perf_counter()
            for tables in buffers:
                for table, rows in tables.items():
                    with connection.cursor().copy(
                        f"COPY bare.{table} FROM STDIN (FORMAT binary)".encode()
                    ) as copy:
                        copy.write(rows)
                connection.commit()
            took = time.perf_counter() - began
            events = len(buffers) * batch
            samples.add("events/s", "events/s", events / took)
            samples.add("PostgreSQL", "µs", cpu.microseconds_per(events)["PostgreSQL"])
        cluster.drop("bench_limit")

    def _formatted(self, batch: int) -> Buffers:
        """The rows of each batch by table. At most 60 batches: small batches do not need all events."""
        connection = self._connection = self._connection or self._loaded()
        batches = min(self.events // batch, 60) or 1
        return [
            {
                table: _export(connection, schema, table, n * batch, (n + 1) * batch)
                for table, schema in _TABLES.items()
            }
            for n in range(batches)
        ]

    def _loaded(self) -> psycopg.Connection[Any]:
        """A warehouse that holds the events."""
        with self._bench.step(f"limit: a warehouse of {self.events:,} events"):
            blob = b"".join(order_events.encode(order_events.drafts(self.events)))
            contract = restaurant_parser()
            events = [contract.parse(frame) for frame in Decoder().decode(blob)]
            with writer(self._bench, "bench_loaded") as loaded:
                for start in range(0, len(events), 10_000):
                    loaded.store.commit(events[start : start + 10_000])
            connection = psycopg.connect(self._bench.cluster.url(OWNER, "bench_loaded"), autocommit=True)
            connection.execute(_PLACES)
            return connection


def _export(connection: psycopg.Connection[Any], schema: str, table: str, after: int, upto: int) -> bytes:
    query = (
        f"COPY (SELECT t.* FROM {schema}.{table} AS t JOIN places AS p USING (event_id) "
        f"WHERE p.event_offset > {after} AND p.event_offset <= {upto} ORDER BY p.event_offset) "
        "TO STDOUT (FORMAT binary)"
    )
    with connection.cursor().copy(query.encode()) as copy:
        return b"".join(bytes(piece) for piece in copy)
