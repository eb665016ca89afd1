"""order_item_voided: a line of an order is taken back. It counts nowhere except in the voids."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import ItemId, OrderId
from sse_ingest.contract.fields import Moment, Text, check_moment


class OrderItemVoided(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A line of an order is taken back."""

    order_item_id: ItemId
    order_id: OrderId
    reason: Text | None = None
    voided_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.voided_ts)


ORDER_ITEM_VOIDED = EventType(
    name="order_item_voided",
    payload=OrderItemVoided,
    table="order_item_voids",
    key=("order_item_id",),
    is_replaceable=True,
)
