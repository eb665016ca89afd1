"""The derived columns of orders that begin in a batch, from its own payments and status changes.

They are complete, unless something of the order came in an earlier batch: `refresh_orders` in order_totals.sql is for
those.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from restaurant_warehouse.event_types.payment_captured import PaymentCaptured
from sse_ingest.events import Event


@dataclass(slots=True)
class _Children:
    """What a batch has of one order besides itself."""

    last_ts: datetime
    status: tuple[datetime, UUID, str] | None = None
    payments: list[PaymentCaptured] = field(default_factory=list)

    def money(self) -> tuple[Decimal | None, ...]:
        """subtotal, tax, tip and total over the payments; null while unpaid."""
        match self.payments:
            case []:
                return (None, None, None, None)
            case [one]:
                return (one.subtotal, one.tax, one.tip, one.total)
            case payments:
                columns = zip(*((p.subtotal, p.tax, p.tip, p.total) for p in payments), strict=True)
                return tuple(sum(amounts, Decimal(0)) for amounts in columns)


class OrderTotals:
    """Collects orders, payments and status changes."""

    def __init__(self) -> None:
        self.begun: set[UUID] = set()
        """Orders that begin here."""
        self._children: dict[UUID, _Children] = {}

    @property
    def begun_before(self) -> set[UUID]:
        """Orders of which there are only payments and status changes here."""
        return self._children.keys() - self.begun

    def notice(self, event: Event) -> None:
        """Remember what matters to an order."""
        record: Any = event.record
        match event.event_type:
            case "order_status_changed":
                children = self._of(record.order_id, event.ts)
                change = (record.changed_ts, event.event_id, record.status)
                if children.status is None or change > children.status:
                    children.status = change
            case "payment_captured":
                self._of(record.order_id, event.ts).payments.append(record)
            case "order_created":
                self.begun.add(record.order_id)

    def complete(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The rows of orders with their derived columns. The first column is order_id, the last but one event_ts."""
        return [row + self._columns(row[0], row[-2]) for row in rows]

    def _columns(self, order_id: UUID, created_at: datetime) -> tuple[Any, ...]:
        children = self._children.get(order_id)
        if children is None:
            return ("pending", None, None, None, None, created_at)
        status = children.status[2] if children.status else "pending"
        return (status, *children.money(), max(created_at, children.last_ts))

    def _of(self, order_id: UUID, ts: datetime) -> _Children:
        children = self._children.get(order_id)
        if children is None:
            children = self._children[order_id] = _Children(ts)
        elif ts > children.last_ts:
            children.last_ts = ts
        return children
