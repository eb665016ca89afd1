"""order_snapshot: the whole order, as a POS API sends it. It replaces what is older.

What it does not have ends: see typed/snapshots.py. An absent list is an empty one.
"""

from typing import Any

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.event_types.discount_applied import DISCOUNT_APPLIED
from restaurant_warehouse.event_types.order_created import OrderCreated
from restaurant_warehouse.event_types.order_item_added import ORDER_ITEM_ADDED
from restaurant_warehouse.event_types.payment_captured import PAYMENT_CAPTURED
from restaurant_warehouse.event_types.payment_refunded import PAYMENT_REFUNDED
from restaurant_warehouse.event_types.service_charge_added import SERVICE_CHARGE_ADDED
from restaurant_warehouse.payload_fields import Status
from restaurant_warehouse.snapshot_elements import check_amounts, check_ids, element, elements
from sse_ingest.contract.fields import Moment, check_moment

_ELEMENTS = {
    "items": (ORDER_ITEM_ADDED, element(ORDER_ITEM_ADDED.payload, time="added_ts")),
    "discounts": (DISCOUNT_APPLIED, element(DISCOUNT_APPLIED.payload)),
    "service_charges": (SERVICE_CHARGE_ADDED, element(SERVICE_CHARGE_ADDED.payload)),
    "payments": (PAYMENT_CAPTURED, element(PAYMENT_CAPTURED.payload, time="captured_ts", required=True)),
    "refunds": (PAYMENT_REFUNDED, element(PAYMENT_REFUNDED.payload)),
}


def _check(order: Any) -> None:
    OrderCreated.__post_init__(order)
    if order.changed_ts is not None:
        check_moment(order.changed_ts)
    for name, (kind, _element) in _ELEMENTS.items():
        check_ids(name, getattr(order, name), kind.key[0])
        check_amounts(name, getattr(order, name), order.currency)


OrderSnapshot = msgspec.defstruct(
    "OrderSnapshot",
    [
        ("status", Status | None, None),
        ("changed_ts", Moment | None, None),
        *((name, elements(kind), None) for name, (_type, kind) in _ELEMENTS.items()),
    ],
    bases=(OrderCreated,),
    namespace={"__post_init__": _check, "__doc__": "The whole order, as a POS API sends it."},
    frozen=True,
    gc=False,
    kw_only=True,
)

ORDER_SNAPSHOT = EventType(
    name="order_snapshot",
    payload=OrderSnapshot,
    table="order_snapshots",
    key=("order_id",),
    decides_orders=True,
    restates=lambda _order: True,
    parts=frozenset(
        {"order_created", "order_status_changed", *(kind.name for kind, _element in _ELEMENTS.values())}
    ),
)
