"""How far the orders have come: accepted by the service, committed to the warehouse, and the lag."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import psycopg

from local.servers import loopback
from local.servers.services import database_url
from local.settings import OWNER, Settings

QUERY = """
    SELECT c.event_offset, c.committed_at, c.event_ts,
           (SELECT count(*) FROM raw_data.dead_letters d WHERE d.stream = c.stream AND d.resolved_at IS NULL)
      FROM raw_data.stream_checkpoints c
     WHERE c.stream = %s AND c.shard = 0
"""
HISTORY = timedelta(hours=1)  # an event older than this was replayed: its age says nothing about us


@dataclass(frozen=True)
class Counters:
    """None where a part cannot be asked at the moment."""

    accepted: int | None = None
    committed: int | None = None
    lag_ms: int | None = None
    dead_letters: int | None = None

    @property
    def lag_events(self) -> int | None:
        if self.accepted is None or self.committed is None:
            return None
        return max(0, self.accepted - self.committed)

    def line(self) -> str:
        """For a log: one line, no colours."""
        parts = zip(
            ("accepted", "committed", "lag events", "lag ms", "dead letters"), self.texts(), strict=True
        )
        return ", ".join(f"{name} {text}" for name, text in parts)

    def texts(self) -> list[str]:
        values = (self.accepted, self.committed, self.lag_events, self.lag_ms, self.dead_letters)
        return ["-" if value is None else f"{value:,}" for value in values]


def read(settings: Settings) -> Counters:
    """Ask the service and the warehouse, now."""
    stream = settings.values.get("INGEST_STREAM") or "restaurant"
    try:
        with psycopg.connect(database_url(settings, OWNER), connect_timeout=2) as connection:
            row = connection.execute(QUERY, [stream]).fetchone()
    except psycopg.Error:
        return Counters(accepted=_accepted(settings))
    accepted = _accepted(settings)  # asked last, so that it is not behind what is committed
    if row is None:
        return Counters(accepted=accepted, committed=0, dead_letters=0)
    committed, committed_at, event_ts, dead_letters = row
    behind = accepted is not None and accepted > committed
    lag = lag_ms(committed_at, event_ts, behind=behind, now=datetime.now(UTC))
    return Counters(accepted, committed, lag, dead_letters)


def _accepted(settings: Settings) -> int | None:
    try:
        answer = loopback.get(f"{settings.event_url}/health", timeout_seconds=2)
        return int(answer.json()["head_offset"]) if answer.is_success else None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def lag_ms(
    committed_at: datetime | None, event_ts: datetime | None, *, behind: bool, now: datetime
) -> int | None:
    """From an event's time to its commit; while behind, at least the time since the last commit."""
    if committed_at is None or event_ts is None:
        return None
    age = committed_at - event_ts
    lag = age if timedelta(0) <= age < HISTORY else timedelta(0)
    if behind:
        lag = max(lag, now - committed_at)
    return round(lag / timedelta(milliseconds=1))
