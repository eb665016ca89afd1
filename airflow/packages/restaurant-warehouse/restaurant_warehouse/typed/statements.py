"""Generates the statements of an event type: COPY for new rows, and the merge from JSON.

They are built from our own definitions, which are literals: no part of them comes from outside.
"""

from datetime import datetime
from typing import LiteralString, get_args
from uuid import UUID

import msgspec

from restaurant_warehouse import change_order
from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import Currency
from sse_ingest.contract.diagnose import base_type
from sse_ingest.contract.fields import Exact

_CASTS = {UUID: "uuid", int: "integer", bool: "boolean"}


def copy(kind: EventType) -> LiteralString:
    """COPY of new rows with their derived columns, as CSV with the escapes of JSON."""
    columns = ", ".join((*kind.columns, *kind.derived))
    return f"COPY {kind.table} ({columns}) FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\\')"


def merge(kind: EventType) -> LiteralString:
    """Merge the events of this type in `incoming`. Of two events with the same key, change_order.py says which wins.

    The statement returns the orders whose derived columns may change: the old and the new one, because an event can
    move to another order.
    """
    names = kind.key if kind.parts else kind.payload.__struct_fields__
    fields = {field: f"{read(kind, field)} AS {field}" for field in names}
    ts = "coalesce(part_ts, ts)" if kind.in_snapshots else "ts"
    from_ts = [f"{ts} AS {column}" for column in kind.from_ts]
    unique = kind.key == ("event_id",)
    distinct = "" if unique else f" DISTINCT ON ({', '.join(kind.key)})"
    order = "" if unique else f"\n    ORDER BY {', '.join(kind.key)}, {change_order.INCOMING}"
    at = [f"{ts} AS event_ts", "event_id", "version AS event_version", "event_offset"]
    of_snapshots = ["snapshot_ts"] if kind.in_snapshots else []
    if of_snapshots:
        at.append("CASE WHEN part_ts IS NOT NULL THEN ts END AS snapshot_ts")
    selected = ",\n        ".join([*fields.values(), *from_ts, *at])
    columns = (*kind.columns, *of_snapshots, *([kind.newest_ts] if kind.newest_ts else []))
    values = (*kind.columns, *of_snapshots, *(["event_ts"] if kind.newest_ts else []))
    statement = (
        f"WITH newest AS (\n    SELECT{distinct}\n        {selected}\n    FROM incoming\n"
        f"    WHERE event_type = '{kind.name}'{order}\n)\n"
        f"INSERT INTO {kind.table} AS t ({', '.join(columns)})\n"
        f"SELECT {', '.join(values)}\nFROM newest\n"
        f"ON CONFLICT ({', '.join(kind.key)}) DO {'NOTHING' if unique else _update(kind)}"
    )
    return statement + ("\nRETURNING old.order_id, new.order_id" if kind.decides_orders else "")


def place(kind: EventType, alias: LiteralString) -> LiteralString:
    """The place of a row of the table in the order of changes."""
    return change_order.stated_row(alias) if kind.in_snapshots else change_order.row(alias)


def _update(kind: EventType) -> str:
    changed = [f"{column} = excluded.{column}" for column in kind.columns if column not in kind.key]
    if kind.in_snapshots:
        changed.append("snapshot_ts = excluded.snapshot_ts")
    if kind.is_replaceable:
        changed.append("is_replaced = false")  # typed/snapshots.py decides it, after all merges
    if kind.newest_ts:
        changed.append(f"{kind.newest_ts} = greatest(t.{kind.newest_ts}, excluded.{kind.newest_ts})")
    return (
        "UPDATE SET\n    "
        + ",\n    ".join(changed)
        + f"\nWHERE {place(kind, 't')} < {place(kind, 'excluded')}"
    )


def read(kind: EventType, field: str) -> str:
    """The SQL expression of a payload field. It gives exactly the value that the contract reads."""
    key, annotation = next(
        (one.encode_name, one.type) for one in msgspec.structs.fields(kind.payload) if one.name == field
    )
    base = base_type(annotation)
    text = f"payload ->> '{key}'"
    if base is datetime:
        return f"analytics.moment({text})"
    cast_to = "numeric" if issubclass(base, Exact) else _CASTS.get(base)
    if cast_to is None:
        return text if Currency not in get_args(annotation) else _known_currency(text)
    if field in kind.later_fields:
        return f"CASE WHEN pg_input_is_valid({text}, '{cast_to}') THEN ({text})::{cast_to} END"
    return f"({text})::{cast_to}"


def _known_currency(text: str) -> str:
    """Null for what earlier contracts let an event name: any text."""
    known = "SELECT c.currency FROM analytics.currencies AS c WHERE c.currency"
    return f"({known} = {text})"
