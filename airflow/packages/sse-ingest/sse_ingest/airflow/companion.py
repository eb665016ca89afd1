"""What goes on beside a run: the mirror of its position, and the reasons of ours to end it."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from airflow.sdk import Variable

from sse_ingest.pipeline.run import Progress

DESCRIPTION = "Mirror of the last committed position, to read. The cursor is in raw_data.stream_checkpoints."


class _Log(Protocol):
    def warning(self, event: str, *args: object) -> object: ...


class Companion:
    """A thread beside the run, so that no call to Airflow's API is ever waited for between two commits.

    Every `round_seconds` it writes the position to an Airflow Variable, if it moved, and asks whether
    the DAG is paused. Neither can fail the run: whatever goes wrong is logged, and the next round tries
    again.
    """

    round_seconds = 10.0

    def __init__(
        self,
        stop: threading.Event,
        *,
        variable: str,
        paused: Callable[[], bool],
        max_events: int | None,
        log: _Log,
    ) -> None:
        self.reason: str | None = None
        self._stop = stop
        self._variable = variable
        self._paused = paused
        self._max_events = max_events
        self._log = log
        self._over = threading.Event()
        self._position = ""
        self._mirrored = ""
        self._thread = threading.Thread(target=self._beside, name="sse-companion", daemon=True)

    def committed(self, progress: Progress) -> None:
        """Called by the run after each commit: keeps the position and does no more."""
        self._position = progress.position
        if self._max_events is not None and progress.tally.events >= self._max_events:
            self._end("max_events")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # A round can hang as long as Airflow's API does; the run's result is worth more than the mirror.
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._attempt(self._mirror)

    def _beside(self) -> None:
        while not self._over.wait(self.round_seconds):
            self._attempt(self._mirror)
            self._attempt(self._watch)

    def _mirror(self) -> None:
        position = self._position
        if self._variable and position != self._mirrored:
            Variable.set(self._variable, position, description=DESCRIPTION)
            self._mirrored = position

    def _watch(self) -> None:
        if self._paused():
            self._end("paused")

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._stop.set()

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - Airflow's API raises what it likes; the stream goes on
            self._log.warning("Beside the stream: %s: %s", type(error).__name__, error)
