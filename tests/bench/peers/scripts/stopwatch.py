"""What the program of every peer does around its own work: prepare, wait for the start, measure the time, report.

    python PROGRAM EVENTS URL [ARGUMENT]…

EVENTS is a file of the wire contract's events, one JSON object per line. URL is the address of an empty PostgreSQL
database. It prints `ready`, reads one line, stores the events in `peers.events`, and prints
`{"events": 100000, "seconds": 12.3}`. Then it waits for the end of its input, so that its CPU time can be read.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

BATCH = 10_000
"""Events per commit, where the tool has a setting for it."""

Load: TypeAlias = Callable[[Iterable[bytes]], int]
"""Stores the lines of the file; returns their number when the last one is committed."""


def run(prepare: Callable[..., Load]) -> None:
    """Call `prepare(url, *arguments)`, which prepares the database; measure the time of the function it returns."""
    events, url, *arguments = sys.argv[1:]
    report = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the output of the tools must not mix with the report
    load = prepare(url, *arguments)
    print("ready", file=report, flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    with Path(events).open("rb") as lines:
        count = load(lines)
    seconds = time.perf_counter() - began
    print(json.dumps({"events": count, "seconds": seconds}), file=report, flush=True)
    sys.stdin.read()
