"""The total order of changes: of two events that state the same thing, it decides which one counts.

It compares, one after the other, until they differ:

1. the version; an absent one is lower than any other,
2. the time of the change: the event's `ts`, for a status its `changed_ts`,
3. for a status, its place in the life of an order,
4. the offset at which the event was taken,
5. the event_id.

All of them are in the raw events. So neither arrival nor batches decide, and a rebuild decides as ingestion did. The
other orders of this kind, in sql/, are the same; a test finds any that is not.
"""

from datetime import datetime
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

from sse_ingest.events import Event

STATUSES = ("pending", "preparing", "ready", "completed", "cancelled")
"""The life of an order. A completed order can still be cancelled. In SQL: analytics.status_place()."""

_PLACE = {status: place for place, status in enumerate(STATUSES, start=1)}
_NO_VERSION = -1

COLUMNS = ("event_ts", "event_id", "event_version", "event_offset")
"""The columns of a typed row that hold its place in the order."""

INCOMING: LiteralString = "coalesce(version, -1) DESC, ts DESC, event_offset DESC, event_id DESC"
"""Events of the table `incoming`, the greatest first."""

StatusPlace: TypeAlias = tuple[int, datetime, int, int, UUID]


def row(alias: LiteralString) -> LiteralString:
    """The place of a typed row, as a SQL row that can be compared."""
    return f"(coalesce({alias}.event_version, -1), {alias}.event_ts, {alias}.event_offset, {alias}.event_id)"


def stated_row(alias: LiteralString) -> LiteralString:
    """The same in a table that snapshots fill too. There event_ts is when it happened, and snapshot_ts the ts of the
    snapshot that wrote the row.
    """
    return row(alias).replace(f"{alias}.event_ts", f"coalesce({alias}.snapshot_ts, {alias}.event_ts)")


def of_status(event: Event) -> StatusPlace:
    """The place of an order_status_changed among all status changes of its order."""
    change: Any = event.record
    version = _NO_VERSION if event.version is None else event.version
    return (version, change.changed_ts, _PLACE[change.status], event.offset, event.event_id)
