"""The event types of a restaurant, one file each. An event of any other type is only in the raw table."""

from restaurant_warehouse.event_types.customer_changed import CUSTOMER_CHANGED
from restaurant_warehouse.event_types.event_type import EventType
from restaurant_warehouse.event_types.feedback_submitted import FEEDBACK_SUBMITTED
from restaurant_warehouse.event_types.menu_item_changed import MENU_ITEM_CHANGED
from restaurant_warehouse.event_types.order_created import ORDER_CREATED
from restaurant_warehouse.event_types.order_item_added import ORDER_ITEM_ADDED
from restaurant_warehouse.event_types.order_status_changed import ORDER_STATUS_CHANGED
from restaurant_warehouse.event_types.payment_captured import PAYMENT_CAPTURED
from restaurant_warehouse.event_types.payment_refunded import PAYMENT_REFUNDED

EVENT_TYPES: dict[str, EventType] = {
    kind.name: kind
    for kind in (
        ORDER_CREATED,
        ORDER_ITEM_ADDED,
        ORDER_STATUS_CHANGED,
        PAYMENT_CAPTURED,
        PAYMENT_REFUNDED,
        FEEDBACK_SUBMITTED,
        MENU_ITEM_CHANGED,
        CUSTOMER_CHANGED,
    )
}
"""The event types by name, in the order in which the events of an order usually happen."""
