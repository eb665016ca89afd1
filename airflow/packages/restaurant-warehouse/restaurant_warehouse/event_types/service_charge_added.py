"""service_charge_added: an order costs more. A gratuity belongs to the staff."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import Currency, Flag, PositiveMoney, check_decimals
from sse_ingest.contract.fields import Id, Text


class ServiceChargeAdded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order costs more. A gratuity belongs to the staff."""

    charge_id: Id
    order_id: Id
    name: Text | None = None
    amount: PositiveMoney
    gratuity: Flag | None = None
    currency: Currency | None = None

    def __post_init__(self) -> None:
        check_decimals(self)


SERVICE_CHARGE_ADDED = EventType(
    name="service_charge_added",
    payload=ServiceChargeAdded,
    table="service_charges",
    key=("charge_id",),
    later_fields=frozenset({"currency"}),
)
