"""The memory of each process, by backlog and by number of subscribers.

Of PostgreSQL, the backends of ingest count: with their part of shared_buffers (of 1 GB, the pages that they have
written), and without it.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from api.log.interface import Draft
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row, Samples
from tests.bench.measuring.peaks import Peaks, own, proportional, resident
from tests.bench.processes.limit import Limit
from tests.bench.processes.pipeline import DATABASE, running
from tests.bench.processes.process import EventService
from tests.bench.processes.publishing import publish, requests
from tests.bench.processes.readers import Readers
from tests.bench.workload import order_events

BACKLOGS = (10_000, 100_000, 1_000_000)
LARGE = 10_000_000
"""Only when BENCH_LARGE is 1, and once: it needs an hour and 30 GB of disk."""
SUBSCRIBERS = (1, 100, 1_000)
_PIECE = 100_000
_PAUSE = 0.1  # seconds between two requests of 10 events, while subscribers follow
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name LIKE 'sse_ingest%%'"
_NOTE = "own: without files and shared_buffers"


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """The largest sizes: RSS, read every 50 ms; of the backends of PostgreSQL, read every 500 ms."""
    for backlog in BACKLOGS[:1] if bench.quick else BACKLOGS:
        yield _backlog(bench, backlog, bench.repeats)
    if os.environ.get("BENCH_LARGE") == "1" and not bench.quick:
        yield _backlog(bench, LARGE, 1)
    for count in SUBSCRIBERS:
        yield _subscribers(bench, count, bench.size(500, 50))


def _backlog(bench: Bench, events: int, repeats: int) -> Row:
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        service = EventService(Path(folder))
        with bench.step(f"memory: a log of {events:,} events"):
            service.fill(_drafts(events))
        case = f"draining {events:,} events"
        return _row(bench, case, lambda samples: _drain(bench, service, events, samples), repeats, _NOTE)


def _drafts(events: int) -> Iterator[Draft]:
    """In pieces, each with its own seed, because ten million do not fit into memory."""
    for seed, start in enumerate(range(0, events, _PIECE)):
        yield from order_events.drafts(min(_PIECE, events - start), seed)


def _drain(bench: Bench, service: EventService, events: int, samples: Samples) -> None:
    with (
        running(bench, service) as pipeline,
        psycopg.connect(bench.cluster.server.admin_url, autocommit=True) as admin,
    ):
        # A signal may close the connection and end the processes while a thread still looks at them.
        def backends() -> list[int]:
            try:
                return [pid for (pid,) in admin.execute(_BACKENDS, (DATABASE,))]
            except psycopg.OperationalError:
                return []

        serving, ingesting = service.pid, pipeline.ingest.pid
        processes = Peaks({"service": lambda: resident(serving), "ingest": lambda: resident(ingesting)})
        postgres = Peaks(
            {
                "PostgreSQL": lambda: proportional(backends()),
                "PostgreSQL, own": lambda: own(backends()),
            },
            seconds=0.5,  # a look costs milliseconds
        )
        with processes, postgres:
            for _ in pipeline.watch.follow(events, pipeline.check):
                pass
    for name, megabytes in {**processes.values, **postgres.values}.items():
        samples.add(name, "MB", megabytes)


def _subscribers(bench: Bench, count: int, events: int) -> Row:
    prepared = requests(order_events.drafts(events), 10)

    def measure(samples: Samples) -> None:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder, EventService(Path(folder)) as service:
            serving = service.pid
            with (
                Peaks({"service": lambda: resident(serving)}) as peaks,
                Readers(service.port, count, "latest", events) as crowd,
            ):
                crowd.go()
                crowd.live()
                publish(service.port, prepared, _PAUSE)
                crowd.finished()
            samples.add("service", "MB", peaks.values["service"])

    case = f"{count:,} subscriber{'' if count == 1 else 's'}, 100 events/s"
    return _row(bench, case, measure, bench.repeats)


def _row(bench: Bench, case: str, measure: Callable[[Samples], None], repeats: int, note: str = "") -> Row:
    """Without a measurement that does not count: each has new processes."""
    samples = Samples()
    for number in range(repeats):
        with bench.step(f"{case} ({number + 1} of {repeats})"):
            measure(samples)
    return Row("memory", case, samples.figures(), note)
