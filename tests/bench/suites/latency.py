"""From the publishing of an event to its visibility for others, by rate of events, beside one durable commit."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from local.settings import OWNER
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row, Samples
from tests.bench.measuring.latencies import Paced, Posted, latencies, percentile
from tests.bench.processes.limit import Limit
from tests.bench.processes.paced import STAMP
from tests.bench.processes.pipeline import DATABASE, Pipeline, running
from tests.bench.processes.process import EventService
from tests.bench.processes.publishing import requests
from tests.bench.suites.end_to_end import sustain
from tests.bench.workload import order_events

SECONDS = (10, 3)
"""How long latencies are measured at each rate; and in a quick run."""
WARM = 1.0
"""Seconds of publishing before that, which do not count."""
MAXIMUM = (100_000, 10_000)
"""Events that determine the maximum, and how many in a quick run."""
CONNECTIONS = 8
_COMMITS = 200
_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


@dataclass(frozen=True)
class Pace:
    """Events per second, events per request, and the seconds between two looks at the checkpoint."""

    rate: float
    at_once: int
    look: float = 0.0005
    """The default costs 15% of a core: too much beside work that needs both cores."""


PACES = (Pace(100, 1), Pace(1_000, 10), Pace(10_000, 20, look=0.002))


def run(bench: Bench, _limit: Limit) -> Iterator[Row]:
    """One row per rate, and one at half of the maximum; in a quick run 1,000/s and half of the maximum."""
    for pace in PACES[1:2] if bench.quick else PACES:
        yield _row(bench, f"{pace.rate:,.0f}/s", pace)
    events = bench.size(*MAXIMUM)
    with bench.step("latency: the maximum of live publishing"):
        maximum = sustain(bench, requests(order_events.drafts(events), 1_000), events).rate
    yield _row(bench, f"half of the maximum, {maximum:,.0f}/s", Pace(maximum / 2, 50, look=0.002))


def _row(bench: Bench, case: str, pace: Pace) -> Row:
    pause = pace.at_once / pace.rate
    count = round((WARM + bench.size(*SECONDS)) / pause) * pace.at_once
    with bench.step(f"latency: {count:,} events"):
        stamped = [replace(draft, ts=STAMP.decode()) for draft in order_events.drafts(count)]
        prepared = requests(stamped, pace.at_once)

    def measure(samples: Samples) -> None:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            service = EventService(Path(folder))
            with running(bench, service) as pipeline:
                pipeline.started()
                single = single_commit(bench)
                _measure(pipeline, prepared, pace, single, samples)
            samples.add("events a batch", "", count / pipeline.ingest.result()["batches"])

    note = f"{pace.at_once} in a request; looked at every {pace.look * 1e3:g} ms"
    return Row("latency", case, bench.times(f"latency at {case}", measure), note)


def _measure(pipeline: Pipeline, prepared: list[bytes], pace: Pace, single: float, samples: Samples) -> None:
    pause = pace.at_once / pace.rate
    count = len(prepared) * pace.at_once
    with Paced(pipeline.service.port, prepared, pause, CONNECTIONS) as publisher:

        def check() -> None:
            pipeline.check()
            publisher.check()

        commits = list(pipeline.watch.follow(count, check, pause=pace.look))
        posted = publisher.result()
    counted = [request for request in posted if request.sent - posted[0].sent >= WARM]
    milliseconds = sorted(latencies(counted, commits))
    samples.add("p50 in single commits", "×", percentile(milliseconds, 0.5) / single)
    for name, share in _PERCENTILES.items():
        samples.add(name, "ms", percentile(milliseconds, share))
    samples.add("single commit", "ms", single)
    samples.add("published", "events/s", _rate(counted))
    samples.add("sent late, p99", "ms", percentile([request.late * 1e3 for request in counted], 0.99))


def _rate(posted: list[Posted]) -> float:
    """Events per second that were really sent."""
    events = sum(len(request.offsets) for request in posted[:-1])
    return events / (posted[-1].sent - posted[0].sent)


def single_commit(bench: Bench) -> float:
    """The median time of one row with its durable commit, in milliseconds, while nothing else is stored."""
    took = []
    with psycopg.connect(bench.cluster.url(OWNER, DATABASE), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench")
        connection.execute("CREATE TABLE bench.singles (n bigint PRIMARY KEY, at timestamptz DEFAULT now())")
        for number in range(_COMMITS):
            began = time.perf_counter()
            connection.execute("INSERT INTO bench.singles (n) VALUES (%s)", (number,), prepare=True)
            took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took)
