"""payment_captured: money received for an order."""

import msgspec

from restaurant_warehouse.event_types.event_type import EventType
from restaurant_warehouse.event_types.fields import Money, PositiveMoney
from sse_ingest.contract.fields import Id, Text


class PaymentCaptured(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Money received for an order."""

    payment_id: Id
    order_id: Id
    method: Text
    provider: Text | None = None
    amount: PositiveMoney
    auth_code: Text | None = None
    subtotal: Money
    tax: Money
    tip: Money
    total: Money
    location_code: Text | None = None


PAYMENT_CAPTURED = EventType(
    name="payment_captured",
    payload=PaymentCaptured,
    table="payments",
    key=("payment_id",),
    from_ts=("processed_at",),
    decides_orders=True,
    restates=lambda _payment: True,
)
