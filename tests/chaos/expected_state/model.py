"""What the warehouse has to hold, computed from the event history in plain Python.

It implements the documented rules a second time and shares nothing with merge.sql. Every event type has a table with
its own key. Of two events with the same key the greater (version, ts, offset, event_id) wins, and no version is less
than any. The money of an order is the sum of its payments; its status is that of the greatest (version, changed_ts,
place in the life of an order, offset, event_id).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from tests.chaos.expected_state.event_history import EventHistory

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]
Position: TypeAlias = tuple[str, int]

KEYS = {
    "orders": ("order_id",),
    "order_items": ("order_item_id",),
    "order_status_history": ("event_id",),
    "payments": ("payment_id",),
    "refunds": ("refund_id",),
    "feedback": ("feedback_id",),
    "menu_item_changes": ("menu_item_id", "changed_ts"),
    "customer_changes": ("customer_id", "changed_ts"),
}
_OWN_COLUMNS = {
    "orders": "order_id visit_id service_type order_ts location_code customer_id city status subtotal tax tip total "
    "created_at updated_at",
    "order_items": "order_item_id order_id menu_item_id category item_name unit_price qty extended_price",
    "order_status_history": "order_id status changed_ts",
    "payments": "payment_id order_id method provider amount auth_code subtotal tax tip total location_code "
    "processed_at",
    "refunds": "refund_id payment_id order_id amount reason refunded_ts",
    "feedback": "feedback_id order_id customer_id rating nps comment created_ts",
    "menu_item_changes": "menu_item_id name category price cost changed_ts",
    "customer_changes": "customer_id city membership changed_ts",
}
_PLACE = " event_ts event_id event_version event_offset"
COLUMNS = {table: columns + _PLACE for table, columns in _OWN_COLUMNS.items()}
_TABLE = {
    "order_created": "orders",
    "order_item_added": "order_items",
    "order_status_changed": "order_status_history",
    "payment_captured": "payments",
    "payment_refunded": "refunds",
    "feedback_submitted": "feedback",
    "menu_item_changed": "menu_item_changes",
    "customer_changed": "customer_changes",
}
_STATUSES = ("pending", "preparing", "ready", "completed", "cancelled")
_MONEY = ("subtotal", "tax", "tip", "total")
_DECIMALS = {"unit_price", "qty", "extended_price", "amount", "price", "cost", *_MONEY}


@dataclass
class ExpectedState:
    """The table that each position belongs to, and the rows of each typed table by key."""

    raw: dict[Position, UUID] = field(default_factory=dict)
    dead_letters: set[Position] = field(default_factory=set)
    duplicates: set[Position] = field(default_factory=set)
    effects: list[UUID] = field(default_factory=list)
    tables: dict[str, dict[Key, Row]] = field(default_factory=lambda: {name: {} for name in KEYS})


def expected_state(history: EventHistory, unread: Collection[Position]) -> ExpectedState:
    """The result of every event in the history, except the positions that were deleted before they were read."""
    state = ExpectedState()
    accepted: dict[UUID, Row] = {}
    offsets: dict[UUID, int] = {}
    for position in history.positions():
        if position in unread:
            continue
        event = _parsed(history.frames[position])
        if event is None or event["event_id"] in history.invalid_ids:
            state.dead_letters.add(position)
            continue
        event_id = UUID(event["event_id"])
        if event_id in accepted:
            (state.duplicates if accepted[event_id] == event else state.dead_letters).add(position)
        elif event["event_type"] == "loyalty_points_earned" and event["payload"]["fails"]:
            state.dead_letters.add(position)
        else:
            accepted[event_id], offsets[event_id] = event, position[1]
            state.raw[position] = event_id
            if event["event_type"] == "loyalty_points_earned":
                state.effects.append(event_id)
    _merge(state.tables, accepted.values(), offsets)
    return state


def _parsed(frame: bytes) -> Row | None:
    """The event of a frame, without its offset; None for invalid bytes, whose frame does not begin with its id."""
    if not frame.startswith(b"id: "):
        return None
    data = frame[frame.index(b"\ndata: ") + 7 : -2]
    event: Row = json.loads(data, parse_float=Decimal)
    del event["offset"]
    return event


def _merge(tables: dict[str, dict[Key, Row]], events: Iterable[Row], offsets: dict[UUID, int]) -> None:
    """`offsets`: where each event was first taken."""
    by_type = [(event["event_type"], _row(event, offsets)) for event in events]
    for event_type, row in sorted(
        by_type, key=lambda typed: (_version(typed[1]), typed[1]["event_ts"], *_end(typed[1]))
    ):
        table = _TABLE.get(event_type)
        if table is not None:
            key = tuple(row[name] for name in KEYS[table])
            tables[table][key] = row  # events are in order of their versions: the last one wins
    _derive(tables)


def _row(event: Row, offsets: dict[UUID, int]) -> Row:
    event_id = UUID(event["event_id"])
    place = {"event_id": event_id, "event_version": event.get("version"), "event_offset": offsets[event_id]}
    return {**_typed(event["payload"]), "event_ts": _moment(event["ts"]), **place}


def _version(row: Row) -> int:
    return -1 if row["event_version"] is None else row["event_version"]


def _end(row: Row) -> tuple[int, UUID]:
    return (row["event_offset"], row["event_id"])


def _change(row: Row) -> tuple[Any, ...]:
    return (_version(row), row["changed_ts"], _STATUSES.index(row["status"]), *_end(row))


def _derive(tables: dict[str, dict[Key, Row]]) -> None:
    payments: dict[UUID, list[Row]] = defaultdict(list)
    for payment in tables["payments"].values():
        payment["processed_at"] = payment["event_ts"]
        payments[payment["order_id"]].append(payment)
    changes: dict[UUID, list[Row]] = defaultdict(list)
    for change in tables["order_status_history"].values():
        changes[change["order_id"]].append(change)
    for (order_id,), order in tables["orders"].items():
        paid, changed = payments[order_id], changes[order_id]
        for name in _MONEY:
            order[name] = sum(payment[name] for payment in paid) if paid else None
        last = max(changed, key=_change, default=None)
        order["status"] = last["status"] if last else "pending"
        order["created_at"] = order["event_ts"]
        order["updated_at"] = max(row["event_ts"] for row in (order, *paid, *changed))


def _typed(payload: Row) -> Row:
    return {name: _value(name, value) for name, value in payload.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DECIMALS:
        return Decimal(value)
    if name.endswith("_ts"):
        return _moment(value)
    if name in {"order_id", "order_item_id", "payment_id", "refund_id", "feedback_id"}:
        return UUID(value)
    return value


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def diff(table: str, expected: dict[Key, Row], actual: list[tuple[Any, ...]]) -> list[str]:
    """Rows that are missing, unexpected or different, one line per row."""
    columns = COLUMNS[table].split()
    key = [columns.index(name) for name in KEYS[table]]
    stored = {tuple(row[place] for place in key): row for row in actual}
    lines = [f"{table}: {_named(missing)} is missing" for missing in expected.keys() - stored.keys()]
    lines += [f"{table}: {_named(extra)} is not expected" for extra in stored.keys() - expected.keys()]
    for row_key in expected.keys() & stored.keys():
        right = tuple(expected[row_key].get(column) for column in columns)
        if right != stored[row_key]:
            wrong = [
                f"{column} is {is_!r}, not {should!r}"
                for column, should, is_ in zip(columns, right, stored[row_key], strict=True)
                if should != is_
            ]
            lines.append(f"{table}: {_named(row_key)}: {', '.join(wrong)}")
    return lines


def _named(key: Key) -> str:
    return " ".join(map(str, key))
