"""What every peer's program does around its own work: get ready, wait for the word, be timed, tell.

    python PROGRAM EVENTS URL [ARGUMENT]…

EVENTS is a file of the wire contract's events, one JSON object a line; URL is that of an empty PostgreSQL database.
It prints `ready`, reads one line, stores the events in `peers.events`, and prints
`{"events": 100000, "seconds": 12.3}`. Then it waits for the end of its input: whoever started it can read its CPU time.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

BATCH = 10_000
"""Events a commit, where a tool lets its user choose."""

Load: TypeAlias = Callable[[Iterable[bytes]], int]
"""Takes the lines of the file; returns how many there were, when the last of them is committed."""


def run(prepare: Callable[..., Load]) -> None:
    """Call `prepare(url, *arguments)`, which makes what the database must have first; time what it returns."""
    events, url, *arguments = sys.argv[1:]
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(
        sys.stderr.fileno(), sys.stdout.fileno()
    )  # what the tools print of their own is not for our reader
    load = prepare(url, *arguments)
    print("ready", file=told, flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    with Path(events).open("rb") as lines:
        count = load(lines)
    seconds = time.perf_counter() - began
    print(json.dumps({"events": count, "seconds": seconds}), file=told, flush=True)
    sys.stdin.read()
