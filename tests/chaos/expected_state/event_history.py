"""What the event logs of a round hold, read from their files: what the warehouse has to agree with."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Accepted:
    """An answer of the service: these events are durable at these offsets. `sent` is the time of the request."""

    stream_id: str
    offsets: list[int]
    event_ids: list[str]
    sent: float


@dataclass
class EventHistory:
    """Every event that was in a log of this round, also if it was deleted since. `logs` are in order of time."""

    frames: dict[tuple[str, int], bytes] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    invalid_ids: set[str] = field(default_factory=set)
    """Ids of events whose content the contract refuses."""

    def read(self, log: Path) -> None:
        """Add what is new in the file. Must be called before anything is deleted from it."""
        connection = sqlite3.connect(f"{log.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        try:
            (stream_id,) = connection.execute("SELECT value FROM meta WHERE name = 'stream_id'").fetchone()
            if stream_id not in self.logs:
                self.logs.append(stream_id)
            known = self.newest(stream_id)
            rows = connection.execute("SELECT offset, frame FROM events WHERE offset > ?", (known,))
            self.frames.update(((stream_id, offset), frame) for offset, frame in rows)
        finally:
            connection.close()

    def newest(self, stream_id: str) -> int:
        """The last offset known of a log."""
        return max((offset for log, offset in self.frames if log == stream_id), default=0)

    def positions(self) -> list[tuple[str, int]]:
        """Every position, in the order of reading."""
        rank = {stream_id: number for number, stream_id in enumerate(self.logs)}
        return sorted(self.frames, key=lambda position: (rank[position[0]], position[1]))

    def missing(self, accepted: Sequence[Accepted]) -> list[str]:
        """What the service accepted and its log does not hold."""
        return [
            f"event {event_id} was accepted at {answer.stream_id}-{offset} but is not in the log"
            for answer in accepted
            for offset, event_id in zip(answer.offsets, answer.event_ids, strict=True)
            if event_id.encode() not in self.frames.get((answer.stream_id, offset), b"")
        ]
