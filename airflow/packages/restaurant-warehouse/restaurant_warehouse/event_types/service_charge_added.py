"""service_charge_added: an order costs more. A gratuity belongs to the staff."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import Flag, PositiveMoney
from sse_ingest.contract.fields import Id, Text


class ServiceChargeAdded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order costs more. A gratuity belongs to the staff."""

    charge_id: Id
    order_id: Id
    name: Text | None = None
    amount: PositiveMoney
    gratuity: Flag | None = None


SERVICE_CHARGE_ADDED = EventType(
    name="service_charge_added",
    payload=ServiceChargeAdded,
    table="service_charges",
    key=("charge_id",),
    in_snapshots=True,
    is_replaceable=True,
)
