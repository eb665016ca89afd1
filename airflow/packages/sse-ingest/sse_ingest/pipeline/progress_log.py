"""The lines in which a run tells its log what it has done."""

import logging
import time
from collections.abc import Callable, Mapping

from sse_ingest.store.store import Tally

log = logging.getLogger("sse_ingest")

WHY: Mapping[str, str] = {
    "handed_over": "its standby takes over",
    "deadline": "its time is over",
    "stopped": "it was told to stop",
    "busy": "another run writes this stream",
    "caught_up": "it has read everything that the service has",
    "ended": "the service has ended the stream",
    "paused": "the DAG is paused",
    "max_events": "it has committed as many events as it may",
}
"""The reasons for which a run ends."""


def counts(tally: Tally, position: str) -> str:
    """What was committed, as the end of a sentence. `position` is the id of a frame; empty: no event yet."""
    noticed = {"duplicate": tally.duplicates, "dead letter": tally.rejected, "gap": tally.gaps}
    return (
        f"{_number(tally.events, 'new event')} in {_number(tally.transactions, 'transaction')}"
        f"{''.join(f', {_number(count, name)}' for name, count in noticed.items() if count)}; "
        f"the position is {position or 'as before'}"
    )


def _number(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"


class ProgressLog:
    """Writes one line in `every` seconds while the run commits, and none while nothing changes."""

    def __init__(self, stream: str, every: float = 10.0, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._every = every
        self._now = now
        self._written = now()
        self._transactions = 0

    def tick(self, tally: Tally, position: str) -> None:
        """Called often. `tally` holds the counts of the run so far."""
        if tally.transactions == self._transactions or self._now() - self._written < self._every:
            return
        self._written, self._transactions = self._now(), tally.transactions
        log.info("Stream %s: committed so far %s.", self._stream, counts(tally, position))


def end_of_run(reason: str, tally: Tally, position: str, seconds: float) -> str:
    """The last line of a run; `reason` is a key of WHY."""
    return (
        f"The run ends after {seconds:.1f} s because {WHY[reason]}. It committed {counts(tally, position)}."
    )
