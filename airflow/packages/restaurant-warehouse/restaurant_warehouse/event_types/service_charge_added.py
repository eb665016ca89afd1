"""service_charge_added: an order costs more. A gratuity belongs to the staff."""

import msgspec

from restaurant_warehouse.event_type import EventType
from restaurant_warehouse.payload_fields import (
    ChargeId,
    Currency,
    ExternalId,
    Flag,
    Money,
    OrderId,
    check_decimals,
    text_of_id,
)
from sse_ingest.contract.fields import Text


class ServiceChargeAdded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order costs more. A gratuity belongs to the staff."""

    charge_id: ChargeId
    order_id: OrderId
    name: Text | None = None
    amount: Money
    gratuity: Flag | None = None
    currency: Currency | None = None
    external_id: ExternalId = text_of_id()

    def __post_init__(self) -> None:
        check_decimals(self)


SERVICE_CHARGE_ADDED = EventType(
    name="service_charge_added",
    payload=ServiceChargeAdded,
    table="service_charges",
    key=("charge_id",),
    in_snapshots=True,
    is_replaceable=True,
    later_fields=frozenset({"currency"}),
)
