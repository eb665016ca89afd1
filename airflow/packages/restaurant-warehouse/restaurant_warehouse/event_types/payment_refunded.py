"""payment_refunded: money given back for a payment."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import (
    Currency,
    ExternalId,
    OrderId,
    PaymentId,
    PositiveMoney,
    RefundId,
    check_decimals,
    text_of_id,
)
from sse_ingest.contract.fields import Moment, Text, check_moment


class PaymentRefunded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Money given back for a payment."""

    refund_id: RefundId
    payment_id: PaymentId
    order_id: OrderId
    amount: PositiveMoney
    reason: Text | None = None
    refunded_ts: Moment
    currency: Currency | None = None
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_moment(self.refunded_ts)
        check_decimals(self)


PAYMENT_REFUNDED = EventType(
    name="payment_refunded",
    payload=PaymentRefunded,
    table="refunds",
    key=("refund_id",),
    later_fields=frozenset({"currency"}),
    restates=lambda _refund: True,
    in_snapshots=True,
    is_replaceable=True,
)
