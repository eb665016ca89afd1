"""discount_applied: an order, or one line of it, costs less."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import Currency, DiscountKind, PositiveMoney, check_decimals
from sse_ingest.contract.fields import Id, Text


class DiscountApplied(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order, or one line of it, costs less."""

    discount_id: Id
    order_id: Id
    order_item_id: Id | None = None
    name: Text | None = None
    kind: DiscountKind
    amount: PositiveMoney
    currency: Currency | None = None

    def __post_init__(self) -> None:
        check_decimals(self)


DISCOUNT_APPLIED = EventType(
    name="discount_applied",
    payload=DiscountApplied,
    table="order_discounts",
    key=("discount_id",),
    later_fields=frozenset({"currency"}),
)
