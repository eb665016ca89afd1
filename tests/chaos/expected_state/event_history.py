"""What the event log holds, read from its file as it stands: the truth that the warehouse has to equal."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.environment.producer import Accepted


@dataclass
class Ledger:
    """Every offset that was ever in a log of this round. `logs` are in the order in which they were begun."""

    frames: dict[tuple[str, int], bytes] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    bad_ids: set[str] = field(default_factory=set)
    """Ids of planted events whose content the contract refuses."""

    def absorb(self, log: Path) -> None:
        """Take in what is new in the file. To be called before anything is deleted from it."""
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

    def ordered(self) -> list[tuple[str, int]]:
        """Every position, as a reader meets them."""
        rank = {stream_id: number for number, stream_id in enumerate(self.logs)}
        return sorted(self.frames, key=lambda position: (rank[position[0]], position[1]))

    def broken_promises(self, accepted: list[Accepted]) -> list[str]:
        """What the service said it had stored, and its log does not hold."""
        return [
            f"accepted at {answer.stream_id}-{offset} but not in the log: event {event_id}"
            for answer in accepted
            for offset, event_id in zip(answer.offsets, answer.event_ids, strict=True)
            if event_id.encode() not in self.frames.get((answer.stream_id, offset), b"")
        ]
