"""Migration 0021: rows that were merged by (ts, event_id) come to the order of changes, and a rebuild confirms it."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.types.json import Jsonb

import sql
from restaurant_warehouse.change_order import STATUSES
from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.event_types import EVENT_TYPES
from sql.tool import migrate as migrations
from sse_ingest.contract.fields import Exact
from sse_ingest.events import Event
from sse_ingest.rebuild.rebuild import Request, rebuild
from tests.support.core import owned
from tests.support.events import frame, moment, parsed, payload

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]

BEFORE = "0020"
NEW_COLUMNS = {
    *("event_version", "event_offset", "scheduled_for", "guest_count", "currency", "channel"),
    *("parent_item_id", "tax_included", "kind", "service_charge", "discount", "rounding"),
    *("snapshot_ts", "is_replaced"),
    "external_id",
}
"""Columns of this migration and of later ones."""
NEW_TYPES = {
    *("order_item_voided", "payment_voided", "discount_applied", "service_charge_added", "order_snapshot")
}
"""Types of later migrations."""
TYPES = {name: kind for name, kind in EVENT_TYPES.items() if name not in NEW_TYPES}
DERIVED: LiteralString = """
UPDATE analytics.orders AS o SET status = coalesce(s.status, 'pending'), subtotal = p.subtotal, tax = p.tax,
    tip = p.tip, total = p.total, updated_at = greatest(o.created_at, p.last_ts, s.last_ts)
FROM analytics.orders AS t
CROSS JOIN LATERAL (
    SELECT sum(subtotal) AS subtotal, sum(tax) AS tax, sum(tip) AS tip, sum(total) AS total, max(event_ts) AS last_ts
    FROM analytics.payments AS p WHERE p.order_id = t.order_id
) AS p
CROSS JOIN LATERAL (
    SELECT (array_agg(h.status ORDER BY h.changed_ts DESC, h.event_id DESC))[1] AS status, max(h.event_ts) AS last_ts
    FROM analytics.order_status_history AS h WHERE h.order_id = t.order_id
) AS s
WHERE o.order_id = t.order_id
"""
"""The derived columns of orders, as the release before computed them."""
OFFSETS: LiteralString = " UNION ALL ".join(
    f"SELECT t.event_id, t.event_offset FROM analytics.{kind.table} AS t" for kind in TYPES.values()
)


def events(random: Random) -> list[Event]:
    """Several claims on each key, most of them with the same times."""
    drawn = []
    for offset in range(1, 401):
        kind, order, part = random.choice(list(TYPES)), random.randint(1, 6), random.randint(0, 1)
        fields: dict[str, Any] = {"nonce": offset}
        match kind:
            case "order_status_changed":
                fields |= {"status": random.choice(STATUSES), "changed_ts": moment(random.randint(0, 1))}
            case "payment_captured":
                fields |= {"payment_id": payload(kind, 9, part)["payment_id"], "tip": f"{offset}.50"}
            case "order_created":
                fields["order_ts"] = f"2026-03-14T12:00:00.{random.randint(0, 9_999_999):07}Z"
            case "menu_item_changed":
                fields["price"] = random.choice([None, 0, "5.25", 1e1, "7.5"])
        drawn.append(
            parsed(frame(offset, kind, payload(kind, order, part, **fields), seconds=random.randint(0, 2)))
        )
    return drawn


def take(owner: Connection, events: Iterable[Event], log: str = "testlog1", key: str = "LOC-ON-001") -> None:
    """Write raw events as the release before did."""
    for event in events:
        owner.execute(
            "INSERT INTO raw_data.event_ids (event_id, ts, stream_id, event_offset, content_hash)"
            " VALUES (%s, %s, %s, %s, %s)",
            [event.event_id, event.ts, log, event.offset, event.content_hash],
        )
        owner.execute(
            "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
            " ingested_by, stream_id) VALUES (%s, %s, %s, %s, %s, %s, 'w', %s)",
            [event.offset, event.event_id, event.event_type, event.ts, key, event.payload.decode(), log],
        )


def merge(owner: Connection, events: Iterable[Event]) -> None:
    """Fill the typed tables as the release before did."""
    for kind in TYPES.values():
        rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        own = [event for event in events if event.event_type == kind.name]
        for event in sorted(own, key=lambda event: (event.ts, event.event_id)):
            row = old_row(kind, event)
            rows[tuple(row[name] for name in kind.key)] = tuple(row.values())
        columns = [name for name in kind.columns if name not in NEW_COLUMNS]
        columns += ["status", "updated_at"] if kind.name == "order_created" else []
        marks = ", ".join(["%s"] * len(columns))
        with owner.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO analytics.{kind.table} ({', '.join(columns)}) VALUES ({marks})".encode(),
                list(rows.values()),
            )
    owner.execute(DERIVED)


def old_row(kind: EventType, event: Event) -> dict[str, Any]:
    row = {
        name: getattr(event.record, name)
        for name in kind.payload.__struct_fields__
        if name not in NEW_COLUMNS
    }
    row = {name: value.text if isinstance(value, Exact) else value for name, value in row.items()}
    row |= dict.fromkeys((*kind.from_ts, "event_ts"), event.ts) | {"event_id": event.event_id}
    return row | ({"status": "pending", "updated_at": event.ts} if kind.name == "order_created" else {})


def of_another_form(owner: Connection, like: Event) -> None:
    """Events that have no row: they came before the contract knew their type, or from a stream that is taken raw."""
    body = payload("menu_item_changed", 1, 0)
    for number, cost in enumerate(["free", -1, {}], start=1001):
        other = parsed(frame(number, "menu_item_changed", {**body, "nonce": number}, seconds=2))
        take(owner, [other])
        owner.execute(
            "UPDATE raw_data.events_raw SET payload = %s WHERE event_id = %s",
            [Jsonb({**body, "cost": cost}), other.event_id],
        )
    foreign = parsed(frame(2000, like.event_type, payload(like.event_type, 1, nonce="raw"), seconds=2))
    take(owner, [foreign], log="weather", key="weather")


@pytest.fixture
def populated(bootstrapped: Any) -> Callable[[int], list[Event]]:
    """Fill a warehouse of the release before."""

    def fill(seed: int) -> list[Event]:
        migrations.upgrade(bootstrapped.url("restaurant_user"), BEFORE)
        taken_events = events(Random(seed))
        with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
            take(owner, taken_events)
            merge(owner, taken_events)
            of_another_form(
                owner, next(event for event in taken_events if event.event_type == "order_created")
            )
        return taken_events

    return fill


@pytest.mark.parametrize("seed", range(3))
def test_rows_with_ties_come_to_the_new_order(
    bootstrapped: Any, populated: Callable[[int], list[Event]], seed: int
) -> None:
    taken_events = populated(seed)
    url = bootstrapped.url("restaurant_user")
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        before = winners(owner)
        statuses = owner.execute("SELECT order_id, status FROM analytics.orders ORDER BY 1").fetchall()

        sql.migrate(url)

        assert {name for name, events in winners(owner).items() if events != before[name]} == {
            kind.table for kind in TYPES.values() if kind.key != ("event_id",)
        }
        after = owner.execute("SELECT order_id, status FROM analytics.orders ORDER BY 1").fetchall()
        assert after != statuses
        offsets = {event.event_id: event.offset for event in taken_events}
        assert all(offset == offsets[event_id] for event_id, offset in owner.execute(OFFSETS))
        failing = (
            "SELECT check_name FROM analytics.reference_violations() WHERE check_name LIKE 'orders_follow%'"
        )
        assert owner.execute(failing).fetchall() == []
    assert rebuild(owned(url), Request()).differences == 0


def test_rows_without_their_raw_events_have_their_offset(
    bootstrapped: Any, populated: Callable[[int], list[Event]]
) -> None:
    """As those of archived months: event_ids stays."""
    taken_events = populated(7)
    with bootstrapped.connect("restaurant_user", autocommit=True) as owner:
        before = winners(owner)
        owner.execute("TRUNCATE raw_data.events_raw")

        sql.migrate(bootstrapped.url("restaurant_user"))

        assert winners(owner) == before
        offsets = {event.event_id: event.offset for event in taken_events}
        assert all(offset == offsets[event_id] for event_id, offset in owner.execute(OFFSETS))


def winners(owner: Connection) -> dict[str, list[Any]]:
    """The event of each row, by table."""
    return {
        kind.table: owner.execute(
            f"SELECT event_id FROM analytics.{kind.table} ORDER BY {', '.join(kind.key)}".encode()
        ).fetchall()
        for kind in TYPES.values()
    }
