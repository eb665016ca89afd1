"""Memory and delivery with bad subscribers beside a good one: `python -m tests.bench.subscribers --help`.

A fifth each are idle, never read, read slowly, come and go without a word, or connect and say nothing.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import psutil

from tests.bench.measure import bad_company, follow, serving, until

_SOCKETS = Path("/proc/net/sockstat")


def socket_megabytes() -> float:
    """What TCP holds in the kernel, of the whole machine."""
    words = next(line for line in _SOCKETS.read_text().splitlines() if line.startswith("TCP:")).split()
    return int(words[words.index("mem") + 1]) * 4096 / 1e6


def main() -> None:
    """Print a table: one line a round, all with one service."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--counts", type=int, nargs="*", default=[0, 1_000, 1_000, 1_000])
    arguments.add_argument("--rate", type=float, default=300, help="events per second")
    arguments.add_argument("--seconds", type=float, default=10, help="of each round")
    given = arguments.parse_args()
    sys.stdout.write(
        "   bad  RSS MB  after  kernel MB  streams  after  open  events  p50 ms  p99 ms  max ms  s until gone\n"
    )
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (service, pid):
        process = psutil.Process(pid)
        follow(service, given.rate, 5)
        for count in given.counts:
            kernel = socket_megabytes()
            with bad_company(service, count):
                delays = follow(service, given.rate, min(given.seconds, 60))
                during, kernel = process.memory_info().rss / 1e6, socket_megabytes() - kernel
                streams = service.health()["subscribers"]
            gone = until(lambda: service.health()["subscribers"] == 0 and process.num_fds() < 40, 60)
            after, open_files = process.memory_info().rss / 1e6, process.num_fds()
            p99 = statistics.quantiles(delays, n=100)[98]
            sys.stdout.write(
                f"{count:6}{during:8.0f}{after:7.0f}{kernel:11.1f}{streams:9}{service.health()['subscribers']:7}"
                f"{open_files:6}{len(delays):8}{statistics.median(delays) * 1e3:8.1f}{p99 * 1e3:8.1f}"
                f"{delays[-1] * 1e3:8.1f}{gone:14.1f}\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
