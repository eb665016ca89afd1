"""What a batch costs when the tables hold thousands of events, and when they hold millions."""

import os
import statistics
from collections.abc import Iterator

from local.bench import workload
from local.bench.bench import Bench
from local.bench.figures import Row, Samples
from local.bench.history import History
from local.bench.limit import Limit
from local.bench.suites.store import Taken, take
from local.scratch import OWNER, WRITER
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.settings import Settings

SIZES = (1_000_000, 10_000_000)
LARGE = 50_000_000
"""Only when BENCH_LARGE is 1: it takes 50 GB of disk."""
_QUICK = (20_000,)
_EVENTS = (200_000, 10_000)
_DATABASE = "bench_growth"
_REPEATS = 5


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """The same work at each size of one warehouse, which grows; ratios are to the empty one."""
    settings = Settings(
        contract=CONTRACT,
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
        with bench.step(f"growth: a past of {size:,} events"):
            history.grow(size)
        yield rounds.row(f"{size:,} events in the tables")
    bench.cluster.drop(_DATABASE)


class _Rounds:
    """Each takes events that no other has."""

    def __init__(self, bench: Bench, settings: Settings) -> None:
        self._bench = bench
        self._settings = settings
        self._seed = 0
        self._offset = 1
        self._first: float | None = None

    def row(self, case: str) -> Row:
        samples = Samples()
        rates: list[Taken] = []
        for number in range(1 if self._bench.quick else _REPEATS):
            with self._bench.step(f"growth: {case} ({number + 1})"):
                self._seed += 1
                events = workload.drafts(self._bench.size(*_EVENTS), seed=self._seed)
                blob = b"".join(workload.encode(events, self._offset))
                self._offset += len(events)
                taken = take(self._bench, self._settings, blob)
            rates.append(taken)
        self._first = self._first or statistics.median(taken.rate for taken in rates)
        for taken in rates:
            samples.add("of that into empty tables", "×", taken.rate / self._first)
            taken.add_to(samples)
        return Row("growth", case, samples.figures())
