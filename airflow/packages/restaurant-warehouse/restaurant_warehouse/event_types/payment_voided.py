"""payment_voided: a payment is taken back before it is settled. It counts nowhere."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import OrderId, PaymentId
from sse_ingest.contract.fields import Moment, Text, check_moment


class PaymentVoided(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A payment is taken back before it is settled."""

    payment_id: PaymentId
    order_id: OrderId
    reason: Text | None = None
    voided_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.voided_ts)


PAYMENT_VOIDED = EventType(
    name="payment_voided",
    payload=PaymentVoided,
    table="payment_voids",
    key=("payment_id",),
    decides_orders=True,
    restates=lambda _void: True,
    is_replaceable=True,
)
