"""What the warehouse has to hold, computed from the log in plain Python: the rules once more, from their description.

It shares nothing with merge.sql. Every event type has a table with a key of its own; of two events that claim one key
the greater (ts, event_id) wins; an order's money is the sum over its payments, and its status that of the greatest
(changed_ts, event_id).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from tests.chaos.expected_state.event_history import Ledger

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
COLUMNS = {
    "orders": "order_id visit_id service_type order_ts location_code customer_id city status subtotal tax tip total "
    "created_at updated_at event_ts event_id",
    "order_items": "order_item_id order_id menu_item_id category item_name unit_price qty extended_price "
    "event_ts event_id",
    "order_status_history": "event_id order_id status changed_ts event_ts",
    "payments": "payment_id order_id method provider amount auth_code subtotal tax tip total location_code "
    "processed_at event_ts event_id",
    "refunds": "refund_id payment_id order_id amount reason refunded_ts event_ts event_id",
    "feedback": "feedback_id order_id customer_id rating nps comment created_ts event_ts event_id",
    "menu_item_changes": "menu_item_id name category price cost changed_ts event_ts event_id",
    "customer_changes": "customer_id city membership changed_ts event_ts event_id",
}
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
_MONEY = ("subtotal", "tax", "tip", "total")
_DECIMALS = {"unit_price", "qty", "extended_price", "amount", "price", "cost", *_MONEY}


@dataclass
class Expected:
    """Where each position belongs, and the rows of each table by their key."""

    raw: dict[Position, UUID] = field(default_factory=dict)
    dead: set[Position] = field(default_factory=set)
    duplicates: set[Position] = field(default_factory=set)
    effects: list[UUID] = field(default_factory=list)
    tables: dict[str, dict[Key, Row]] = field(default_factory=lambda: {name: {} for name in KEYS})


def expected(ledger: Ledger, excused: Collection[Position]) -> Expected:
    """The outcome of everything in the ledger but the positions that were lost with notice."""
    outcome = Expected()
    taken: dict[UUID, Row] = {}
    for position in ledger.ordered():
        if position in excused:
            continue
        frame = ledger.frames[position]
        event = _parsed(frame)
        if event is None or event["event_id"] in ledger.bad_ids:
            outcome.dead.add(position)
            continue
        event_id = UUID(event["event_id"])
        if event_id in taken:
            (outcome.duplicates if taken[event_id] == event else outcome.dead).add(position)
        elif event["event_type"] == "loyalty_points_earned" and event["payload"]["fails"]:
            outcome.dead.add(position)
        else:
            taken[event_id] = event
            outcome.raw[position] = event_id
            if event["event_type"] == "loyalty_points_earned":
                outcome.effects.append(event_id)
    _merge(outcome.tables, taken.values())
    return outcome


def _parsed(frame: bytes) -> Row | None:
    """The event of a frame, without its offset; None for foreign bytes, whose frame begins with its type."""
    if not frame.startswith(b"id: "):
        return None
    data = frame[frame.index(b"\ndata: ") + 7 : -2]
    event: Row = json.loads(data, parse_float=Decimal)
    del event["offset"]
    return event


def _merge(tables: dict[str, dict[Key, Row]], events: Iterable[Row]) -> None:
    for event in sorted(events, key=lambda event: (_moment(event["ts"]), UUID(event["event_id"]))):
        made = {
            **_typed(event["payload"]),
            "event_ts": _moment(event["ts"]),
            "event_id": UUID(event["event_id"]),
        }
        table = _TABLE.get(event["event_type"])
        if table is not None:
            key = tuple(made[name] for name in KEYS[table])
            tables[table][key] = made  # in the order of the versions: the last one wins
    _derive(tables)


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
        last = max(changed, key=lambda change: (change["changed_ts"], change["event_id"]), default=None)
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


def differences(table: str, wanted: dict[Key, Row], found: list[tuple[Any, ...]]) -> list[str]:
    """Rows that are missing, too many, or other than they should be, one line each."""
    columns = COLUMNS[table].split()
    key = [columns.index(name) for name in KEYS[table]]
    held = {tuple(row[place] for place in key): row for row in found}
    lines = [f"{table}: {_named(missing)} is missing" for missing in wanted.keys() - held.keys()]
    lines += [f"{table}: {_named(extra)} should not be there" for extra in held.keys() - wanted.keys()]
    for row_key in wanted.keys() & held.keys():
        should = tuple(wanted[row_key].get(column) for column in columns)
        if should != held[row_key]:
            wrong = [
                f"{column} is {is_!r}, not {want!r}"
                for column, want, is_ in zip(columns, should, held[row_key], strict=True)
                if want != is_
            ]
            lines.append(f"{table}: {_named(row_key)}: {', '.join(wrong)}")
    return lines


def _named(key: Key) -> str:
    return " ".join(map(str, key))
