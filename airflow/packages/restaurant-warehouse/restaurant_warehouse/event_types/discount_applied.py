"""discount_applied: an order, or one line of it, costs less."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import (
    Currency,
    DiscountId,
    DiscountKind,
    ExternalId,
    ItemId,
    Money,
    OrderId,
    check_decimals,
    text_of_id,
)
from sse_ingest.contract.fields import Text


class DiscountApplied(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order, or one line of it, costs less."""

    discount_id: DiscountId
    order_id: OrderId
    order_item_id: ItemId | None = None
    name: Text | None = None
    kind: DiscountKind
    amount: Money
    currency: Currency | None = None
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_decimals(self)


DISCOUNT_APPLIED = EventType(
    name="discount_applied",
    payload=DiscountApplied,
    table="order_discounts",
    key=("discount_id",),
    in_snapshots=True,
    is_replaceable=True,
    later_fields=frozenset({"currency"}),
)
