"""A thread beside a run: it copies the position into an Airflow Variable, and ends the run when the DAG is paused."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from airflow.sdk import Variable

from sse_ingest.pipeline.run import Progress

DESCRIPTION = (
    "A copy of the last committed position, for people. The cursor is in raw_data.stream_checkpoints."
)


class _Log(Protocol):
    def warning(self, event: str, *args: object) -> object: ...


class Companion:
    """A thread beside the run, so that a commit never waits for Airflow's API.

    Every `round_seconds` it writes the position to an Airflow Variable, if the position has changed, and checks
    whether the DAG is paused. An error of either is logged and does not fail the run; the next round tries again.
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
        self._thread = threading.Thread(target=self._run_rounds, name="sse-companion", daemon=True)

    def committed(self, progress: Progress) -> None:
        """Called by the run after each commit. It keeps the position, and ends the run at `max_events`."""
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
        # A round hangs as long as Airflow's API hangs. The result of the run is more important than the Variable.
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._attempt(self._mirror)

    def _run_rounds(self) -> None:
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
        except Exception as error:  # noqa: BLE001 - Airflow's API can raise any error; the stream continues
            self._log.warning(
                "Position or pause not synchronised with Airflow: %s: %s", type(error).__name__, error
            )
