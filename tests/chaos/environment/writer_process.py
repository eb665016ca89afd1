"""An ingest process of the chaos run: the core's own `run`, with short times and two processors."""

import json
import logging
import os
import signal
import sys
import threading
from typing import Any

import psycopg

from sse_ingest.errors import FenceLost
from sse_ingest.events import Event
from sse_ingest.pipeline.run import run
from sse_ingest.settings import Settings

FENCE_LOST = 3
"""The exit code when another writer has taken over: the only terminal error that a fault may cause."""


def points_earned(cursor: psycopg.Cursor[Any], event: Event, payload: dict[str, Any]) -> None:
    """Insert a row for each event; fail after it where the payload says so, so that the row is rolled back."""
    cursor.execute("INSERT INTO staging.chaos_effects (event_id) VALUES (%s)", [event.event_id])
    match payload.get("fails"):
        case "code":
            raise ValueError("no such customer")
        case "database":
            cursor.execute("SELECT 1 / 0")


def main() -> int:
    """Run until TERM. Settings come from INGEST_* and CHAOS_* variables."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(threadName)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    settings = Settings.from_environment(
        writer=os.environ["CHAOS_WRITER"],
        mode=os.environ["CHAOS_MODE"],
        lease_seconds=float(os.environ["CHAOS_LEASE_SECONDS"]),
        standby_seconds=float(os.environ.get("CHAOS_STANDBY_SECONDS") or 0) or None,
        query_timeout_seconds=float(os.environ["CHAOS_QUERY_TIMEOUT_SECONDS"]),
        processors={"loyalty_points_earned": points_earned},
    )
    try:
        result = run(settings, stop=stop)
    except FenceLost as error:
        sys.stderr.write(f"{error}\n")
        return FENCE_LOST
    sys.stdout.write(json.dumps({"reason": result.reason, "events": result.events}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
