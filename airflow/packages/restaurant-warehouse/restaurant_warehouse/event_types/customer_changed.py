"""customer_changed: all data of a guest from then on. A field that is null or absent is unknown from then on."""

import msgspec

from restaurant_warehouse.event_type import EventType
from sse_ingest.contract.fields import Moment, Name, Text, check_moment


class CustomerChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All data of a guest from then on. A field that is null or absent is unknown from then on."""

    customer_id: Name
    city: Text | None = None
    membership: Text | None = None
    changed_ts: Moment

    def __post_init__(self) -> None:
        check_moment(self.changed_ts)


CUSTOMER_CHANGED = EventType(
    name="customer_changed",
    payload=CustomerChanged,
    table="customer_changes",
    key=("customer_id", "changed_ts"),
)
