"""The definition of an event type: its payload, the table for its events, and what else its events decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

import msgspec

from restaurant_warehouse import change_order


def _never(_payload: Any) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One event type. Its SQL statements, its contract and its known fields are derived from this.

    The table's columns are the fields of the payload in their order, then `from_ts`, then those of `change_order`: the
    event's place in the order of changes, then `derived`.
    """

    name: str
    """The `event_type` of its events."""
    payload: type[msgspec.Struct]
    table: LiteralString
    key: tuple[LiteralString, ...]
    """The primary key. Of two events with one key, change_order.py says which wins. `event_id`: one row per event."""
    later_fields: frozenset[str] = frozenset()
    """Optional fields that the contract did not know at first. A raw event of that time may hold anything there: it is
    null where it is not a value of the column."""
    from_ts: tuple[LiteralString, ...] = ()
    """Columns that hold the event's `ts`."""
    derived: tuple[LiteralString, ...] = ()
    """Derived columns: other events of the same order decide them. See typed/order_totals.py."""
    newest_ts: LiteralString | None = None
    """The derived column that holds the newest `ts` of all these events. It begins with the event's own `ts`."""
    decides_orders: bool = False
    """Its events decide derived columns of the order that their field `order_id` names."""
    event_time: str | None = None
    """The payload field with the time at which it happened; None: the event's `ts`."""
    restates: Callable[[Any], bool] = _never
    """Whether an event with this payload changes the figures of its order's minute. Only such an event can be late."""
    parts: frozenset[str] = frozenset()
    """For a snapshot: the types of the events that it becomes. Its own row has the key only: see typed/snapshots.py."""
    in_snapshots: bool = False
    """A snapshot states it too. Its rows have `snapshot_ts`, the ts of the snapshot that wrote them."""
    is_replaceable: bool = False
    """It ends when a newer snapshot of its order does not have it. Its rows have `is_replaced`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that an event fills."""
        fields = self.key if self.parts else self.payload.__struct_fields__
        return (*fields, *self.from_ts, *change_order.COLUMNS)

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns that this code writes."""
        of_snapshots = [name for name, has in
            (("snapshot_ts", self.in_snapshots), ("is_replaced", self.is_replaceable)) if has]  # fmt: skip
        return (*self.columns, *self.derived, *of_snapshots)
