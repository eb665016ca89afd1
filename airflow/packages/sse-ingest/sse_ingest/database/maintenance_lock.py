"""What goes over the raw layer as a whole does so alone: of rebuilds and archive runs there is one at a time.

A rebuild that began before a month is dropped would otherwise miss its events, and take rows for surplus that are not.
"""

import time
from typing import Any

import psycopg

# To the end of the session: a process that is killed lets go.
_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('sse_ingest/rebuild', 0))"


def take_maintenance_lock(connection: psycopg.Connection[Any], query_timeout_seconds: float) -> bool:
    """Whether nobody else is at it, or has ended in time: one that was killed takes a moment."""
    deadline = time.monotonic() + query_timeout_seconds
    while connection.execute(_TRY_LOCK).fetchone() != (True,):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
