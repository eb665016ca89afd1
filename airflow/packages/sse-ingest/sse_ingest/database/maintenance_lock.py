"""The lock of rebuilds and archive runs: one of them runs at a time, because each uses the raw tables as a whole.

Without it, a rebuild could run while a month is dropped. It would miss the events of that month, and report their rows
as extra.
"""

import time
from typing import Any

import psycopg

# Held until the session ends, so that a killed process releases it.
_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('sse_ingest/rebuild', 0))"


def take_maintenance_lock(connection: psycopg.Connection[Any], query_timeout_seconds: float) -> bool:
    """Take the lock. False: another run held it for `query_timeout_seconds`. A killed run takes a moment to end."""
    deadline = time.monotonic() + query_timeout_seconds
    while connection.execute(_TRY_LOCK).fetchone() != (True,):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
