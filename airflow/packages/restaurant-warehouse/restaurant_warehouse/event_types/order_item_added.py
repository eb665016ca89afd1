"""order_item_added: a line is added to an order. An unknown price or category is null or absent.

A line that belongs to another one, as a modifier or as a part of a combo, names it. A line without a kind is a sale.
"""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import (
    Currency,
    ExternalId,
    Flag,
    ItemId,
    LineKind,
    Money,
    OrderId,
    Quantity,
    check_decimals,
    text_of_id,
)
from sse_ingest.contract.fields import Name, Text


class OrderItemAdded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A line of an order. An unknown price or category is null or absent."""

    order_item_id: ItemId
    order_id: OrderId
    menu_item_id: Name | None = None
    category: Text | None = None
    item_name: Text
    unit_price: Money | None = None
    qty: Quantity
    extended_price: Money | None = None
    parent_item_id: ItemId | None = None
    tax_included: Flag | None = None
    kind: LineKind | None = None
    currency: Currency | None = None
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_decimals(self)


ORDER_ITEM_ADDED = EventType(
    name="order_item_added",
    payload=OrderItemAdded,
    table="order_items",
    key=("order_item_id",),
    later_fields=frozenset({"parent_item_id", "tax_included", "kind", "currency"}),
    in_snapshots=True,
    is_replaceable=True,
)
