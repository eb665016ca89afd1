"""The newest week as fast as it goes, then the others at a pace that leaves time for live events."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from api.simulator import past as past_file
from api.simulator.past import Past
from local.past.source import PastSource
from restaurant_warehouse.rollups import refresh
from sse_ingest.pipeline.run import Progress, run
from sse_ingest.settings import Settings

log = logging.getLogger("past")

PACE, PACED_BATCH = 1_000, 50
"""As docs/reference/maintenance.md advises beside live streams."""
_REPORT_SECONDS = 5.0
_OTHERS = (
    "SELECT EXISTS (SELECT FROM raw_data.events_raw WHERE ts >= to_timestamp(%s) AND ts < to_timestamp(%s))"
)
_RETIRE = """
SELECT raw_data.retire_stream(c.stream)
FROM (SELECT DISTINCT stream FROM raw_data.stream_checkpoints WHERE stream = ANY(%s)) AS c
"""


def stream_of(week: int) -> str:
    """A week in its order is a stream of its own, so that none of its events is late."""
    return f"past-{week + 1}"


@dataclass
class Loader:
    """Loads the past that a file describes, and goes on where an earlier one ended."""

    file: Path
    settings: Settings
    owner_url: str
    stop: threading.Event
    on_report: Callable[[], None] = lambda: None

    def load(self) -> bool:
        """True when there is a past, and all of it is in the warehouse."""
        past = past_file.load(self.file)
        if past is None:
            return False
        if not past.loaded and self._has_events_of(past):
            log.info("The warehouse has events of these days already: no past is loaded.")
            past_file.save(self.file, replace(past, weeks_loaded=past.weeks))
            return True
        self._retire(past)
        while not past.is_complete:
            if not self._load_week(past):
                return False
            past = replace(past, weeks_loaded=past.weeks_loaded + 1, before=self._loaded())
            past_file.save(self.file, replace(past, loaded=past.before))
            self._retire(past)
        return True

    def _load_week(self, past: Past) -> bool:
        week = past.weeks_loaded
        reported = 0.0

        def report(progress: Progress) -> None:
            nonlocal reported
            offset = int(progress.position.rpartition("-")[2])
            now = replace(past, loaded=past.before + offset)
            past_file.save(self.file, now)
            if time.monotonic() - reported > _REPORT_SECONDS:
                reported = time.monotonic()
                log.info("%s%% of %s days", now.percent, now.days)
                self.on_report()

        settings = self._settings_of(week)
        result = run(settings, stop=self.stop, source=lambda: PastSource(week), on_commit=report)
        log.info(
            "week %s of %s: %s, %s new events", week + 1, past.weeks, result.reason, f"{result.events:,}"
        )
        if result.reason != "caught_up":
            return False
        refresh(settings.database_url)
        return True

    def _settings_of(self, week: int) -> Settings:
        settings = replace(self.settings, stream=stream_of(week))
        return settings if week == 0 else replace(settings, pace=PACE, max_batch=PACED_BATCH)

    def _loaded(self) -> int:
        past = past_file.load(self.file)
        return past.loaded if past else 0

    def _has_events_of(self, past: Past) -> bool:
        """When the log of a warehouse is lost, its successor gets a past; but the warehouse has one."""
        with psycopg.connect(self.owner_url, autocommit=True, connect_timeout=10) as owner:
            row = owner.execute(_OTHERS, [past.first, past.end]).fetchone()
        return bool(row and row[0])

    def _retire(self, past: Past) -> None:
        """No more comes from the streams of loaded weeks: nothing waits for them."""
        streams = [stream_of(week) for week in range(past.weeks_loaded)]
        with psycopg.connect(self.owner_url, autocommit=True, connect_timeout=10) as owner:
            owner.execute(_RETIRE, [streams])
