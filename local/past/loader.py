"""The newest days as fast as it goes, then the others at a pace that leaves time for live events."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from api.simulator import past as past_file
from api.simulator.past import Past
from local.past import streams
from local.past.errors import PartInterrupted
from local.past.source import PastSource
from restaurant_warehouse.rollups import refresh
from sse_ingest.database.connection import translated
from sse_ingest.errors import TransientError
from sse_ingest.pipeline.run import Progress, run
from sse_ingest.settings import Settings
from sse_ingest.sources.backoff import Backoff

log = logging.getLogger("past")

PACE, PACED_BATCH = 1_000, 50
"""As docs/reference/maintenance.md advises beside live streams."""
_SAVE_SECONDS, _REPORT_SECONDS = 1.0, 5.0


@dataclass
class Loader:
    """Loads the past that a file describes, and goes on where an earlier one ended."""

    file: Path
    world: str
    """The world of the settings."""
    settings: Settings
    owner_url: str
    stop: threading.Event
    on_report: Callable[[], None] = lambda: None
    _backoff: Backoff = field(default_factory=Backoff)

    def load(self) -> bool:
        """True when there is a past, and nothing of it is left to load.

        It waits for a database that is away, however long: nobody starts it again.
        """
        while not self.stop.is_set():
            try:
                with translated():
                    return self._load()
            except TransientError as error:
                pause = self._backoff.next_delay()
                log.warning("%s Trying again in %.1f s.", error, pause)
                self.stop.wait(pause)
        return False

    def _load(self) -> bool:
        past = past_file.load(self.file)
        if past is None:
            return False
        if not past.is_complete and (reason := self._reason_to_end(past)):
            log.info(reason)
            past = replace(past, parts_loaded=past.parts)
            past_file.save(self.file, past)
        if past.is_complete:
            streams.retire(self.owner_url, range(past.parts))  # also those not loaded to their end
            return True
        return self._load_parts(past)

    def _load_parts(self, past: Past) -> bool:
        """False when it was stopped."""
        streams.ensure_partitions(self.owner_url, past)
        streams.retire(self.owner_url, range(past.parts_loaded))
        while not past.is_complete:
            number = past.parts_loaded
            if not self._load_part(past, number):
                return False
            loaded = past.before + streams.offset(self.owner_url, number)
            past = replace(past, parts_loaded=number + 1, before=loaded, loaded=loaded)
            # First the file: a checkpoint that is gone while its part counts as not loaded would be begun again.
            past_file.save(self.file, past)
            streams.retire(self.owner_url, [number])
            self._refresh()
        return True

    def _reason_to_end(self, past: Past) -> str | None:
        """Why what is not loaded yet never will be."""
        if past.world != self.world:
            return (
                f"The rest of the past is left out ({past.percent}% are loaded), because EVENT_RATE, EVENT_SEED or "
                "EVENT_YEN_RESTAURANT has changed: it would be that of other restaurants."
            )
        if not past.parts_loaded and streams.are_others_there(self.owner_url, past):
            return "The warehouse has events of these days already: no past is loaded."
        return None

    def _load_part(self, past: Past, number: int) -> bool:
        """False when it was stopped."""
        saved = reported = 0.0

        def report(progress: Progress) -> None:
            nonlocal saved, reported
            self._backoff.reset()
            now = replace(past, loaded=past.before + int(progress.position.rpartition("-")[2]))
            if time.monotonic() - saved > _SAVE_SECONDS:
                past_file.save(self.file, now)
                saved = time.monotonic()
            if time.monotonic() - reported > _REPORT_SECONDS:
                reported = time.monotonic()
                log.info("%s%% of %s days", now.percent, now.days)
                self.on_report()

        settings = self._settings_of(past, number)
        result = run(settings, stop=self.stop, source=lambda: PastSource(number), on_commit=report)
        log.info(
            "part %s of %s: %s, %s new events", number + 1, past.parts, result.reason, f"{result.events:,}"
        )
        if result.reason == "busy":
            raise PartInterrupted(f"Another loader writes {settings.stream}.")
        return result.reason == "caught_up"

    def _settings_of(self, past: Past, number: int) -> Settings:
        settings = replace(self.settings, stream=streams.name(number))
        return settings if past.is_urgent(number) else replace(settings, pace=PACE, max_batch=PACED_BATCH)

    def _refresh(self) -> None:
        """So that views are fast. They are exact without it, and another refresh may run at the same time."""
        try:
            refresh(self.settings.database_url)
        except psycopg.Error as error:
            log.warning("The rollups were not refreshed, and will be by the next refresh: %s", error)
