"""The law of the order of changes: events whose claims tie everywhere, and a model of what must win."""

from typing import Any, LiteralString
from uuid import UUID

from hypothesis import strategies as st

from restaurant_warehouse.change_order import STATUSES
from restaurant_warehouse.event_types import EVENT_TYPES
from sse_ingest.events import Event
from tests.support.events import frame, moment, parsed, payload, with_texts
from tests.support.warehouse.deliveries import Bench

WINNERS: LiteralString = " UNION ALL ".join(
    f"SELECT '{name}', event_id FROM analytics.{kind.table}" for name, kind in EVENT_TYPES.items()
)
SINGLE = tuple(name for name, kind in EVENT_TYPES.items() if not kind.parts)
"""Types of which one event writes one row. Snapshots have a law of their own: see tests/support/laws/snapshots.py."""


@st.composite
def events(draw: st.DrawFn, *kinds: str) -> list[Event]:
    """A few orders with many claims on the same keys: restated orders, payments that move to another order. Most claims
    tie: they have the same ts, the same changed_ts, the same version or none. Three logs use the same offsets. `kinds`
    are the types besides two orders; without any, of all types, or of one. Two logs may have ids of text.
    """
    drawn = []
    numbers = draw(st.booleans())
    chosen = kinds or draw(st.sampled_from([SINGLE, *((name,) for name in SINGLE)]))
    for number in range(1, draw(st.integers(2, 14)) + 1):
        kind = "order_created" if number <= 2 else draw(st.sampled_from(chosen))
        order, part = number if number <= 2 else draw(st.integers(1, 2)), draw(st.integers(0, 1))
        fields: dict[str, Any] = {"nonce": number}
        match kind:
            case "order_status_changed":
                fields["status"] = draw(st.sampled_from(STATUSES))
                fields["changed_ts"] = moment(draw(st.integers(0, 1)))
            case "payment_captured":
                fields["payment_id"] = payload(kind, 9, part)["payment_id"]
                fields["tip"] = draw(st.sampled_from(["0.00", "1.00", "2.5"]))
            case "menu_item_changed":
                fields["cost"] = draw(st.sampled_from([None, "0.00", "1.50", "1.5"]))
            case "customer_changed":
                fields["membership"] = draw(st.sampled_from([None, "gold", "silver"]))
        log, offset = f"testlog{number % 3}", number // 3 + 1
        body, at = payload(kind, order, part, **fields), draw(st.integers(0, 1))
        if numbers and number % 3:
            body = with_texts(body)
        version = draw(st.sampled_from([None, None, 0, 1]))
        drawn.append(parsed(frame(offset, kind, body, seconds=at, log=log, version=version)))
    return drawn


class Model:
    """What should win, read from the description of the order and from nothing else."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events

    def winners(self) -> set[tuple[str, UUID]]:
        """The event of each row."""
        rows: dict[tuple[Any, ...], Event] = {}
        for event in sorted(self._events, key=_place):
            key = EVENT_TYPES[event.event_type].key
            values = (event.event_id if key == ("event_id",) else getattr(event.record, name) for name in key)
            rows[event.event_type, *values] = event
        return {(event.event_type, event.event_id) for event in rows.values()}

    def statuses(self) -> dict[UUID, str]:
        """The status of each order."""
        records: list[Any] = [event.record for event in self._events if event.event_type == "order_created"]
        statuses = {record.order_id: "pending" for record in records}
        changes = [event for event in self._events if event.event_type == "order_status_changed"]
        for event in sorted(changes, key=_place):
            record: Any = event.record
            if record.order_id in statuses:
                statuses[record.order_id] = record.status
        return statuses


def assert_holds(bench: Bench, straight: list[Event], batches: list[list[Event]]) -> None:
    """However the events come, the tables are the same, and the rows and the statuses are those of the model."""
    model = Model(straight)
    first = None
    for delivery in (batches, [straight], [[event] for event in straight]):
        tables = bench.tables(delivery)
        first = first or tables
        assert tables == first
        assert {(row[0], row[1]) for row in bench.rows(WINNERS)} == model.winners()
        assert dict(bench.rows("SELECT order_id, status FROM analytics.orders")) == model.statuses()


def _place(event: Event) -> tuple[Any, ...]:
    record: Any = event.record
    is_status = event.event_type == "order_status_changed"
    time, life = (record.changed_ts, STATUSES.index(record.status)) if is_status else (event.ts, 0)
    version = -1 if event.version is None else event.version
    return (version, time, life, event.offset, event.event_id)
