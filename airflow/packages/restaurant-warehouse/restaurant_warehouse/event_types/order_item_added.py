"""order_item_added: a line is added to an order. An unknown price or category is null or absent."""

import msgspec

from restaurant_warehouse.event_types.event_type import EventType
from restaurant_warehouse.event_types.fields import Money, PositiveMoney, Quantity
from sse_ingest.contract.fields import Id, Name, Text


class OrderItemAdded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A line of an order. An unknown price or category is null or absent."""

    order_item_id: Id
    order_id: Id
    menu_item_id: Name | None = None
    category: Text | None = None
    item_name: Text
    unit_price: PositiveMoney | None = None
    qty: Quantity
    extended_price: Money | None = None


ORDER_ITEM_ADDED = EventType(
    name="order_item_added",
    payload=OrderItemAdded,
    table="order_items",
    key=("order_item_id",),
)
