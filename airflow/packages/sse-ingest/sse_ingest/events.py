"""What a contract makes of a frame: an Event, a Rejected, or a Gap."""

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
    """It says more than the contract knows: of an unknown type, or with unknown fields. See store/schema_drift.py."""
    record: msgspec.Struct | None = None
    """The payload as the contract reads it; None for a type without a table. """


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """An event for the dead letters, with as much of its identity as could be read, and the bytes as received."""

    stream_id: str | None
    offset: int | None
    event_id: UUID | None
    event_type: str | None
    reason_code: Reason
    detail: str
    received: bytes
    last_event_id: str


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Offsets that the source did not send. `missing` is None where their number cannot be known."""

    stream_id: str | None
    requested: str
    oldest: int | None
    missing: int | None
    hole: bool = False
    """The stream skipped them without a word. Otherwise the source says that it no longer holds them."""
