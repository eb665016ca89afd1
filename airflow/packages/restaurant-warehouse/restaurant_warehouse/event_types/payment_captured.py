"""payment_captured: money received for an order. The amount 0 closes an order that costs nothing."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import (
    Currency,
    ExternalId,
    Money,
    OrderId,
    PaymentId,
    SignedMoney,
    check_decimals,
    text_of_id,
)
from sse_ingest.contract.fields import OutOfRange, Text


class PaymentCaptured(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Money received for an order."""

    payment_id: PaymentId
    order_id: OrderId
    method: Text
    provider: Text | None = None
    amount: Money
    auth_code: Text | None = None
    subtotal: Money
    tax: Money
    tip: Money
    total: Money
    location_code: Text | None = None
    service_charge: Money | None = None
    discount: Money | None = None
    rounding: SignedMoney | None = None
    currency: Currency | None = None
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_decimals(self)
        if self.service_charge is not None or self.discount is not None or self.rounding is not None:
            self._check_sums()

    def _check_sums(self) -> None:
        """The first contract has no such rule. So a payment without the fields above is taken, and reported."""
        due = self.subtotal + self.tax + self.tip + (self.service_charge or 0)
        due += (self.rounding or 0) - (self.discount or 0)
        if self.total != due:
            raise OutOfRange(
                "payment_adds_up: total must be subtotal + tax + tip + service_charge - discount + rounding,"
                f" which is {due}, got {self.total}"
            )
        if self.amount != self.total:
            raise OutOfRange(
                f"payment_is_its_total: amount must be total, which is {self.total}, got {self.amount}"
            )


PAYMENT_CAPTURED = EventType(
    name="payment_captured",
    payload=PaymentCaptured,
    table="payments",
    key=("payment_id",),
    later_fields=frozenset({"service_charge", "discount", "rounding", "currency"}),
    from_ts=("processed_at",),
    decides_orders=True,
    restates=lambda _payment: True,
    in_snapshots=True,
    is_replaceable=True,
)
