"""The latency of live events while a second writer ingests a year of history beside them."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from local.settings import WRITER
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.checkpoint import Watch
from tests.bench.measuring.figures import Row, Samples
from tests.bench.measuring.latencies import Paced, latencies, percentile
from tests.bench.processes.limit import Limit
from tests.bench.processes.paced import STAMP
from tests.bench.processes.pipeline import DATABASE, Pipeline, running
from tests.bench.processes.process import EventService, Ingest
from tests.bench.processes.publishing import requests
from tests.bench.workload import order_events

HISTORY = (1_000_000, 60_000)
"""Events of the year, and how many in a quick run."""
SECONDS = (15, 2)
RATE, AT_ONCE = 1_000, 10
"""Live events per second, and events per request."""
SLOW = ("--pace", "1000")
"""As docs/reference/maintenance.md advises for a backfill beside live streams."""
_STREAM = "backfill"
_WARM = 1.0
_YEAR = 365 * 86_400
_CLOCK = 1_735_689_600_000_000  # microseconds: the first day of 2025
_EVENTS_AN_ORDER = 8
_LOOK = 0.0005
_CASES: dict[str, Sequence[str]] = {"as fast as it goes": (), " ".join(SLOW): SLOW}


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """One row per way of backfilling: the live stream alone, and then beside the backfill."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        history = EventService(Path(folder))
        events = bench.size(*HISTORY)
        with bench.step(f"backfill: a log of a year, {events:,} events"):
            pause = _YEAR * 100 * _EVENTS_AN_ORDER // events
            history.fill(order_events.drafts(events, seed=1, pause=pause, clock=_CLOCK))
        with history:
            for case, arguments in _CASES.items():
                yield _row(bench, history, case, arguments)


def _row(bench: Bench, history: EventService, case: str, arguments: Sequence[str]) -> Row:
    def measure(samples: Samples) -> None:
        with ExitStack() as stack:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=bench.folder)))
            pipeline = stack.enter_context(running(bench, EventService(place / "live")))
            pipeline.started()
            url = bench.cluster.url(WRITER, DATABASE)
            alone = _live(bench, pipeline, seed=2)
            watch = stack.enter_context(Watch(url, _STREAM))
            stack.enter_context(Ingest(place / _STREAM, url, history.url, arguments, _STREAM))
            for _ in watch.follow(1, pipeline.check):
                pass
            first = watch.offset()
            beside = _live(bench, pipeline, seed=3)
            ingested = watch.offset() - first
            if not bench.quick and watch.offset() >= HISTORY[0]:
                raise RuntimeError("the backfill ended before the live events did: HISTORY needs more events")
        samples.add("p99, of alone", "×", beside.p99 / alone.p99)
        samples.add("p50, of alone", "×", beside.p50 / alone.p50)
        for name, latency in (("alone", alone), ("beside", beside)):
            samples.add(f"p50 {name}", "ms", latency.p50)
            samples.add(f"p99 {name}", "ms", latency.p99)
        samples.add("backfilled", "events/s", ingested / beside.seconds)

    note = f"{RATE:,} live events/s, {AT_ONCE} in a request"
    return Row("backfill", case, bench.times(f"backfill {case}", measure), note)


@dataclass(frozen=True)
class _Latency:
    p50: float
    p99: float
    seconds: float


def _live(bench: Bench, pipeline: Pipeline, seed: int) -> _Latency:
    """The latencies of events that are published at RATE. The first second does not count."""
    count = round((_WARM + bench.size(*SECONDS)) * RATE)
    stamped = [replace(draft, ts=STAMP.decode()) for draft in order_events.drafts(count, seed)]
    before = pipeline.watch.offset()
    with Paced(pipeline.service.port, requests(stamped, AT_ONCE), AT_ONCE / RATE, 8) as publisher:

        def check() -> None:
            pipeline.check()
            publisher.check()

        commits = list(pipeline.watch.follow(before + count, check, pause=_LOOK))
        posted = publisher.result()
    counted = [request for request in posted if request.sent - posted[0].sent >= _WARM]
    milliseconds = sorted(latencies(counted, commits))
    return _Latency(
        percentile(milliseconds, 0.5), percentile(milliseconds, 0.99), commits[-1].at - posted[0].sent
    )
