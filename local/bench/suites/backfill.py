"""What live events wait for a year of history that is ingested beside them, by a second writer of the same kind."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from local.bench import workload
from local.bench.bench import Bench
from local.bench.checkpoint import Watch
from local.bench.figures import Row, Samples
from local.bench.latencies import Paced, latencies, percentile
from local.bench.limit import Limit
from local.bench.paced import STAMP
from local.bench.pipeline import DATABASE, Pipeline, running
from local.bench.processes import EventService, Ingest
from local.bench.publishing import requests
from local.scratch import WRITER

HISTORY = (1_000_000, 60_000)
"""Events of the year, and how many in a quick run."""
SECONDS = (15, 2)
RATE, AT_ONCE = 1_000, 10
"""Live events a second, and how many in a request."""
POLITE = ("--pace", "1000")
"""As docs/reference/maintenance.md advises for a backfill beside live streams."""
_STREAM = "backfill"
_WARM = 1.0
_YEAR = 365 * 86_400
_CLOCK = 1_735_689_600_000_000  # microseconds: the first day of 2025
_EVENTS_AN_ORDER = 8
_LOOK = 0.0005
_CASES: dict[str, Sequence[str]] = {"as fast as it goes": (), " ".join(POLITE): POLITE}


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """One row a manner of backfilling; in each the live stream alone, and then beside it."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        history = EventService(Path(folder))
        events = bench.size(*HISTORY)
        with bench.step(f"backfill: a log of a year, {events:,} events"):
            pause = _YEAR * 100 * _EVENTS_AN_ORDER // events
            history.fill(workload.drafts(events, seed=1, pause=pause, clock=_CLOCK))
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
            taken = watch.offset() - first
            if not bench.quick and watch.offset() >= HISTORY[0]:
                raise RuntimeError("the backfill had ended before the live events had: give it more of them")
        samples.add("p99, of alone", "×", beside.p99 / alone.p99)
        samples.add("p50, of alone", "×", beside.p50 / alone.p50)
        for name, found in (("alone", alone), ("beside", beside)):
            samples.add(f"p50 {name}", "ms", found.p50)
            samples.add(f"p99 {name}", "ms", found.p99)
        samples.add("backfilled", "events/s", taken / beside.seconds)

    note = f"{RATE:,} live events/s, {AT_ONCE} in a request"
    return Row("backfill", case, bench.times(f"backfill {case}", measure), note)


@dataclass(frozen=True)
class _Found:
    p50: float
    p99: float
    seconds: float


def _live(bench: Bench, pipeline: Pipeline, seed: int) -> _Found:
    """The latencies of events that are published at the rate; those of the first second do not count."""
    count = round((_WARM + bench.size(*SECONDS)) * RATE)
    stamped = [replace(draft, ts=STAMP.decode()) for draft in workload.drafts(count, seed)]
    before = pipeline.watch.offset()
    with Paced(pipeline.service.port, requests(stamped, AT_ONCE), AT_ONCE / RATE, 8) as publisher:

        def check() -> None:
            pipeline.check()
            publisher.check()

        seen = list(pipeline.watch.follow(before + count, check, pause=_LOOK))
        posted = publisher.result()
    counted = [one for one in posted if one.sent - posted[0].sent >= _WARM]
    found = sorted(latencies(counted, seen))
    return _Found(percentile(found, 0.5), percentile(found, 0.99), seen[-1].at - posted[0].sent)
