"""The loop from a source to the store: the only module that connects the others.

Three threads share the work: one reads, this one decodes, parses and formats, one commits.
"""

import gc
import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sse_ingest.database.connection import connect
from sse_ingest.errors import DatabaseUnavailable, SourceUnavailable
from sse_ingest.lease.lease import Lease, Position
from sse_ingest.pipeline.committer import Committer
from sse_ingest.pipeline.gc_tuning import tuned
from sse_ingest.pipeline.metrics import Exporter, NoExport, exporter_of
from sse_ingest.pipeline.progress_log import ProgressLog
from sse_ingest.pipeline.source_head import HeadWatcher
from sse_ingest.settings import Settings
from sse_ingest.sources.backoff import Backoff
from sse_ingest.sources.base import Address, Source
from sse_ingest.sources.registry import open_source
from sse_ingest.store.batch import Batch
from sse_ingest.store.offset_gaps import GapDetector
from sse_ingest.store.store import Store, Tally

log = logging.getLogger("sse_ingest")
_COLLECT_SECONDS = 60.0

Reason: TypeAlias = Literal["handed_over", "deadline", "stopped", "busy", "caught_up", "ended"]


@dataclass(frozen=True)
class Progress:
    """The state of a run after a commit: its counts so far and its position."""

    tally: Tally
    position: str


@dataclass(frozen=True)
class Result:
    """The result of a run. `events` counts new rows of events_raw; positions are ids of frames."""

    reason: Reason
    events: int
    batches: int
    rejected: int
    duplicates: int
    gaps: int
    first_position: str
    last_position: str
    seconds: float

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds if self.seconds else 0.0


def run(
    settings: Settings,
    *,
    stop: threading.Event | None = None,
    on_commit: Callable[[Progress], None] | None = None,
    source: Callable[[], Source] | None = None,
) -> Result:
    """Ingest until `stop` is set, the deadline, a handover, the end of the stream, or (polling) until caught up.

    `source` makes the source, in place of the one that the settings describe.

    The run waits for a database that is unavailable. An error that a person has to correct raises a TerminalError at
    once. A transient error that lasts longer than `settings.give_up_seconds` is raised as its TransientError.
    """
    with tuned():
        stop, on_commit = stop or threading.Event(), on_commit or (lambda _progress: None)
        return _Run(settings, stop, on_commit, source or (lambda: _source_of(settings))).until_done()


def _source_of(settings: Settings) -> Source:
    return open_source(
        Address(
            url=settings.source_url,
            path=settings.path,
            token=settings.token,
            poll=settings.mode == "poll",
            # A foreign stream does not know our parameter.
            since="earliest" if settings.contract.strict else None,
        )
    )


@dataclass
class _Run:
    settings: Settings
    stop: threading.Event
    on_commit: Callable[[Progress], None]
    source: Callable[[], Source]
    total: Tally = field(default_factory=Tally)
    first_position: str = ""
    last_position: str = ""
    started: float = field(default_factory=time.monotonic)
    failing_since: float | None = None
    collected: float = field(default_factory=time.monotonic)
    backoff: Backoff = field(default_factory=lambda: Backoff(base=0.25))
    metrics: Exporter = field(default_factory=NoExport)

    def __post_init__(self) -> None:
        self.progress = ProgressLog(self.settings.stream)

    def until_done(self) -> Result:
        while True:
            try:
                return self._result(self._write())
            except DatabaseUnavailable as error:
                self.failing_since = self.failing_since or time.monotonic()
                if time.monotonic() - self.failing_since > self.settings.give_up_seconds:
                    raise
                pause = self.backoff.next_delay()
                log.warning("%s Trying again in %.1f s.", error, pause)
                self.stop.wait(pause)
                if reason := self._reason_to_end():
                    return self._result(reason)

    def _write(self) -> Reason:
        """Take the lease, and stream until there is a reason to end.

        Everything that needs no lease is prepared before, so that a handover takes no longer than the handover of the
        lock. At the end the lease is released first, before anything else is closed.
        """
        settings = self.settings
        with (
            connect(settings.database_url, "writer", settings.schemas) as connection,
            closing(self.source()) as source,
            closing(HeadWatcher(self.source() if settings.contract.strict else None)) as head,
            Lease(settings, connection.info.backend_pid, head.value) as lease,
        ):
            store = Store(connection, settings)
            position = lease.take(wait=settings.mode == "stream", stop=self._standing_by)
            if position is None:
                return self._reason_to_end() or "busy"
            log.info(
                "Stream %s: this run writes what follows after %s (fence %d).",
                settings.stream,
                position.last_event_id or "the beginning",
                position.fence,
            )
            with closing(exporter_of(settings, position.offset)) as self.metrics:
                return self._stream(source, store.begin(position.fence), lease, position, head)

    def _stream(
        self, source: Source, store: Store, lease: Lease, position: Position, head: HeadWatcher
    ) -> Reason:
        """Commit the events after the checkpoint as they arrive."""
        settings = self.settings
        parser = settings.contract.parser(settings.stream, position.offset)
        detector = GapDetector(position.stream_id, position.offset, strict=settings.contract.strict)
        with Committer(store, settings, self._committed) as committer:
            for frames in source.batches(position.last_event_id, lambda: self._reason_to_end() is not None):
                lease.check()
                committer.check()
                self._collect()
                self.progress.tick(self.total, self.last_position)
                self.metrics.tick(head.value())
                items = detector.detect([parser.parse(frame) for frame in frames])
                committer.add(items, more=source.pending)
                if committer.idle:
                    self._reset_failures()
                if source.down_seconds > settings.give_up_seconds:
                    raise SourceUnavailable(
                        f"{settings.source_url} has not answered for {source.down_seconds:.0f} s: start the event "
                        "service, or correct the connection."
                    )
                if reason := self._reason_to_end(lease):
                    break
            else:
                reason = self._reason_to_end(lease) or ("caught_up" if settings.mode == "poll" else "ended")
        lease.release()
        return reason

    def _standing_by(self) -> bool:
        """Called repeatedly during the wait for the lease: the database answers, so an earlier failure is over."""
        self._reset_failures()
        return self._reason_to_end() is not None

    def _reset_failures(self) -> None:
        self.failing_since = None
        self.backoff.reset()

    def _collect(self) -> None:
        """Run the garbage collector, which gc_tuning.py has disabled."""
        if time.monotonic() - self.collected > _COLLECT_SECONDS:
            gc.collect()
            self.collected = time.monotonic()

    def _reason_to_end(self, lease: Lease | None = None) -> Reason | None:
        settings = self.settings
        if self.stop.is_set():
            return "stopped"
        if (
            settings.deadline_seconds is not None
            and time.monotonic() - self.started >= settings.deadline_seconds
        ):
            return "deadline"
        if (
            lease is not None
            and settings.standby_seconds is not None
            and lease.standby_waited >= max(settings.standby_seconds, 0.001)
        ):
            return "handed_over"
        return None

    def _committed(self, tally: Tally, batch: Batch) -> None:
        self._reset_failures()
        self.total.add(tally)
        self.metrics.committed(tally, batch)
        self.first_position = self.first_position or batch.first_position
        self.last_position = batch.last_position or self.last_position
        self.on_commit(Progress(self.total, self.last_position))

    def _result(self, reason: Reason) -> Result:
        total = self.total
        return Result(
            reason=reason,
            events=total.events,
            batches=total.transactions,
            rejected=total.rejected,
            duplicates=total.duplicates,
            gaps=total.gaps,
            first_position=self.first_position,
            last_position=self.last_position,
            seconds=time.monotonic() - self.started,
        )
