"""`POST /events`, which is durable when it answers: batches and single events, over one connection and several."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.bench.measuring.bench import Bench
from tests.bench.measuring.cpu import CpuMeter
from tests.bench.measuring.figures import Figure, Row, Samples
from tests.bench.processes.limit import Limit
from tests.bench.processes.process import EventService
from tests.bench.processes.publishing import Publisher, requests
from tests.bench.workload import order_events

CASES = ((1_000, 1, 100_000, 5_000), (1_000, 4, 100_000, 8_000), (1, 1, 3_000, 200), (1, 4, 6_000, 400))
"""Events per request, connections, events, and events in a quick run."""


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """One row per case. Every measurement publishes to an empty log."""
    for at_once, connections, *sizes in CASES:
        yield _case(bench, limit, at_once, connections, bench.size(*sizes))


def _case(bench: Bench, limit: Limit, at_once: int, connections: int, events: int) -> Row:
    what = "single events" if at_once == 1 else f"NDJSON of {at_once:,}"
    case = f"{what}, {connections} connection{'' if connections == 1 else 's'}"
    with bench.step(f"publish: {events:,} events"):
        prepared = requests(order_events.drafts(events), at_once)

    def measure(samples: Samples) -> None:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder, EventService(Path(folder)) as service:
            cpu = CpuMeter({"service": service.pid})
            took = publish(service.port, [prepared[n::connections] for n in range(connections)])
            samples.add("events/s", "events/s", events / took)
            samples.add("requests/s", "requests/s", len(prepared) / took)
            samples.add("service", "µs", cpu.microseconds_per(events)["service"])

    figures = bench.times(case, measure)
    rate = limit.rate(10_000)
    ratio = Figure.of("×", (value / rate for value in figures["events/s"].values))
    return Row("publish", case, {"of the limit": ratio, **figures})


def publish(port: int, shares: list[list[bytes]]) -> float:
    """Send each share over its own connection, all at the same time; the seconds until the last answer."""
    with ExitStack() as stack:
        publishers = [stack.enter_context(Publisher(port)) for _ in shares]
        threads = stack.enter_context(ThreadPoolExecutor(len(shares)))
        began = time.perf_counter()
        for _ in threads.map(_send, publishers, shares):
            pass
        return time.perf_counter() - began


def _send(publisher: Publisher, share: list[bytes]) -> None:
    for request in share:
        publisher.post(request)
