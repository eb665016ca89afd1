"""Bytes of SSE in memory → committed rows, by the whole path of ingestion, except the network."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.log.interface import Draft
from local.settings import WRITER
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.pipeline import run as ingest
from sse_ingest.settings import Settings
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.cpu import CpuMeter
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.workload import order_events
from tests.bench.workload.memory_source import MemorySource

_BATCH = 10_000
_CASES: dict[str, Callable[[list[Draft]], list[Draft]]] = {
    "clean": lambda events: events,
    "1% duplicates": lambda events: order_events.with_duplicates(events, 0.01),
    "10% duplicates": lambda events: order_events.with_duplicates(events, 0.1),
    "payments before orders": order_events.payments_first,
    "newest first": lambda events: order_events.drafts(len(events), pause=600)[::-1],
    "1% malformed": lambda events: order_events.with_malformed(events, 0.01),
}


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """One row per kind of stream, and one for a smaller batch. Ratios are to the limit at the same batch size."""
    events = order_events.drafts(limit.events)
    for case, change in _CASES.items():
        blob = b"".join(order_events.encode(change(events)))
        yield _row(bench, limit, case, blob, _BATCH)
    blob = b"".join(order_events.encode(events))
    yield _row(
        bench,
        limit,
        "100% duplicates",
        blob,
        _BATCH,
        again=b"".join(order_events.encode(events, len(events) + 1)),
    )
    yield _row(bench, limit, "clean, batches of 500 at most", blob, 500)


def _row(bench: Bench, limit: Limit, case: str, blob: bytes, batch: int, again: bytes | None = None) -> Row:
    """Measure `again` after `blob` was ingested; without it, measure `blob`."""

    def measure(samples: Samples) -> None:
        settings = Settings(
            contract=CONTRACT,
            stream="restaurant",
            source_url="http://127.0.0.1:1",
            database_url=bench.cluster.url(WRITER, bench.cluster.clone("bench_store")),
            writer="bench",
            max_batch=batch,
        )
        if again is not None:
            ingest.run(settings, source=lambda: MemorySource(blob))
        ingested = ingest_all(bench, settings, again or blob)
        samples.add("of the limit", "×", ingested.rate / limit.rate(batch))
        ingested.add_to(samples)
        bench.cluster.drop("bench_store")

    return Row("store", case, bench.times(f"store: {case}", measure))


@dataclass(frozen=True)
class Ingested:
    """`rate` is in events per second, CPU in microseconds per event, `batch` in events per batch."""

    rate: float
    ingest: float
    postgres: float
    batch: float

    def add_to(self, samples: Samples) -> None:
        samples.add("events/s", "events/s", self.rate)
        samples.add("ingest", "µs", self.ingest)
        samples.add("PostgreSQL", "µs", self.postgres)
        samples.add("events a batch", "", self.batch)


def ingest_all(bench: Bench, settings: Settings, blob: bytes) -> Ingested:
    """Ingest all of it into the database of the settings."""
    source = MemorySource(blob)
    last = 0.0

    def committed(_progress: ingest.Progress) -> None:
        nonlocal last
        last = time.perf_counter()

    cpu, own = CpuMeter({"PostgreSQL": bench.postmaster}), time.process_time()
    result = ingest.run(settings, on_commit=committed, source=lambda: source)
    events = blob.count(b"\n\n")
    counted = result.events + result.duplicates + result.rejected
    if counted != events:
        raise RuntimeError(f"{counted} of {events} events were stored")
    return Ingested(
        events / (last - source.began),
        (time.process_time() - own) / events * 1e6,
        cpu.microseconds_per(events)["PostgreSQL"],
        events / result.batches,
    )
