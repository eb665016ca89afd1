"""The law of snapshots: events and snapshots of two orders that tie everywhere, and a model of what must count."""

import json
from decimal import Decimal
from typing import Any, LiteralString, TypeAlias

from hypothesis import strategies as st

from restaurant_warehouse.change_order import STATUSES
from sse_ingest.events import Event
from tests.support.events import EPOCH, element, frame, moment, parsed, payload, uid
from tests.support.warehouse.deliveries import Bench

LISTS = {
    "items": ("order_item_added", "order_item_id", "order_items"),
    "discounts": ("discount_applied", "discount_id", "order_discounts"),
    "service_charges": ("service_charge_added", "charge_id", "service_charges"),
    "payments": ("payment_captured", "payment_id", "payments"),
    "refunds": ("payment_refunded", "refund_id", "refunds"),
}
TABLES = {
    **{kind: (table, key) for kind, key, table in LISTS.values()},
    "order_item_voided": ("order_item_voids", "order_item_id"),
    "payment_voided": ("payment_voids", "payment_id"),
}
"""The table and the key of each type whose rows a snapshot can replace."""
ROWS: LiteralString = " UNION ALL ".join(
    f"SELECT '{table}', {key}::text, event_id, is_replaced FROM analytics.{table}"
    for table, key in TABLES.values()
)
ORDERS: LiteralString = "SELECT order_id::text, event_id, status, total FROM analytics.orders"
KINDS = (*TABLES, "order_status_changed", "order_created", *["order_snapshot"] * 5)
SHARED = 9
"""The order whose parts both orders claim: so a part can move from one to the other."""
Row: TypeAlias = tuple[tuple[Any, ...], Event, str, dict[str, Any]]


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Two orders that begin, and then anything of them, in part as snapshots."""
    drawn = []
    for number in range(1, draw(st.integers(2, 12)) + 1):
        order = number if number <= 2 else draw(st.integers(1, 2))
        kind = "order_created" if number <= 2 else draw(st.sampled_from(KINDS))
        body = (
            _snapshot(draw, order, number) if kind == "order_snapshot" else _single(draw, kind, order, number)
        )
        version = draw(st.sampled_from([None, None, 0, 1]))
        at = draw(st.integers(0, 1))
        drawn.append(
            parsed(
                frame(number // 3 + 1, kind, body, seconds=at, log=f"testlog{number % 3}", version=version)
            )
        )
    return drawn


@st.composite
def lists(draw: st.DrawFn, order: int, fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The lists of a snapshot, of parts that events of their own state too, with these fields. At any hour."""
    some: dict[str, Any] = {}
    for name, (kind, _key, _table) in LISTS.items():
        time = {"order_item_added": "added_ts", "payment_captured": "captured_ts"}.get(kind)
        at = {} if time is None else {time: moment(draw(st.integers(0, 14)) * 3600)}
        parts = draw(st.sets(st.integers(0, 1)))
        some[name] = [element(kind, order, part, **{**fields.get(kind, {}), **at}) for part in parts]
    return {**some, "status": draw(st.sampled_from([None, *STATUSES]))}


def _single(draw: st.DrawFn, kind: str, order: int, number: int) -> dict[str, Any]:
    if kind == "order_status_changed":
        status = draw(st.sampled_from(STATUSES))
        return payload(kind, order, status=status, changed_ts=moment(draw(st.integers(0, 1))), nonce=number)
    if kind == "order_created":
        return payload(kind, order, nonce=number)
    part = payload(kind, SHARED, draw(st.integers(0, 1)), nonce=number)
    return {**part, "order_id": str(uid("order", order)), **_amount(kind, number)}


def _snapshot(draw: st.DrawFn, order: int, number: int) -> dict[str, Any]:
    lists = {
        name: [
            element(kind, SHARED, part, **_amount(kind, number), **_time(draw, kind))
            for part in draw(st.sets(st.integers(0, 1)))
        ]
        for name, (kind, _key, _table) in LISTS.items()
        if draw(st.booleans())
    }
    status = draw(st.sampled_from([None, *STATUSES]))
    changed = draw(st.sampled_from([None, moment(0), moment(1)]))
    stated: dict[str, Any] = {
        "status": status,
        "changed_ts": changed,
        "items": None,
        "payments": None,
        "nonce": number,
    }
    return payload("order_snapshot", order, **{**stated, **lists})


def _amount(kind: str, number: int) -> dict[str, str]:
    """Another amount in each event, so that a wrong one shows."""
    return {
        "payment_captured": {"total": f"{number}.00"},
        "discount_applied": {"amount": f"{number}.00"},
    }.get(kind, {})


def _time(draw: st.DrawFn, kind: str) -> dict[str, str]:
    """When it happened: not in the order of the snapshots."""
    field = {"order_item_added": "added_ts", "payment_captured": "captured_ts"}.get(kind)
    return {} if field is None else {field: moment(draw(st.integers(0, 3)))}


class Model:
    """What should count, read from the description and from nothing else."""

    def __init__(self, events: list[Event]) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        self._newest: dict[str, tuple[Any, ...]] = {}
        self._orders: dict[str, Event] = {}
        self._statuses: dict[str, tuple[tuple[Any, ...], str]] = {}
        for event in sorted(events, key=_place):
            self._take(event)

    def rows(self) -> set[tuple[Any, ...]]:
        """Each row: its table, its key, the event that wrote it, and whether it is replaced."""
        return {
            (table, key, row[1].event_id, self._is_replaced(row)) for (table, key), row in self._rows.items()
        }

    def orders(self) -> set[tuple[Any, ...]]:
        """Each order: its event, its status and the total of its payments."""
        return {
            (order, event.event_id, self._statuses.get(order, ((), "pending"))[1], self._total(order))
            for order, event in self._orders.items()
        }

    def _take(self, event: Event) -> None:
        body, place = _body(event), _place(event)
        order = body["order_id"]
        match event.event_type:
            case "order_created":
                self._orders[order] = event
            case "order_status_changed":
                self._status(order, event, body)
            case "order_snapshot":
                self._orders[order] = event
                self._newest[order] = place
                self._status(order, event, body)
                for name, (kind, _key, _table) in LISTS.items():
                    for one in body.get(name) or ():
                        self._write(kind, place, event, order, one)
            case kind:
                self._write(kind, place, event, order, body)

    def _write(
        self, kind: str, place: tuple[Any, ...], event: Event, order: str, body: dict[str, Any]
    ) -> None:
        table, key = TABLES[kind]
        self._rows[table, body[key]] = (place, event, order, body)

    def _status(self, order: str, event: Event, body: dict[str, Any]) -> None:
        if body.get("status") is None:
            return
        version, ts, *rest = _place(event)
        changed = body["changed_ts"] or moment((ts - EPOCH).total_seconds())
        place = (version, changed, STATUSES.index(body["status"]), *rest)
        if order not in self._statuses or place > self._statuses[order][0]:
            self._statuses[order] = (place, body["status"])

    def _is_replaced(self, row: Row) -> bool:
        newest = self._newest.get(row[2])
        return newest is not None and row[0] < newest

    def _total(self, order: str) -> Decimal | None:
        totals = []
        for (table, key), row in self._rows.items():
            void = self._rows.get(("payment_voids", key))
            is_voided = void is not None and void[2] == order and not self._is_replaced(void)
            if table == "payments" and row[2] == order and not self._is_replaced(row) and not is_voided:
                totals.append(Decimal(row[3]["total"]))
        return sum(totals, Decimal(0)) if totals else None


def assert_holds(bench: Bench, straight: list[Event], batches: list[list[Event]]) -> None:
    """However the events come, the tables are the same, and what counts is what the model says."""
    model = Model(straight)
    first = None
    for delivery in (batches, [straight], [[event] for event in straight]):
        tables = bench.tables(delivery)
        first = first or tables
        assert tables == first
        assert set(bench.rows(ROWS)) == model.rows()
        assert set(bench.rows(ORDERS)) == model.orders()


def _body(event: Event) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event.payload)
    return body


def _place(event: Event) -> tuple[Any, ...]:
    return (-1 if event.version is None else event.version, event.ts, event.offset, event.event_id)
