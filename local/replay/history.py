"""Records → events. Pure: the same file with the same choices makes the same events, byte for byte.

Ids are uuid5 of the file's SHA-256 and the line (an order: its key), so publishing twice adds nothing while
two identical lines stay two items. What the file does not say stays unsaid: no payment is made up, an unknown
price or category is left out. An order of a history is over, so it is completed. Only missing dates are supplied:
`start` plus one minute for each order, in the order in which they appear, and the order says so itself
(`order_ts_supplied`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from local.replay import cells
from local.replay.errors import BadCell
from local.replay.mapping import Layout
from local.replay.reading import BadRow, Record

NAMESPACE = UUID("6f1d1f0e-3d1c-5c0e-9f43-1d0a5b2f7a10")
ORDER_DETAILS = ("customer_id", "city", "service_type")
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Event(msgspec.Struct, frozen=True):
    """One event as it is published."""

    event_id: UUID
    event_type: str
    ts: datetime
    partition_key: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """What one good line of the file gives: its item, after the order and its end if it is the order's first line."""

    line: int
    events: tuple[Event, ...]
    position: int

    @property
    def begins_order(self) -> bool:
        """Whether it is the first line of its order."""
        return self.events[0].event_type == "order_created"


@dataclass(frozen=True, slots=True)
class _Order:
    order_id: UUID
    ts: datetime
    details: tuple[str, ...]


def encode(event: Event) -> bytes:
    return _ENCODER.encode(event)


def lines(
    rows: Iterable[Record | BadRow], layout: Layout, file_id: str, accepted: tuple[datetime, datetime]
) -> Iterator[Line | BadRow]:
    """One Line or BadRow for each row, in the file's order. `accepted`: the moments the service takes."""
    history = _History(layout, file_id, accepted)
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            yield Line(row.line, history.events(row), row.position)
        except BadCell as error:
            yield BadRow(row.line, str(error), row.position)


class _History:
    """What must be remembered between lines: the orders seen."""

    def __init__(self, layout: Layout, file_id: str, accepted: tuple[datetime, datetime]) -> None:
        self._layout = layout
        self._choices = layout.choices
        self._zone = layout.zone
        self._file_id = file_id
        self._earliest, self._latest = accepted
        self._orders: dict[tuple[str, ...], _Order] = {}

    def events(self, row: Record) -> tuple[Event, ...]:
        """The events of one row. Raises BadCell, leaving no trace, when a cell of it cannot be used."""
        if any("\0" in cell for cell in row.cells):
            raise BadCell("there is a NUL character in it")
        numbers = [cells.name(row.cells[index], "the order id") for index in self._layout.order_id]
        location = cells.key(self._cell(row, "location") or self._choices.location, "the location")
        # Two restaurants may count their orders alike; but our default location is part of no identity.
        key = (location, *numbers) if "location" in self._layout.columns else tuple(numbers)
        details = tuple(self._cell(row, name) for name in ORDER_DETAILS)
        known = self._orders.get(key)
        order = known or _Order(self._id("order", *key), self._moment(row), details)
        ts = self._moment(row) if "date" in self._layout.columns else order.ts
        item = Event(
            self._id("item", str(row.line)), "order_item_added", ts, location, self._item(row, order)
        )
        if known is not None:
            return (item,)
        created = self._created(order, location, " / ".join(numbers))
        self._orders[key] = order
        return (created, _completed(order, location), item)

    def _created(self, order: _Order, location: str, number: str) -> Event:
        fields = dict(zip(ORDER_DETAILS, order.details, strict=True))
        payload: dict[str, Any] = {
            "order_id": order.order_id,
            "service_type": cells.service_type(fields.pop("service_type") or self._choices.service_type),
            "order_ts": order.ts,
            "location_code": location,
        }
        payload |= {name: cells.short(text, name) for name, text in fields.items() if text}
        if "date" not in self._layout.columns:
            payload["order_ts_supplied"] = True
        payload["source"] = {"file": self._file_id, "order": number}
        event_id = uuid5(order.order_id, "order_created")
        return Event(event_id, "order_created", order.ts, location, payload)

    def _item(self, row: Record, order: _Order) -> dict[str, Any]:
        columns, comma = self._layout.columns, self._choices.decimal_comma
        qty = (
            cells.quantity(row.cells[columns["quantity"]], decimal_comma=comma)
            if "quantity" in columns
            else Decimal(1)
        )
        payload: dict[str, Any] = {
            "order_item_id": uuid5(self._id("item", str(row.line)), "order_item_id"),
            "order_id": order.order_id,
            "item_name": cells.name(row.cells[columns["item"]], "the item"),
            "qty": qty,
        }
        unit, line = self._prices(row, qty)
        fields: dict[str, Any] = {"unit_price": unit, "extended_price": line}
        for role in ("category", "menu_item_id", "options"):
            text = self._cell(row, role)
            fields[role] = (text if role == "options" else cells.short(text, role)) or None
        payload |= {name: value for name, value in fields.items() if value is not None}
        extra = {
            name: row.cells[index] for index, name in self._layout.extra.items() if row.cells[index].strip()
        }
        extra |= self._differing(row, order)
        if extra:
            payload["extra"] = extra
        payload["source"] = {"file": self._file_id, "line": row.line}
        return payload

    def _prices(self, row: Record, qty: Decimal) -> tuple[Decimal | None, Decimal | None]:
        """(of one, of the line). One gives the other where that is in exact cents; else it is unknown."""
        unit, line = (self._money(row, role) for role in ("unit_price", "line_price"))
        if line is None and unit is not None:
            line = cells.in_cents(unit * qty)
        elif unit is None and line is not None:
            cents, rest = divmod(int(line * 100) * 1000, int(qty * 1000))
            unit = Decimal(cents) / 100 if rest == 0 else None
            unit = unit and cells.in_cents(unit)
        if any(amount is not None and amount >= 10**10 for amount in (unit, line)):
            raise BadCell("the price of the line is out of range")
        return unit or None, line  # a unit price of zero is no price: the item was given away

    def _money(self, row: Record, role: str) -> Decimal | None:
        index = self._layout.columns.get(role)
        comma = self._choices.decimal_comma
        return None if index is None else cells.money(row.cells[index], "the price", decimal_comma=comma)

    def _differing(self, row: Record, order: _Order) -> dict[str, str]:
        """What a line says of its order otherwise than the first line did: kept with the item."""
        pairs = zip(ORDER_DETAILS, order.details, strict=True)
        return {name: cell for name, first in pairs if (cell := self._cell(row, name)) and cell != first}

    def _moment(self, row: Record) -> datetime:
        columns, choices = self._layout.columns, self._choices
        if "date" in columns:
            clock = row.cells[columns["time"]] if "time" in columns else None
            ts = cells.moment(row.cells[columns["date"]], clock, self._zone, choices.date_format)
        else:
            ts = choices.start + timedelta(minutes=len(self._orders))
        if not self._earliest <= ts <= self._latest:
            raise BadCell(f"{ts:%Y-%m-%d %H:%M} UTC is before {self._earliest:%Y-%m-%d} or too far ahead")
        return ts

    def _cell(self, row: Record, role: str) -> str:
        index = self._layout.columns.get(role)
        return "" if index is None else row.cells[index].strip()

    def _id(self, *parts: str) -> UUID:
        return uuid5(NAMESPACE, "\x1f".join((self._file_id, *parts)))


def _completed(order: _Order, location: str) -> Event:
    payload = {"order_id": order.order_id, "status": "completed", "changed_ts": order.ts}
    event_id = uuid5(order.order_id, "order_status_changed")
    return Event(event_id, "order_status_changed", order.ts, location, payload)
