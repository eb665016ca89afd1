"""The result of reading a frame by a contract: an Event, a Rejected, or a Gap."""

from datetime import datetime
from uuid import UUID

import msgspec

from sse_ingest.dead_letter_reasons import Reason


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event that the warehouse can take. `payload` is the JSON as received, byte for byte; `ts` is UTC."""

    stream_id: str
    offset: int
    event_id: UUID
    event_type: str
    ts: datetime
    partition_key: str
    payload: bytes
    content_hash: bytes
    last_event_id: str
    received: bytes
    beyond: bool = False
    """Whether its type, or a field of its payload, is unknown to the contract. See store/schema_drift.py."""
    record: msgspec.Struct | None = None
    """The payload as the contract reads it; None for a type without a table."""
    version: int | None = None
    """The version of what the event states, as its producer counts; None where the producer does not."""


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """An event that becomes a dead letter: its identity as far as it could be read, and the bytes as received."""

    stream_id: str | None
    offset: int | None
    event_id: UUID | None
    event_type: str | None
    reason_code: Reason
    detail: str
    received: bytes
    last_event_id: str


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Offsets that the source did not send. `missing` is how many; None when that cannot be known."""

    stream_id: str | None
    requested: str
    oldest: int | None
    missing: int | None
    hole: bool = False
    """True: the stream skipped them and did not report it. False: the source reports that it no longer has them."""
