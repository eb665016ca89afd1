"""Service → client, without a warehouse: by number of readers, catching up and live."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sse_ingest.sources.stream import StreamSource
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.cpu import CpuMeter
from tests.bench.measuring.figures import Figure, Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.processes.process import EventService
from tests.bench.processes.publishing import publish, requests
from tests.bench.processes.readers import Readers
from tests.bench.workload import order_events

CATCH_UP = ((1, 400_000, 20_000), (10, 100_000, 2_000), (1_000, 5_000, 50))
"""Readers, events per reader, and events in a quick run."""
_READ_SECONDS = 120.0
_CLIENT = "our client"
_CLIENT_NOTE = "frames are decoded, nothing more"


@dataclass(frozen=True)
class Pace:
    """How events are published while readers follow: events per request, and seconds between two requests."""

    name: str
    at_once: int
    pause: float
    cases: tuple[tuple[int, int, int], ...]
    """As in CATCH_UP."""


LIVE = (
    Pace(
        "live without pause",
        1_000,
        0,
        ((0, 100_000, 5_000), (1, 100_000, 5_000), (10, 100_000, 5_000), (1_000, 20_000, 1_000)),
    ),
    Pace(
        "live at 500/s", 10, 0.02, ((0, 2_000, 200), (1, 2_000, 200), (10, 2_000, 200), (1_000, 2_000, 200))
    ),
)


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """Catching up on a full log; then following while events are published."""
    for readers, *sizes in CATCH_UP:
        yield from _catch_up(bench, limit, readers, bench.size(*sizes))
    for pace in LIVE:
        for readers, *sizes in pace.cases:
            yield _live(bench, limit, pace, readers, bench.size(*sizes))
    yield _live_client(bench, limit, LIVE[0], bench.size(*LIVE[0].cases[1][1:]))


def _catch_up(bench: Bench, limit: Limit, readers: int, events: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        service = EventService(Path(folder))
        with bench.step(f"transport: a log of {events:,} events"):
            service.fill(order_events.drafts(events))
        with service:
            case = f"catching up, {_readers(readers)}"
            figures = bench.times(case, lambda samples: _read(service, readers, events, samples))
            yield Row("transport", case, _beside(figures, limit))
            if readers == 1:
                case = f"catching up, {_CLIENT}"
                figures = bench.times(case, lambda samples: _take(service, events, samples))
                yield Row("transport", case, _beside(figures, limit), _CLIENT_NOTE)


def _beside(figures: dict[str, Figure], limit: Limit) -> dict[str, Figure]:
    """The ratio first: what all readers get together, to the limit of the warehouse."""
    rate = limit.rate(10_000)
    return {"of the limit": Figure.of("×", (value / rate for value in figures["in sum"].values)), **figures}


def _read(service: EventService, readers: int, events: int, samples: Samples) -> None:
    """The readers read the whole log."""
    with Readers(service.port, readers, "earliest", events) as crowd:
        cpu = CpuMeter({"service": service.pid, "readers": crowd.pid})
        began = crowd.go()
        crowd.live()
        _add(samples, events, [at - began for at in crowd.finished()], cpu)


def _take(service: EventService, events: int, samples: Samples) -> None:
    """Our own client reads the whole log, in this process."""
    service_cpu, own_cpu = CpuMeter({"service": service.pid}), time.process_time()
    took = _follow(service.url, events, "earliest")
    _add(samples, events, [took], service_cpu)
    samples.add("readers/delivered", "µs", (time.process_time() - own_cpu) / events * 1e6)


def _follow(url: str, events: int, since: str) -> float:
    """Read so many frames; the seconds it took. RuntimeError when they do not arrive."""
    began, count = time.monotonic(), 0
    with closing(StreamSource(url, since=since)) as source:
        for frames in source.batches("", lambda: time.monotonic() - began > _READ_SECONDS):
            count += len(frames)
            if count >= events:
                return time.monotonic() - began
    raise RuntimeError(f"our client got {count:,} of {events:,} events in {_READ_SECONDS:g} s")


def _live(bench: Bench, limit: Limit, pace: Pace, readers: int, events: int) -> Row:
    case = f"{pace.name}, {_readers(readers)}"
    bodies = requests(order_events.drafts(events), pace.at_once)

    def measure(samples: Samples) -> None:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder, EventService(Path(folder)) as service:
            if readers:
                _to_crowd(service, bodies, pace, readers, samples)
            else:
                cpu = CpuMeter({"service": service.pid})
                samples.add("published", "events/s", events / publish(service.port, bodies, pace.pause))
                samples.add("service/published", "µs", cpu.microseconds_per(events)["service"])

    figures = bench.times(case, measure)
    return Row("transport", case, figures if pace.pause or not readers else _beside(figures, limit))


def _to_crowd(service: EventService, bodies: list[bytes], pace: Pace, readers: int, samples: Samples) -> None:
    events = len(bodies) * pace.at_once
    with Readers(service.port, readers, "latest", events) as crowd:
        crowd.go()
        crowd.live()
        cpu, began = CpuMeter({"service": service.pid, "readers": crowd.pid}), time.monotonic()
        took = publish(service.port, bodies, pace.pause)
        finished = [at - began for at in crowd.finished()]
        samples.add("published", "events/s", events / took)
        _add(samples, events, finished, cpu)


def _live_client(bench: Bench, limit: Limit, pace: Pace, events: int) -> Row:
    case = f"{pace.name}, {_CLIENT}"
    bodies = requests(order_events.drafts(events), pace.at_once)

    def measure(samples: Samples) -> None:
        with (
            tempfile.TemporaryDirectory(dir=bench.folder) as folder,
            EventService(Path(folder)) as service,
            ThreadPoolExecutor(1) as thread,
        ):
            cpu = CpuMeter({"service": service.pid})
            following = thread.submit(_follow, service.url, events, "earliest")
            samples.add("published", "events/s", events / publish(service.port, bodies, pace.pause))
            _add(samples, events, [following.result()], cpu)

    return Row("transport", case, _beside(bench.times(case, measure), limit), _CLIENT_NOTE)


def _add(samples: Samples, events: int, took: list[float], cpu: CpuMeter) -> None:
    """Add the rates, from the seconds that each reader took, and the cost per event."""
    spent, delivered = cpu.seconds(), events * len(took)
    samples.add("each", "events/s", events / statistics.median(took))
    samples.add("in sum", "events/s", delivered / max(took))
    samples.add("service/published", "µs", spent["service"] / events * 1e6)
    samples.add("service/delivered", "µs", spent["service"] / delivered * 1e6)
    if "readers" in spent:
        samples.add("readers/delivered", "µs", spent["readers"] / delivered * 1e6)


def _readers(count: int) -> str:
    return {0: "no reader", 1: "1 reader"}.get(count, f"{count:,} readers")
