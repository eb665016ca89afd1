"""What the service asks of an event log. Each engine has a folder beside this file; `api.log.factory` opens one.

The log owns the offsets: gapless, in append order, never used twice. Readers own their position: any number of
them read the same events, and none takes an event from another. tests/unit/api/test_log_conformance.py holds every
engine to this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Protocol
from uuid import UUID

import msgspec

CHUNK_BYTES = 128 * 1024  # of frames in one read: this bounds the memory per slow reader


class LogError(Exception):
    """The event log refuses; the message says what to do."""


class LogUnavailable(LogError):
    """The log cannot be written; nothing was stored. Free the disk or repair it: the next append tries again."""


class LogFull(LogUnavailable):
    """The disk of the event log is full; nothing was stored. Free space: the next append tries again."""


class LogOverloaded(LogUnavailable):
    """More is waiting to be stored than the service holds in memory; nothing was stored. Try again in a second."""


class EventIdConflict(LogError):
    """An event_id that the log holds with another content. Give the new event an id of its own."""

    def __init__(self, index: int, event_id: UUID) -> None:
        super().__init__(f"event_id {event_id} is in the log with another content")
        self.index = index
        self.event_id = event_id


@dataclass(frozen=True, slots=True)
class Retention:
    """How long and how many events are kept; whichever is reached first."""

    age: timedelta
    count: int


OnCommit = Callable[[int, float], None]
"""Called after each commit with the number of new events and its duration in seconds."""


@dataclass(slots=True)
class Draft:  # not frozen: a frozen one costs four times as much, and there is one per event
    """An event before it has an offset. `payload` is one line of JSON; the log keeps its number literals.

    Without an `event_id` the draft is `raw`: the log sends its payload in place of the whole event.
    An `unchecked` draft is stored even when the log holds its id already (the simulator's duplicates).
    """

    event_type: str
    partition_key: str
    ts: str
    payload: bytes
    event_id: UUID | None = None
    unchecked: bool = False
    version: int | None = None


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """Where a draft is in the log. `duplicate` means that it was there before."""

    offset: int
    duplicate: bool


class Record(msgspec.Struct, frozen=True, gc=False):
    """An event in the log, encoded once to the SSE frame that every reader gets."""

    offset: int
    event_type: str
    partition_key: str
    frame: bytes


@dataclass(frozen=True, slots=True)
class EventFilter:
    """A reader's filter; an empty set lets everything pass."""

    types: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.types or self.locations)

    def matches(self, record: Record) -> bool:
        """Whether the reader gets this record."""
        return (not self.types or record.event_type in self.types) and (
            not self.locations or record.partition_key in self.locations
        )


EVERYTHING = EventFilter()


@dataclass(frozen=True)
class Batch:
    """The answer to one read: `frames` in order, and `after`, the position for the next read.

    When events after the requested position are deleted, there are no frames, and `gap` is the oldest offset held.
    """

    after: int
    frames: Sequence[bytes] = field(default=())
    gap: int | None = None

    @cached_property
    def joined(self) -> bytes:
        """All frames as one piece; readers at the same position share it."""
        return b"".join(self.frames)


class EventLog(Protocol):
    """A durable, append-only sequence of events. Call its methods in the event loop that opened it."""

    @property
    def stream_id(self) -> str:
        """The name of this log. A log that replaces a lost one has another name."""

    @property
    def head(self) -> int:
        """The offset of the newest event, 0 before the first."""

    @property
    def oldest(self) -> int:
        """The offset of the oldest event held; head + 1 when none is."""

    @property
    def last_append(self) -> datetime | None:
        """When the newest event was appended, by this process or an earlier one. None when no event is held."""

    @property
    def trouble(self) -> str | None:
        """Why the last append failed. None when it succeeded."""

    async def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Store all drafts or none; return when they are durable."""

    async def read(
        self, after: int, limit: int, only: EventFilter = EVERYTHING, max_bytes: int = CHUNK_BYTES
    ) -> Batch:
        """The events after a position, at most `limit` of them and about `max_bytes`."""

    async def changed(self, after: int) -> bool:
        """Wait until there is an event after the position; False when the log is draining."""

    async def locate(self, moment: datetime) -> int:
        """The position after which every event was appended at the moment or later."""

    async def probe(self) -> None:
        """Write something durable, or raise LogUnavailable."""

    def drain(self) -> None:
        """Release every waiting reader, because the service stops."""

    async def close(self) -> None:
        """Store the appends that wait, then release the storage. A second call does nothing."""


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, with microseconds only where there are some."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
