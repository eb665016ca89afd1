"""order_created: an order begins."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import (
    Currency,
    ExternalId,
    Guests,
    OrderId,
    Service,
    check_schedule,
    text_of_id,
)
from sse_ingest.contract.fields import Moment, Name, Text, check_moment


class OrderCreated(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order begins."""

    order_id: OrderId
    visit_id: Name | None = None
    service_type: Service
    order_ts: Moment
    location_code: Text
    customer_id: Name | None = None
    city: Text | None = None
    guest_count: Guests | None = None
    currency: Currency | None = None
    channel: Text | None = None
    scheduled_for: Moment | None = None
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_moment(self.order_ts)
        if self.scheduled_for is not None:
            check_moment(self.scheduled_for)
            check_schedule(self.order_ts, self.scheduled_for)


ORDER_CREATED = EventType(
    name="order_created",
    payload=OrderCreated,
    table="orders",
    key=("order_id",),
    later_fields=frozenset({"guest_count", "currency", "channel"}),
    from_ts=("created_at",),
    derived=("status", "subtotal", "tax", "tip", "total", "updated_at"),
    newest_ts="updated_at",
    decides_orders=True,
    event_time="order_ts",
    restates=lambda _order: True,
)
