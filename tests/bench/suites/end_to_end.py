"""Service, ingest and PostgreSQL as three processes: a backlog, live publishing, and the same through Airflow."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from api.log.interface import Draft
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.checkpoint import measure_drain
from tests.bench.measuring.cpu import CpuMeter
from tests.bench.measuring.figures import Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.processes.pipeline import Pipeline, running
from tests.bench.processes.process import EventService
from tests.bench.processes.publishing import requests
from tests.bench.suites import through_airflow
from tests.bench.suites.publish import publish
from tests.bench.workload import order_events

BACKLOG = (1_000_000, 30_000)
LIVE = (200_000, 20_000)
"""Events, and how many in a quick run."""
CONNECTIONS = 4
_AT_ONCE = 1_000
_PIECE = 100_000


@dataclass(frozen=True)
class Sustained:
    """Live publishing as fast as possible."""

    rate: float
    """Events per second, from the first request to the last commit."""
    published: float
    """Events per second, from the first request to the last answer."""
    cpu: Mapping[str, float]
    """Microseconds per event, by family of processes."""


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """Through Airflow not in a quick run: it takes ten minutes."""
    yield _backlog(bench, limit, bench.size(*BACKLOG))
    yield _live(bench, limit, bench.size(*LIVE))
    if not bench.quick:
        yield from through_airflow.rows(bench)


def _backlog(bench: Bench, limit: Limit, events: int) -> Row:
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        service = EventService(Path(folder))
        with bench.step(f"end to end: a log of {events:,} events"):
            service.fill(_drafts(events))
        rate = limit.rate(10_000)

        def measure(samples: Samples) -> None:
            with running(bench, service) as pipeline:
                drain = measure_drain(pipeline.watch, events, pipeline.families, pipeline.check)
            samples.add("of the limit", "×", drain.rate / rate)
            samples.add("events/s", "events/s", drain.rate)
            _add_cpu(samples, drain.cpu)

        case = f"draining {events:,} events"
        return Row("end to end", case, bench.times(case, measure), "from the first commit to the last")


def _drafts(events: int) -> Iterator[Draft]:
    """In pieces, each with its own seed, because a million do not fit into memory."""
    for seed, start in enumerate(range(0, events, _PIECE)):
        yield from order_events.drafts(min(_PIECE, events - start), seed)


def _live(bench: Bench, limit: Limit, events: int) -> Row:
    prepared = requests(order_events.drafts(events), _AT_ONCE)
    rate = limit.rate(10_000)

    def measure(samples: Samples) -> None:
        sustained = sustain(bench, prepared, events)
        samples.add("of the limit", "×", sustained.rate / rate)
        samples.add("events/s", "events/s", sustained.rate)
        samples.add("published", "events/s", sustained.published)
        _add_cpu(samples, sustained.cpu)

    case = f"live, NDJSON of {_AT_ONCE:,}, {CONNECTIONS} connections"
    return Row("end to end", case, bench.times(case, measure), "from the first request to the last commit")


def sustain(bench: Bench, prepared: list[bytes], events: int) -> Sustained:
    """Publish these requests, which hold `events` events, while ingest follows."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        service = EventService(Path(folder))
        service.fill(order_events.drafts(100, seed=0))  # their commit shows that ingest follows
        with running(bench, service) as pipeline:
            for _ in pipeline.watch.follow(100, pipeline.check):
                pass
            return _publish(pipeline, prepared, events)


def _publish(pipeline: Pipeline, prepared: list[bytes], events: int) -> Sustained:
    shares = [prepared[n::CONNECTIONS] for n in range(CONNECTIONS)]
    with ThreadPoolExecutor(1) as thread:
        cpu, began = CpuMeter(pipeline.families()), time.monotonic()
        publishing = thread.submit(publish, pipeline.service.port, shares)
        *_, last = pipeline.watch.follow(100 + events, pipeline.check)
        spent = cpu.microseconds_per(events)
        return Sustained(events / (last.at - began), events / publishing.result(), spent)


def _add_cpu(samples: Samples, cpu: Mapping[str, float]) -> None:
    for family, microseconds in cpu.items():
        samples.add(family, "µs", microseconds)
