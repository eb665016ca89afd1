"""What a published event costs the service, by number of subscribers: `python -m tests.bench.fanout --help`.

The target: with a thousand subscribers at most twice the CPU of one, plus what the kernel takes to send the bytes.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.bench.measure import crowd, event, serving
from tests.support.service import TOKEN, EventService


@dataclass(frozen=True)
class Cost:
    """CPU microseconds of the service for one event."""

    user: float
    system: float
    per_second: float


def publish(service: EventService, rate: float, seconds: float, at_once: int) -> int:
    """Publish at a steady pace; the number of events."""
    sent = 0
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < seconds:
            if sent > elapsed * rate:
                time.sleep(sent / rate - elapsed)
            answer = client.post(f"{service.url}/events", json=[event() for _ in range(at_once)])
            assert answer.status_code == 202, answer.text
            sent += at_once
    return sent


def measure(readers: int, rate: float, seconds: float, at_once: int) -> Cost:
    """The cost with this many subscribers who read everything."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as (service, pid),
        crowd(service, "good", readers),
    ):
        publish(service, rate, 1, at_once)
        process = psutil.Process(pid)
        before, began = process.cpu_times(), time.monotonic()
        sent = publish(service, rate, seconds, at_once)
        after, took = process.cpu_times(), time.monotonic() - began
    user, system = after.user - before.user, after.system - before.system
    return Cost(user * 1e6 / sent, system * 1e6 / sent, sent / took)


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--readers", type=int, nargs="*", default=[1, 1_000])
    arguments.add_argument("--rates", type=float, nargs="*", default=[300, 1_500], help="events per second")
    arguments.add_argument("--seconds", type=float, default=8, help="of each measurement")
    arguments.add_argument("--at-once", type=int, default=10, help="events in a POST")
    given = arguments.parse_args()
    sys.stdout.write("events/s  readers  user µs  system µs  per event\n")
    for rate in given.rates:
        for readers in given.readers:
            cost = measure(readers, rate, min(given.seconds, 60), given.at_once)
            both = cost.user + cost.system
            sys.stdout.write(
                f"{cost.per_second:8.0f}{readers:9}{cost.user:9.0f}{cost.system:11.0f}{both:11.0f}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
