"""Computes the derived columns of orders that begin in a batch, from the batch's payments and status changes.

They are complete, unless an earlier batch has payments or status changes of the order. For such orders `refresh_orders`
in order_totals.sql computes them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from restaurant_warehouse import change_order
from restaurant_warehouse.change_order import StatusPlace
from restaurant_warehouse.event_types.payment_captured import PaymentCaptured
from sse_ingest.events import Event

_EVENT_TS = -len(change_order.COLUMNS)


@dataclass(slots=True)
class _Children:
    """The payments and the greatest status change of one order in a batch."""

    last_ts: datetime
    place: StatusPlace | None = None
    status: str = "pending"
    payments: list[PaymentCaptured] = field(default_factory=list)

    def money(self) -> tuple[Decimal | None, ...]:
        """The sums of subtotal, tax, tip and total over the payments; None while there is no payment."""
        match self.payments:
            case []:
                return (None, None, None, None)
            case [one]:
                return (one.subtotal, one.tax, one.tip, one.total)
            case payments:
                columns = zip(*((p.subtotal, p.tax, p.tip, p.total) for p in payments), strict=True)
                return tuple(sum(amounts, Decimal(0)) for amounts in columns)


class OrderTotals:
    """Collects the orders, payments and status changes of a batch."""

    def __init__(self) -> None:
        self.begun: set[UUID] = set()
        """Orders whose order_created is in this batch."""
        self._children: dict[UUID, _Children] = {}

    @property
    def begun_before(self) -> set[UUID]:
        """Orders of which this batch has only payments and status changes."""
        return self._children.keys() - self.begun

    def notice(self, event: Event) -> None:
        """Collect an event if it decides derived columns."""
        record: Any = event.record
        match event.event_type:
            case "order_status_changed":
                children = self._of(record.order_id, event.ts)
                place = change_order.of_status(event)
                if children.place is None or place > children.place:
                    children.place, children.status = place, record.status
            case "payment_captured":
                self._of(record.order_id, event.ts).payments.append(record)
            case "order_created":
                self.begun.add(record.order_id)

    def complete(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Add the derived columns to rows of orders, which begin with order_id and end with change_order.COLUMNS."""
        return [row + self._columns(row[0], row[_EVENT_TS]) for row in rows]

    def _columns(self, order_id: UUID, created_at: datetime) -> tuple[Any, ...]:
        children = self._children.get(order_id)
        if children is None:
            return ("pending", None, None, None, None, created_at)
        return (children.status, *children.money(), max(created_at, children.last_ts))

    def _of(self, order_id: UUID, ts: datetime) -> _Children:
        children = self._children.get(order_id)
        if children is None:
            children = self._children[order_id] = _Children(ts)
        elif ts > children.last_ts:
            children.last_ts = ts
        return children
