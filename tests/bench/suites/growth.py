"""The cost of a batch while the tables hold thousands of events, and while they hold millions."""

import os
import statistics
from collections.abc import Iterator

from local.settings import OWNER, WRITER
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.settings import Settings
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.suites.store import Ingested, ingest_all
from tests.bench.workload import order_events
from tests.bench.workload.history import History

SIZES = (1_000_000, 10_000_000)
LARGE = 50_000_000
"""Only when BENCH_LARGE is 1: it needs 50 GB of disk."""
_QUICK = (20_000,)
_EVENTS = (200_000, 10_000)
_DATABASE = "bench_growth"
_REPEATS = 5


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """The same work at each size of one warehouse, which grows. Ratios are to the empty warehouse."""
    settings = Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=bench.cluster.url(WRITER, bench.cluster.clone(_DATABASE)),
        writer="bench",
        max_batch=10_000,
    )
    rounds = _Rounds(bench, settings)
    yield rounds.row("empty tables")
    history = History(bench.cluster.url(OWNER, _DATABASE))
    large = (LARGE,) if os.environ.get("BENCH_LARGE") == "1" else ()
    for size in _QUICK if bench.quick else SIZES + large:
        with bench.step(f"growth: {size:,} older events"):
            history.grow(size)
        yield rounds.row(f"{size:,} events in the tables")
    bench.cluster.drop(_DATABASE)


class _Rounds:
    """Each round ingests new events."""

    def __init__(self, bench: Bench, settings: Settings) -> None:
        self._bench = bench
        self._settings = settings
        self._seed = 0
        self._offset = 1
        self._first: float | None = None

    def row(self, case: str) -> Row:
        samples = Samples()
        rates: list[Ingested] = []
        for number in range(1 if self._bench.quick else _REPEATS):
            with self._bench.step(f"growth: {case} ({number + 1})"):
                self._seed += 1
                events = order_events.drafts(self._bench.size(*_EVENTS), seed=self._seed)
                blob = b"".join(order_events.encode(events, self._offset))
                self._offset += len(events)
                ingested = ingest_all(self._bench, self._settings, blob)
            rates.append(ingested)
        self._first = self._first or statistics.median(ingested.rate for ingested in rates)
        for ingested in rates:
            samples.add("of that into empty tables", "×", ingested.rate / self._first)
            ingested.add_to(samples)
        return Row("growth", case, samples.figures())
