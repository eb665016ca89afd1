"""order_status_changed: an order gets a new status."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import OrderId, Status
from sse_ingest.contract.fields import Moment, check_moment


class OrderStatusChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order gets a new status."""

    order_id: OrderId
    status: Status
    changed_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.changed_ts)


ORDER_STATUS_CHANGED = EventType(
    name="order_status_changed",
    payload=OrderStatusChanged,
    table="order_status_history",
    key=("event_id",),
    decides_orders=True,
    restates=lambda change: bool(change.status == "cancelled"),
    in_snapshots=True,
)
